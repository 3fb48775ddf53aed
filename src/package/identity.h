// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>
#include <rartifacts/package.h>

#include <string_view>
#include <vector>

namespace rartifacts {

/// The first stanza of a `control` file of a .deb. Fields that are not there stay empty.
/// Defined by: deb-control(5), deb822(5).
PackageIdentity read_deb_control(std::string_view text);

/// `.PKGINFO` of pacman and of apk. Defined by: PKGINFO(5) of pacman; apk-package(5).
PackageIdentity read_pkginfo(std::string_view text);

/// True for a file of a package of pacman or apk that says something of the package and is not installed: `.PKGINFO`, `.MTREE`. Any
/// other file whose name begins with a dot is. Defined by: alpm-package(7); apk-package(5).
bool is_package_description(std::string_view path);

/// The name in a relation: `linux-headers` of `linux-headers:any (<< 6.1)`, `kernel` of `kernel(x86-64)`.
std::string_view relation_name(std::string_view relation);

/// True when a relation, or an alternative in it, is one to a compiler of Rust: `rustc (= 1.85.1+dfsg1-1) | rustc-1.85`, `rust=1:1.85.1-1`,
/// `/usr/bin/rustc`, `(rust >= 1.85 with rust < 1.86)`.
bool names_compiler(std::string_view relation);

/// What the header of an .rpm says. `file` is the package, or so much of its beginning that both of its headers are in it.
/// `payload`: where the files begin. Errors: `truncated`, `malformed`, `too_large`.
Result<PackageIdentity> read_rpm_identity(View file, std::uint64_t* payload = nullptr);

/// What `LC_ALL=C dpkg-divert --list` prints. Error: `malformed`, with the number of the line that has another form, or that can
/// be read in two ways.
Result<std::vector<Diversion>> read_diversions(std::string_view text);

}  // namespace rartifacts
