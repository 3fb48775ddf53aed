#!/hint/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
#
# Functions for the package() of PKGBUILDs of kernel headers. With rartifacts in makedepends:
#
#     package_linux-headers() {
#       source /usr/share/rartifacts/makepkg.sh
#       rartifacts_install "$srcdir/linux" "$pkgdir/usr/lib/modules/$(<version)/build"
#     }

# rartifacts_install TREE DESTINATION: copies what out-of-tree modules need, makes sure that rustc will accept it, and makes the package
# depend on the very rustc that wrote it
rartifacts_install() {
  local destination
  mkdir -p "$2" && destination=$(realpath "$2") || return
  (set -o pipefail; cd "$1" && rartifacts scan --dirs --format paths0 . | cpio -pdmu0 --quiet "$destination") || return
  rartifacts_audit "$2" && rartifacts_depends "$2"
}

# rartifacts_audit PATH [OPTION...]: stops the build when rustc would not accept the set
rartifacts_audit() {
  rartifacts -C "$1" audit "${@:2}" . && return
  error "rustc would not accept the Rust artifacts in %s: see above" "$1"
  return 1
}

# rartifacts_depends PATH: adds the compiler of the metadata below PATH to depends, in exactly this version when it is
# installed here, or is Arch's
rartifacts_depends() {
  local compiler exact package text
  while IFS= read -r text; do
    compiler=$(type -P "${RUSTC:-rustc}") || compiler=
    if [ -n "$compiler" ] && [ "$("$compiler" -V)" = "$text" ] && package=$(pacman -Qqo "$(realpath "$compiler")" 2> /dev/null); then
      depends+=("$(pacman -Q "$package" | sed 's/ /=/')")
    elif exact=$(rartifacts -C "$1" toolchain --format arch . 2> /dev/null); then
      depends+=("$exact")
    elif [[ $text =~ ^rustc\ ([0-9.]+)(\ |$) ]]; then
      depends+=("rust=${BASH_REMATCH[1]}")
      warning "the metadata is of \"%s\", which no package here has: depends has rust=%s" "$text" "${BASH_REMATCH[1]}"
    else
      warning "the metadata is of \"%s\", which no package has: depends has no compiler" "$text"
    fi
  done < <(rartifacts -C "$1" scan --format ndjson . | sed -n 's/.*"rustc": *"\([^"]*\)".*/\1/p' | sort -u)
}
