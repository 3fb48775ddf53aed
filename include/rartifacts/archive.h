// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#pragma GCC visibility push(default)
namespace rartifacts {

/// The dialects of ar(5). They share the 60-byte member header and differ in how names longer than 15 bytes are kept;
/// AIX has a format of its own.
enum class ArchiveFormat { gnu, bsd, thin, aix_big };

/// One member. Symbol tables and name tables are not members; the reader passes over them.
struct Member {
  std::string name;          ///< as stored, without padding or the GNU `/` at its end
  std::uint64_t header = 0;  ///< offset of the member header in the archive
  std::uint64_t offset = 0;  ///< offset of the content in the archive; meaningless when `external`
  std::uint64_t size = 0;    ///< bytes of content
  bool unnamed = false;      ///< the name table does not have its name; rustc reads no further
  bool external = false;     ///< thin archive: the content is the file `name`, relative to the archive's directory
  std::optional<std::uint64_t> nested;  ///< external, and that file is an archive: the member whose `header` is this
};

/// The content of a member, for as long as no other one is opened, and its name where the archive does not have it.
struct OpenedMember {
  View content;
  std::string name;
  /// Device and inode of the file that holds it, for a reader that is not to look at the same again.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> file = {};
};
using OpenMember = std::function<Result<OpenedMember>(const Member&)>;

/// True when `head`, the first bytes of a file, is the magic of any archive that `ArchiveReader` reads.
bool is_archive(Bytes head);

/// Walks the members of an archive from front to back without reading their contents.
///
///     auto reader = ArchiveReader::open(view);
///     while (auto member = reader->next()) { ... }       // Result<std::optional<Member>>; nullopt at the end
///
/// Formats: GNU and COFF ("!<arch>\n", names `/N` into the `//` member, ended by "/\n" or NUL), BSD (`#1/N`), thin
/// ("!<thin>\n"), 64-bit symbol tables (`/SYM64/`), AIX big ("<bigaf>\n").
/// Defined by: System V ABI ch. 7; AIX <ar.h>.
class ArchiveReader {
 public:
  /// Errors: `malformed` when the magic is none of an archive.
  static Result<ArchiveReader> open(View archive);

  ArchiveFormat format() const { return format_; }
  /// The next member, or nothing after the last. Errors: `truncated`, `malformed`; the walk cannot go on after one.
  Result<std::optional<Member>> next();
  /// Makes `next` give the member with its header at this offset. Long names are known once `next` has been called.
  void seek(std::uint64_t header) { position_ = header; }

 private:
  explicit ArchiveReader(View archive) : archive_(archive) {}
  Result<std::optional<Member>> next_aix();
  Result<std::string> long_name(std::uint64_t offset) const;

  View archive_;
  ArchiveFormat format_ = ArchiveFormat::gnu;
  std::uint64_t position_ = 8;
  std::uint64_t last_aix_ = 0;
  std::optional<View> names_;  ///< the GNU `//` member
  bool in_tables_ = true;      ///< no member has been met yet; tables behind one count for nothing
};

}  // namespace rartifacts
#pragma GCC visibility pop
