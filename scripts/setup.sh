# shellcheck shell=bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# setup.sh: what ./try and ./check share. Read it with `source`, do not run it. Works in the project's directory.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
# Debian's own python3 has Debian's modules, and Debian's rustc is the one that the packages below bring.
export PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH PYTHONDONTWRITEBYTECODE=1 DEBIAN_FRONTEND=noninteractive

# To build, and to do the main job.
build_packages=(meson ninja-build pkg-config g++ dpkg-dev libelf-dev libfmt-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libsnappy-dev zlib1g-dev
  nettle-dev libarchive-dev liblzma-dev libzstd-dev libseccomp-dev cpio python3)
# To run the tests besides.
test_packages=(doctest-dev python3-jsonschema chromium rsync debhelper rpm rpm2cpio libarchive-tools make binutils llvm lld elfutils libxml2-utils file
  git shellcheck libbz2-dev liblz4-dev kmod openssl xz-utils zstd cmark-gfm
  mandoc man-db groff zsh fish bash-completion doxygen parallel python3-yaml)
# Not every Debian has these; what needs them is left out then.
optional_packages=(liblief-dev gcc-aarch64-linux-gnu gcc-s390x-linux-gnu)
optional_test_packages=(linux-kbuild-6.1)
# The same for systems without apt: to build, and to do the main job.
declare -A elsewhere=(
  [Fedora]="meson ninja-build pkgconf gcc-c++ elfutils-libelf-devel fmt-devel cli11-devel tomlplusplus-devel json-devel snappy-devel zlib-devel
nettle-devel libarchive-devel xz-devel libzstd-devel cpio python3 rust"
  [Arch]="meson ninja pkgconf gcc libelf fmt cli11 tomlplusplus nlohmann-json snappy zlib nettle libarchive xz zstd cpio python rust")

# The tests compile with this release or a newer one: the oldest that Linux takes.
oldest_rustc=1.78
# The formatting is that of clang-format 19; newer ones compile and analyse as well.
clang_versions=(19 20 21 22)

title() { printf '\n==> %s\n' "$*"; }
give_up() { printf '%s\n' "$@" >&2; exit 1; }

# not_there PACKAGE...: those that are not installed
not_there() {
  comm -23 <(printf '%s\n' "$@" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2> /dev/null | sed -n 's/^installed //p' | sort)
}

# candidate PACKAGE: the version that apt would install; nothing when it has none. apt takes a name that it does not know for a pattern.
candidate() { apt-cache policy "$1" 2> /dev/null | sed -n "/^$1:\$/,/^  Candidate: /s/^  Candidate: //p" | grep -v '^(none)$' || true; }

# have_rustc: succeeds when there is one that is new enough
have_rustc() {
  local version
  version=$(rustc --version 2> /dev/null | sed -n 's/^rustc \([0-9.]*\).*/\1/p')
  [ -n "$version" ] && printf '%s\n' "$oldest_rustc" "$version" | sort -VC
}

# rust_packages: the compiler, and for ./check cargo and the libraries; Debian 12 has a current one beside its own
rust_packages() {
  local suffix
  for suffix in -web ""; do
    if dpkg --compare-versions "$(candidate "rustc$suffix")" ge "$oldest_rustc"; then
      echo "rustc$suffix"
      [ "$1" = build ] || printf '%s\n' "cargo$suffix" "libstd-rust$suffix-dev"
      return
    fi
  done
  have_rustc || give_up "apt has no rustc of $oldest_rustc or newer, and none is on PATH: install one, or on Debian 12 add bookworm-security"
}

# clang_packages: the first of the versions that apt has
clang_packages() {
  local version
  for version in "${clang_versions[@]}"; do
    [ -n "$(candidate "clang-$version")" ] || continue
    printf '%s\n' "clang-$version" "clang-format-$version" "clang-tidy-$version" "libclang-rt-$version-dev" "lld-$version"
    return
  done
}

# newest NAME: NAME-19, or what there is of the newer ones
newest() {
  local version
  for version in "${clang_versions[@]}"; do
    if command -v "$1-$version"; then return; fi
  done
  return 1
}

# set_up build|test: installs what is missing with apt; elsewhere says what to install
set_up() {
  local missing packages optional=("${optional_packages[@]}") root=()
  if ! command -v apt-get > /dev/null; then
    have_rustc && command -v meson ninja pkg-config c++ > /dev/null ||
      give_up "this script installs with apt, which is not here; install what is missing of these, and start it again:" \
        "Fedora: ${elsewhere[Fedora]}" "Arch: ${elsewhere[Arch]}"
    return
  fi
  [ "$(id -u)" = 0 ] || root=(sudo env DEBIAN_FRONTEND=noninteractive)
  packages=("${build_packages[@]}")
  [ "$1" = build ] || packages+=("${test_packages[@]}") optional+=("${optional_test_packages[@]}")
  # What apt knows is asked only when something is missing: of rustc and clang any version will do.
  if [ -z "$(not_there "${packages[@]}")" ] && have_rustc && { [ "$1" = build ] || newest clang-tidy > /dev/null; }; then return; fi
  [ "$(id -u)" = 0 ] || command -v sudo > /dev/null || give_up "not root, and there is no sudo: run this as root once, to install" "${packages[*]} rustc"
  "${root[@]}" apt-get update -qq > /dev/null || give_up "apt-get update failed: see what it says above"
  mapfile -t -O "${#packages[@]}" packages < <(rust_packages "$1"; [ "$1" = build ] || clang_packages)
  missing=$(not_there "${packages[@]}")
  missing+=" $(for package in $(not_there "${optional[@]}"); do [ -z "$(candidate "$package")" ] || echo "$package"; done)"
  title "installing" $missing
  # shellcheck disable=SC2086  # one word per package
  "${root[@]}" apt-get install -qq -y --no-install-recommends $missing > /dev/null ||
    give_up "apt could not install what is missing:" $missing
  have_rustc || give_up "rustc is $(rustc --version 2>&1), and $oldest_rustc or newer is needed"
}

# build DIRECTORY [MESON-OPTION...]: configures it the first time, compiles what is not up to date
build() {
  [ -e "$1/build.ninja" ] || meson setup "$@" > "$1.log" || { cat "$1.log" >&2; exit 1; }
  ninja -C "$1" --quiet
}
