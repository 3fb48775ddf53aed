// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/walk.h"

namespace rartifacts {

/// What a scan wants to hear of a file besides what it is.
struct LookRequest {
  bool named = false;                                    ///< the user named it: links are followed
  bool members = false;                                  ///< list the members of an archive
  const std::vector<std::string>* path_leaks = nullptr;  ///< texts to be counted; the request does not own them
  bool link_facts = false;                               ///< read what an object or archive brings to a linker
  const ExportTable* exports = nullptr;                  ///< what the kernel exports, when that is known
  bool proved_words = false;  ///< name what its hashes prove of names that are words of rustc
};

/// Where files come from: a directory on disk, or packages as they would be installed. Paths are relative to its root.
class Source {
 public:
  virtual ~Source() = default;

  /// lstat(2). Of a file in a package only type, permissions and size are known.
  virtual Result<struct stat> status(const std::string& path) const = 0;
  virtual Result<std::string> read_link(const std::string& path) const = 0;
  /// The whole of a small text file; of one that `is_known_text` names, when it is in a package.
  virtual Result<Shared<std::string>> share_text(const std::string& path) const = 0;
  /// A copy of it.
  Result<std::string> read_text(const std::string& path) const {
    auto text = share_text(path);
    return text ? Result<std::string>(**text) : pass(text);
  }
  /// What the content of a regular file says that it is, its path and permissions filled in; nothing when it is no artifact.
  virtual Result<std::optional<Artifact>> look(const std::string& path, const LookRequest& request) const = 0;
  virtual WalkResult walk(const WalkRequest& request) = 0;
  /// Where nothing moves, `resolve` notes down folders that are there and are reached through no link, and passes over them at once
  /// the next time. From any thread.
  virtual bool knows_folder(const std::string&) const { return false; }
  virtual void note_folder(const std::string&) const {}
  /// True when a link to `/usr` leads to `usr` below the root.
  virtual bool is_installed_root() const = 0;
};

/// The files below a directory on disk, which the caller keeps open.
std::unique_ptr<Source> open_disk(int base);

/// Where a path leads when every link in it is followed, none of them out of the source.
struct ResolvedPath {
  std::string target;              ///< path without links, relative to the base
  std::vector<std::string> links;  ///< the links passed on the way, in order
  struct stat status;
};
/// The first `trusted` characters of the path are what the user typed and are not questioned. A link leads no further than into
/// the folders and files `within`, relative to the base; none of them means the whole source. Errors: dangling, looping, absolute
/// and escaping links.
Result<ResolvedPath> resolve(const Source& source, std::string_view path, std::size_t trusted,
                             const std::vector<std::string>& within = {});

}  // namespace rartifacts
