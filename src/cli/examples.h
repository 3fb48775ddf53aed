// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string_view>

namespace rartifacts {

// What stands below the options in the help of a command: what they do together, and examples.

inline constexpr std::string_view kScanExamples = R"(
Examples:
  rartifacts scan linux-build/ | cpio -pdmu "$DEST"
  rartifacts -C linux-build scan --format paths0 . | rsync -a --from0 --files-from=- linux-build/ "$DEST"
  rartifacts -C linux-build scan . | tar -C linux-build --no-recursion -cf headers.tar -T -
  rartifacts -C linux-build scan -f dh-install --prefix usr/src/linux-headers-$V . > debian/linux-headers-$V.install
    (then: dh_install --sourcedir=linux-build)
  rartifacts -C "$RPM_BUILD_ROOT" scan -f rpm-files usr/src/kernels > rust.list    (then: %files -f rust.list)
  rartifacts scan -f make --target headers.tar linux-build/ > headers.d            (then: include headers.d)
In scripts, use `set -o pipefail`: when scan fails, it lists nothing, and a pipe would hide that.
)";

inline constexpr std::string_view kReportExamples = R"(
When several parts tell of the same path, the name of the part without .ndjson is put in front of it.

Examples:
  rartifacts audit --report ndjson=one.ndjson linux-build/         in one job, and in the last one:
  rartifacts report --from *.ndjson --report html=all.html --report junit=all.xml
)";

inline constexpr std::string_view kExtractExamples = R"(
When several members are called a.o, the second becomes a.2.o and the third a.3.o. Either all files are written, or none.

Examples:
  rartifacts extract libfoo.rlib -o objects         the objects that rustc made, to be linked by gcc or ld
  rartifacts extract --metadata libfoo.rlib         libfoo.rmeta, as rustc --extern takes it
  rartifacts extract --kbuild foo libfoo.a > foo.objs
  and in the Kbuild file beside them, to make foo.ko of them and of foo_main.c:
      obj-m += foo.o
      include $(src)/foo.objs
      foo-objs += foo_main.o
The printed lines make Kbuild run objtool on these objects, and write the .cmd files that modpost looks for.
)";

inline constexpr std::string_view kVerifyExamples = R"(
MANIFEST must be that of a tree: its paths are relative to DIR. In the manifest of a package, paths start with the name of the package.

Examples:
  rartifacts -C linux-build scan -f json . > manifest.json       then, after the copy:
  rartifacts verify manifest.json "$DEST"
  rartifacts verify --files-only manifest.json debian/linux-headers-x/usr/src/linux-headers-x
)";

inline constexpr std::string_view kSourcesExamples = R"(
Without --check, the list is what cksum --check reads (coreutils 9). rustc records MD5 checksums unless the crate was
compiled with -Z src-hash-algorithm; md5sum --check reads those as well.

With --check, DIR takes the place of the leading directories of the recorded paths, those that leave most files found in it: the
sources may stand elsewhere than when the crate was compiled.

Examples:
  rartifacts sources rust/libkernel.rmeta
  rartifacts sources --check /usr/src/linux-6.12 linux-build/
)";

inline constexpr std::string_view kApiExamples = R"(
Kinds: mod struct union enum variant trait trait-alias type foreign-type fn const static macro
primitive; with --members also field and param.

Examples:
  rartifacts api /lib/modules/$(uname -r)/build
  rartifacts api libfoo.rlib --members
  rartifacts api --crate macros linux-build/
  rartifacts api "$kernel_source_dir" --has kernel::clk::Clk kernel::device::Device
    (in a configure script or dkms.conf: exit status 0 if it offers all of them, 1 if not, 3 if that cannot be told)
)";

}  // namespace rartifacts
