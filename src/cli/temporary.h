// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/directory.h"

namespace rartifacts {

// What is being written has a name of its own until it is whole: `.rartifacts-…-N`, the same for every run that writes the same. A
// run holds a lock on what it has made there. So the next one knows what a run has left behind that was killed, and removes it.

/// A new file in `folder`, for what will be called `name`; removed unless it was moved there.
class TemporaryFile {
 public:
  static Result<TemporaryFile> make(int folder, std::string_view name, mode_t mode);
  TemporaryFile(TemporaryFile&& other) noexcept = default;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  int fd() const { return file_.get(); }
  /// rename(2) to a name in the same folder; what stands there is replaced.
  bool move_to(const std::string& name);

 private:
  TemporaryFile(int folder, std::string name, Descriptor file)
      : folder_(folder), name_(std::move(name)), file_(std::move(file)) {}

  int folder_;
  std::string name_;  ///< empty once it is moved
  Descriptor file_;
};

/// A new folder in `folder`, for files that will be moved from it; removed with all files in it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make(int folder);
  TemporaryFolder(TemporaryFolder&& other) noexcept = default;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(folder_, other.folder_);
    std::swap(name_, other.name_);
    std::swap(opened_, other.opened_);
    return *this;
  }
  TemporaryFolder() = default;
  ~TemporaryFolder();

  int fd() const { return opened_.get(); }
  explicit operator bool() const { return static_cast<bool>(opened_); }

 private:
  int folder_ = -1;
  std::string name_;
  Descriptor opened_;
};

}  // namespace rartifacts
