// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>
#include <rartifacts/package.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "modules/package_reader.h"
#include "source/directory.h"

namespace rartifacts {

/// One entry of a package.
struct PackageEntry {
  std::string path;  ///< without `./`; empty for the root itself
  std::string link;  ///< text of a symbolic link, or path of the entry that a hard link is another name of
  bool is_hard_link = false;
  std::uint32_t st_mode = 0;
  std::uint64_t size = 0;
};

class DirectoryEntries;

/// The files in a package, once from front to back: through the reader module for libarchive, or from a directory.
class PackageStream {
 public:
  /// Reads `length` bytes of `fd`, which the caller keeps open, from `begin` on. Errors: the module is not there.
  static Result<PackageStream> open(int fd, std::uint64_t begin, std::uint64_t length);
  /// What is below the directory `fd`, which the caller keeps open.
  static PackageStream of_directory(int fd);
  PackageStream(PackageStream&&) noexcept;
  ~PackageStream();

  /// The next entry; nothing once the end was reached and everything was sound. Errors: `malformed`, for what cannot be read as
  /// well as for names that are absolute, lead out of the package or are longer than any file system takes.
  Result<std::optional<PackageEntry>> next();
  /// The next bytes of the entry's content, 0 at its end.
  Result<std::size_t> read(std::span<std::uint8_t> into);

 private:
  struct Close {
    const rartifacts_package_reader* reader;
    void operator()(rartifacts_package* package) const { reader->close(package); }
  };
  using Package = std::unique_ptr<rartifacts_package, Close>;
  PackageStream(Package package, std::unique_ptr<DirectoryEntries> directory);
  std::unexpected<Error> failed() const;
  Package package_;
  std::unique_ptr<DirectoryEntries> directory_;  ///< instead
};

/// The whole content of an entry that is a small text.
Result<std::string> read_all(PackageStream& stream, const PackageEntry& entry);

/// A package and where the files are in it: all of it, or data.tar.* of a .deb. Or a directory that stands for one.
struct OpenedPackage {
  OpenedFile file;
  PackageIdentity identity;
  bool is_deb = false;
  bool is_directory = false;
  std::uint64_t begin = 0;
  std::uint64_t length = 0;
};

/// True when the file `path` below `base` begins like a package, or like a tar or cpio, packed or not, or is called so. A packed kernel
/// module is none.
bool is_package(int base, const std::string& path);

/// What a file is that packs others and that nothing here reads: `a zip file`. Nothing for every other file.
std::optional<std::string_view> unread_form(int base, const std::string& path);

/// Opens the package `path` below `base` and reads what it says of itself, as far as that stands in front of the files.
Result<OpenedPackage> open_package(int base, const std::string& path);

/// Hands every entry of the package `path` below `base` to `take`, until that fails. The end is reached when there is no error.
Result<void> for_each_entry(int base, const std::string& path,
                            const std::function<Result<void>(OpenedPackage&, PackageStream&, PackageEntry&)>& take);

}  // namespace rartifacts
