# shellcheck shell=bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# common.sh: what the scripts of this folder share. Read it with `source`, do not run it.
#
# A kernel tree needs a toolchain that fits it, and nothing of it may come from rustup or from
# $HOME. There are three, all made of Debian's packages alone:
#   in_bookworm COMMAND...   Debian 12's own rustc-web and clang-14, for Linux 6.12
#   in_bookworm_6_1 COMMAND...   Debian 12's rustc 1.63 and clang-14, for Linux 6.1
#   in_sid COMMAND...        Debian sid's rustc and clang, in a chroot, for Linux 7.2 and 7.3
# They give COMMAND an empty environment with PATH and LLVM=-N, which is all that kbuild asks for.
#
# Everything is kept in one folder, RARTIFACTS_KERNEL_DIR (8 GB, with all trees 12), and made only once:
#   sid/ the chroot   bin/ a wrapper   rustc-1.63/ unpacked   debs/ packages   src/ kernel sources   tree/ build trees   log/
#
# What the machine refuses (not root, no mirror, no mounts) is a skip, exit code 77 as Meson and
# Automake have it; what a build refuses is a failure, exit code 1.
set -euo pipefail
unset MAKEFLAGS MFLAGS   # of a `make check` that we may be part of

# shellcheck disable=SC2034  # used by the scripts that read this one
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")") jobs=$(nproc)
work=$(realpath -m "${RARTIFACTS_KERNEL_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/rartifacts/kernel}")
sid=$work/sid
mkdir -p "$work"/{bin,debs,log,src,tree}

# One script at a time: a second one waits. A script that another one starts has the lock already.
[ -n "${RARTIFACTS_KERNEL_LOCKED-}" ] || RARTIFACTS_KERNEL_LOCKED=1 exec flock "$work" "$0" "$@"

# machine_of CONFIGURATION: sets the names of the machine it is for: arch as kbuild calls it, uname as uname -m prints it there,
# machine as inspect does
# shellcheck disable=SC2034
machine_of() {
  case $1 in
    arm)         arch=arm       uname=armv7l      machine=arm ;;
    arm64)       arch=arm64     uname=aarch64     machine=aarch64 ;;
    loongarch64) arch=loongarch uname=loongarch64 machine=loongarch ;;
    riscv64)     arch=riscv     uname=riscv64     machine=riscv ;;
    s390x)       arch=s390      uname=s390x       machine=s390 ;;
    *)           arch=x86       uname=x86_64      machine=x86_64 ;;
  esac
}

say() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }
skip() { echo "skipped: $*" >&2; exit 77; }

# logged NAME COMMAND...: its output goes to log/NAME
logged() { say "$1"; "${@:2}" > "$work/log/$1" 2>&1; }

# step NAME COMMAND...: a failure of COMMAND is a failure of the test; show the end of its output
step() { logged "$@" || { tail -n 40 "$work/log/$1" >&2; say "$1 failed, see $work/log/$1"; exit 1; }; }

# setup NAME COMMAND...: a failure of COMMAND is the machine's; say so in one line and skip
setup() {
  logged "$@" || skip "$1: $(grep -m 1 -E '^(E|mount|unshare): ' "$work/log/$1" || tail -n 1 "$work/log/$1") (see $work/log/$1)"
}

# packages NAME PACKAGE...: have these packages of the running system, install what is missing
packages() {
  local missing
  missing=$(dpkg-query -W -f '${db:Status-Status}\n' "${@:2}" 2>&1 | grep -vx installed) || true
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || skip "not root, and some of these packages are missing: ${*:2}"
  logged "$1-update" apt-get update || true   # some other list may be broken; the next line will tell
  setup "$1-packages" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${@:2}"
}

# ---- Debian 12's toolchain, for Linux 6.12 -------------------------------------------------

in_bookworm() {
  env -i HOME=/nonexistent PATH="$work/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 LLVM=-14 "$@"
}

rustc_1_63=$work/rustc-1.63
in_bookworm_6_1() {
  env -i HOME=/nonexistent PATH="$rustc_1_63/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 LLVM=-14 \
    LD_LIBRARY_PATH="$rustc_1_63/usr/lib/x86_64-linux-gnu" LIBCLANG_PATH=/usr/lib/llvm-14/lib "$@"
}

# ---- Debian sid's toolchain, for Linux 7.2 and 7.3 -----------------------------------------

# The chroot sees $work, and $out where it is set, under their own names. The mounts live in a mount
# namespace of the command's own: nothing stays mounted, whatever happens. clang must be of
# the LLVM major that rustc has (CONFIG_RUST_INLINE_HELPERS asks for it): sid/etc/llvm holds it.
in_sid() {
  # shellcheck disable=SC2016  # the inner shell expands
  unshare --mount --propagation private bash -euc '
    sid=$1 work=$2 out=$3; shift 3
    mount -t proc proc "$sid/proc"
    mount --rbind /dev "$sid/dev"
    for d in "$work" "$out"; do
      mkdir -p "$sid$d"
      mount --bind "$d" "$sid$d"
    done
    llvm=$(cat "$sid/etc/llvm" 2> /dev/null) || true
    exec chroot "$sid" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
      ${llvm:+LLVM=-$llvm} "$@"' in_sid "$sid" "$work" "${out:-$work}" "$@"
}

# The mirror that the running system uses for its own release.
mirror() {
  { cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2> /dev/null || true; } |
    sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+).*/\2/p' | sed -n 1p
}

make_sid() {
  [ -e "$sid/.ready" ] && return
  [ "$(id -u)" = 0 ] || skip "not root: a Debian sid chroot cannot be made"
  packages debootstrap debootstrap xz-utils
  local uri
  uri=$(mirror)
  [ -n "$uri" ] || skip "no Debian mirror in /etc/apt"
  if [ ! -e "$sid/.bootstrapped" ]; then
    rm -rf --one-file-system "$sid"
    setup sid-debootstrap debootstrap --variant=minbase sid "$sid" "$uri"
    touch "$sid/.bootstrapped"
  fi
  cp /etc/resolv.conf /etc/hosts "$sid/etc/"
  printf 'deb %s %s main\n' "$uri" sid "$uri" trixie-backports > "$sid/etc/apt/sources.list"
  # A mirror that is a snapshot has Release files past their date; signatures are checked as ever.
  cat > "$sid/etc/apt/apt.conf.d/99rartifacts" <<'CONF'
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
CONF
  setup sid-update in_sid apt-get update
  local get='env DEBIAN_FRONTEND=noninteractive apt-get install -y' llvm
  # shellcheck disable=SC2086
  setup sid-packages in_sid $get rustc rust-src rustfmt bindgen make gcc libc6-dev flex bison bc libelf-dev \
    libdw-dev libssl-dev openssl zlib1g-dev cpio kmod xz-utils python3-minimal dwarves strace
  llvm=$(in_sid rustc -vV | sed -nE 's/^LLVM version: ([0-9]+).*/\1/p')
  # shellcheck disable=SC2086
  setup sid-llvm in_sid $get "clang-$llvm" "lld-$llvm" "llvm-$llvm"
  echo "$llvm" > "$sid/etc/llvm"
  touch "$sid/.ready"
}

# sid_deb PACKAGE...: have them in debs/
sid_deb() {
  local p
  for p; do
    compgen -G "$work/debs/${p}_*.deb" > /dev/null ||
      setup "download-$p" in_sid sh -c "cd '$work/debs' && apt-get download '$p'"
  done
}

# kernel_source 7.2: have src/linux-source-7.2, out of the package of that name
kernel_source() {
  local name=linux-source-$1
  [ -e "$work/src/$name/.unpacked" ] && return
  sid_deb "$name"
  # shellcheck disable=SC2317  # step calls it
  unpack() { dpkg-deb --fsys-tarfile "$1" | tar xOf - "./usr/src/$name.tar.xz" | tar xJf - -C "$work/src"; }
  step "unpack-$1" unpack "$work/debs/${name}"_*.deb
  touch "$work/src/$name/.unpacked"
}

# debian_headers 7.2: unpack into the chroot, where they belong (their Makefile holds absolute paths),
# Debian's header packages of the same source package as linux-source-7.2. Sets debian_headers to
# the folder's name: linux-headers-7.2.13+deb14-amd64
debian_headers() {
  local version p
  version=$(in_sid apt-cache pkgnames "linux-headers-$1" |
    sed -nE 's/^linux-headers-([0-9.]+\+deb[0-9]+)-amd64$/\1/p' | sort -V | tail -n 1)
  [ -n "$version" ] || skip "Debian has no linux-headers-$1*-amd64 any more"
  debian_headers=linux-headers-$version-amd64
  rm -rf "$sid/usr/src/linux-headers-$version"-* "$sid/usr/lib/linux-kbuild-$version"
  for p in "$debian_headers" "linux-headers-$version-common" "linux-kbuild-$version"; do
    sid_deb "$p"
    dpkg -x "$work/debs/${p}"_*.deb "$sid"
  done
}
