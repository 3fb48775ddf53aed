// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What a package says of itself: the control file of a .deb, the header of an .rpm, .PKGINFO of pacman and apk. A plain tar or
/// cpio says nothing, and its fields are empty.
struct PackageIdentity {
  std::string name;
  std::string version;
  std::string architecture;  ///< `amd64`, `x86_64`, `noarch`, `all`: as the format calls it
  std::vector<std::string>
      yields_to;  ///< names of the packages that it replaces, breaks, conflicts with or obsoletes; sorted
  std::vector<std::string> provides;   ///< names under which others may know it
  std::vector<std::string> depends;    ///< names of the packages that it needs, of alternatives the first; sorted
  std::vector<std::string> compilers;  ///< what it needs or recommends of a compiler of Rust, as it is written
};

/// True when `one` replaces, breaks, conflicts with or obsoletes `other`, under whatever name. Versions are not looked at.
bool yields(const PackageIdentity& one, const PackageIdentity& other);

/// What is to be known of a package beside the artifacts in it. Paths are those inside of it, without leading `./` or `/`. Lists that
/// a hostile package could make long hold the first `kListed` only.
struct PackageFacts {
  static constexpr std::size_t kListed = 1000;

  std::string file;           ///< the package, relative to the base of the run
  bool is_directory = false;  ///< one that a package will be made of, or that it was unpacked to
  PackageIdentity identity;
  std::uint64_t entries = 0;
  std::vector<std::string> world_writable;  ///< files, and directories without the sticky bit
  std::vector<std::string> leftovers;       ///< objects, rlibs, .cmd files: names that a build leaves behind
  std::multimap<std::uint16_t, std::string>
      machines;  ///< programs with the x bit (`program_machine`) and plugins of GCC, by e_machine
};

/// One path in two packages, not a directory in both.
struct PathClash {
  std::string path;
  std::size_t first = 0;      ///< index of a package
  std::size_t second = 0;     ///< and of another
  bool same_content = false;  ///< same type, same mode, same bytes or link target
};

/// Packages that are installed together, as one root.
struct PackageRoot {
  std::vector<PackageFacts> packages;
  std::vector<PathClash> clashes;
  std::map<std::string, std::size_t, std::less<>> owner;  ///< the package that a path is from

  /// `package.deb:usr/src/…`, `directory/usr/src/…`. What no package has is shown as part of the first one; without packages a path is
  /// shown as it is.
  std::string shown(std::string_view path) const;
};

/// One line of `dpkg-divert --list`: whatever other packages install as `path` goes to `to`.
struct Diversion {
  std::string path;  ///< without the leading slash
  std::string to;
  std::string by;  ///< the package that diverts; empty for a local diversion, which holds for all packages
};

}  // namespace rartifacts
#pragma GCC visibility pop
