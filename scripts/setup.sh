# shellcheck shell=bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# setup.sh: what ./try and ./check share. Read it with `source`, do not run it. Works in the project's directory.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
# Debian's own python3 has Debian's modules, and Debian's rustc is the one that the packages below bring.
export PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH PYTHONDONTWRITEBYTECODE=1 DEBIAN_FRONTEND=noninteractive

# To build, and to do the main job. rustc-web is Debian 12's current rustc.
build_packages=(meson ninja-build pkg-config g++ libelf-dev libfmt-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libsnappy-dev zlib1g-dev nettle-dev libarchive-dev
  cpio python3 rustc-web)
# To run the tests besides.
test_packages=(doctest-dev python3-jsonschema clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev chromium
  rsync debhelper rpm rpm2cpio libarchive-tools make binutils llvm elfutils libxml2-utils file git shellcheck libstd-rust-web-dev cargo-web
  kmod openssl xz-utils zstd)
# Not every Debian has these; the reader modules that need them are left out then.
optional_packages=(liblief-dev)

title() { printf '\n==> %s\n' "$*"; }

# not_there PACKAGE...: those that are not installed
not_there() {
  comm -23 <(printf '%s\n' "$@" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2> /dev/null | sed -n 's/^installed //p' | sort)
}

# install PACKAGE...: those of Debian's packages that are not there yet, and with them the optional ones that there are
install() {
  local missing optional root=()
  missing=$(not_there "$@")
  [ -n "$missing" ] || return 0
  title "installing" $missing
  [ "$(id -u)" = 0 ] || root=(sudo)
  if [ "${#root[@]}" != 0 ] && ! command -v sudo > /dev/null; then
    echo "not root, and there is no sudo: run as root: apt-get install" $missing >&2
    exit 1
  fi
  "${root[@]}" apt-get update -qq > /dev/null
  optional=$(for package in $(not_there "${optional_packages[@]}"); do
    if apt-cache show "$package" > /dev/null 2>&1; then echo "$package"; fi
  done)
  # shellcheck disable=SC2086  # one word per package
  "${root[@]}" apt-get install -qq -y --no-install-recommends $missing $optional > /dev/null
}

# build DIRECTORY [MESON-OPTION...]: configures it the first time, compiles what is not up to date
build() {
  [ -e "$1/build.ninja" ] || meson setup "$@" > "$1.log" || { cat "$1.log" >&2; exit 1; }
  ninja -C "$1" --quiet
}
