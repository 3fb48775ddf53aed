// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/select.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// The sorted list of what to copy, as a writer gets it.
struct Manifest {
  std::string root;  ///< the directory that the paths are relative to, as the user named it
  Profile profile = Profile::oot;
  std::vector<const Artifact*> artifacts;  ///< sorted by path
  std::vector<Directory> directories;      ///< directories and links to directories to list as well, sorted
  std::string prefix;                      ///< directory of the package the files go to, for `dh-install`, `rpm-files`
  std::string target = "rust-artifacts";   ///< what depends on the files, for `make`
  bool color = false;                      ///< for `table`
  /// Told a long text piece by piece while it is written; what `write` returns is the rest. None: `write` returns all of it.
  std::function<void(std::string_view piece)> take;
};

/// A form a manifest can be written in.
struct Format {
  std::string_view name;
  std::string_view what;
  bool feeds_copy;  ///< a list for cpio and the like: its paths must be usable from where the command was started
  bool needs_digests;
  /// Errors: a name that this form cannot hold.
  Result<std::string> (*write)(const Manifest& manifest);
};

/// One row per format.
std::span<const Format> format_table();
const Format* format_of(std::string_view name);

}  // namespace rartifacts
#pragma GCC visibility pop
