#!/hint/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
#
# A check of makepkg (libmakepkg, lint_package): audits every package that has Rust artifacts, or headers of a kernel that should have.
# makepkg reads its checks when it starts: what it installs as a makedepends comes too late, so install rartifacts before.

[[ -n "$LIBMAKEPKG_LINT_PACKAGE_RARTIFACTS_SH" ]] && return
LIBMAKEPKG_LINT_PACKAGE_RARTIFACTS_SH=1

LIBRARY=${LIBRARY:-'/usr/share/makepkg'}

source "$LIBRARY/util/message.sh"

lint_package_functions+=('lint_rartifacts')

# Runs in $pkgdir.
lint_rartifacts() {
  if [[ -z "$(rartifacts scan --allow-empty --keep-going . 2>&1)" && -z "$(find . -path '*/include/config/auto.conf' -print -quit)" ]]; then
    return 0
  fi
  rartifacts audit . && return 0
  error "rustc would not accept the Rust artifacts of this package: see above"
  return 1
}
