# SPDX-License-Identifier: MIT OR Apache-2.0
"""The programs that packagers give our lists to."""

import os
import shutil
import subprocess
import tempfile
import unittest

from harness import Tree

CONTROL = """Source: artifacts
Maintainer: A <a@example.org>
Build-Depends: debhelper-compat (= 13)

Package: artifacts
Architecture: all
Description: artifacts
"""
CHANGELOG = """artifacts (1) unstable; urgency=low

  * Nothing.

 -- A <a@example.org>  Mon, 01 Jan 2024 00:00:00 +0000
"""
SPEC = """Name: artifacts
Version: 1
Release: 1
Summary: artifacts
License: MIT
%description
%files -f %{list}
"""
# Nothing but packing: no stripping, no byte-compiling, no links by build id; files that are not listed are no error.
RPM_DEFINES = {"__os_install_post": "%{nil}", "_build_id_links": "none", "_unpackaged_files_terminate_build": "0", "debug_package": "%{nil}"}


def needs(*programs):
    """Skips a test where a program is not installed."""
    missing = [program for program in programs if not shutil.which(program)]
    return unittest.skipIf(missing, f"not installed: {missing}")


def call(*command, cwd, **more):
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=60, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} failed\n{done.stdout.decode(errors='replace')}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def beside(tree):
    return tempfile.mkdtemp(dir=tree.root.parent)


def dh_install(tree, listed, *options):
    """`dh_install` in a source package at `tree`; gives the package."""
    tree.write("debian/control", CONTROL)
    tree.write("debian/changelog", CHANGELOG)
    tree.write("debian/artifacts.install", listed)
    call("dh_install", *options, cwd=tree.root)
    return Tree(tree / "debian/artifacts")


def rpmbuild(tree, listed):
    """`rpmbuild` with `tree` as build root; gives what the package unpacks to."""
    top, unpacked = beside(tree), beside(tree)
    spec, files = os.path.join(top, "artifacts.spec"), os.path.join(top, "list")
    with open(spec, "w") as spec_file, open(files, "wb") as list_file:
        spec_file.write(SPEC)
        list_file.write(listed)
    defines = [word for name, value in {**RPM_DEFINES, "_topdir": top, "list": files}.items() for word in ("--define", f"{name} {value}")]
    call("rpmbuild", "-bb", "--noclean", "--buildroot", str(tree.root), *defines, spec, cwd=top)
    packages = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(top, "RPMS")) for name in names]
    archive = call("rpm2cpio", *packages, cwd=top)
    call("cpio", "--quiet", "-idm", cwd=unpacked, input=archive)
    return Tree(unpacked)
