#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What people have reported about packaged kernels, each made again as a small tree: audit names it, and is silent about the healthy twin.

The trees are the kernel in small of tests/scan/mini_kernel.py, compiled by the rustc on PATH. Numbers in the names of the tests
count the reports by subject:

  1   armbian/build#10117, Frogging-Family/linux-tkg#1243: CONFIG_RUST=y and no rust/ (no-artifacts)
  2   CachyOS/linux-cachyos#1016, linux-tkg#1231, #1217, rnestler's linux-rust: the configuration lost RUST on the way; MODVERSIONS,
      RANDSTRUCT, BTF with LTO (config-dropped)
  3   xddxdd/nix-cachyos-kernel#37, koverstreet/bcachefs#1181, bcachefs-tools#848: RUST_IS_AVAILABLE and RUSTC_VERSION are taken
      for Rust support (config-dropped)
  4   raspberrypi/linux#7289, koverstreet/bcachefs#1197: a script has to know before it builds (exit codes)
  5   Arch and its forks, armbian before the fix: the globs miss generated_arch_*_asm.rs and helpers_module.bc (missing-auxiliary)
  6   Rust-for-Linux/linux#1082: the user's rustc is another one (rustc-mismatch); rustup's and a distribution's of the same
      number refuse each other
  7   nixos-apple-silicon#141, asahi-overlay#69: rustc was upgraded on the way (rustc-mixed)
  8   mrproper forgot libpin_init_internal.so and libzerocopy_derive.so: leftovers, which harm nobody (stale-artifact)
  9   Rust-for-Linux/linux#1054: core is not there (missing-crate)
  10  Ubuntu, NixOS and Gentoo ship a second build: parts of two builds (crate-hash-mismatch)
  11  Rust-for-Linux/linux#792: another target specification than that of the crates (target-mismatch)
  12  armbian, Debian's thread on headers packages: proc macros of a cross build (host-arch-mismatch)
  13  rhbz#1465997, icu4x#5947, rquickjs#712: stripped proc macros (stripped-metadata); the ways of stripping that do no harm
  14  nixpkgs#218712, crate2nix#263: strip breaks rlibs (rlib-without-metadata)
  15  Ubuntu's link to a second package; links that lead out (dangling-link, escaping-link, absolute-link)
  16  vdso64.so and other shared libraries are no proc macros (nothing is said)

Reported as well, and not the business of audit's rules: sets of two flavours compared (linux-cachyos#1016; diff), profiles for
an IDE (nixpkgs#386164; scan), `|| true` in recipes (scan fails), modules taken for Rust (Rust-for-Linux/linux#657; inspect).
Not covered yet: packages (machines mixed in one, unexpected files), a whole second build beside Module.symvers,
unstripped proc macros, paths of the build machine (Rust-for-Linux/linux#169), modules that do not load
(Rust-for-Linux/linux#59, #378, #735, signatures), .dylib of macOS hosts.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
import mini_kernel
from breakages import Copy, cut, duplicate, edit, hidden_decls, other_version, put, reformatted, remove, remove_folder, run_tool, take
