// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/classify.h>

#include <optional>
#include <string>
#include <utility>

#include "source/directory.h"

namespace rartifacts {

/// Opens the members of one archive, one at a time, so that memory does not grow with their number.
///
/// A member of a thin archive is opened as ar and ld do it: by its stored path, from the archive's directory on. That path may
/// lead anywhere (`../a.o` is usual, absolute ones are allowed), so it must be a regular file, of the size that the archive
/// says, and an object, an archive or metadata: nobody gets at other files by way of an archive.
class MemberFiles {
 public:
  /// `archive` lies in `directory`, which is relative to `base`; both stay open as long as this is used.
  MemberFiles(const OpenedFile& archive, int base, std::string_view directory)
      : archive_(archive), base_(base), directory_(directory) {}

  /// All of the file, for reading the headers of the archive: the `view` of it.
  Result<Image> archive() const;
  Result<View> view(Image& file) const {
    return slice_ ? View(file).sub(slice_->first, slice_->second) : Result<View>(View(file));
  }
  /// The archive is only this window of the file.
  void narrow(View slice) { slice_.emplace(slice.begin(), slice.size()); }

  /// The content of a member; ends the validity of the one before. Errors: `truncated`, `io`, `unsupported`; `changed` when
  /// an external file is not what the archive was made of.
  Result<OpenedMember> open(const Member& member);
  /// The file that holds the content which was opened last, at the offset that its View has.
  int fd() const { return external_ ? external_->fd.get() : archive_.fd.get(); }
  /// Fails with `changed` when that file has been modified since.
  Result<void> check_last() const { return check_unchanged(external_ ? *external_ : archive_); }

 private:
  Result<OpenedMember> open_external(const Member& member);

  const OpenedFile& archive_;
  int base_;
  std::string directory_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> slice_;  ///< begin and size
  std::optional<OpenedFile> external_;
  std::optional<Image> image_;
};

/// Fills in the members of an archive, and what follows from them.
void take_members(Artifact& artifact, std::vector<MemberFacts> members);

}  // namespace rartifacts
