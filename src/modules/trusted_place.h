// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>

namespace rartifacts {

/// An open file that only root and the user of this process can have put where it is.
class TrustedFile {
 public:
  explicit TrustedFile(int fd = -1) : fd_(fd) {}
  TrustedFile(TrustedFile&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  TrustedFile& operator=(TrustedFile&&) = delete;
  ~TrustedFile();
  int fd() const { return fd_; }
  /// Leaves it open for good.
  int release();

 private:
  int fd_;
};

/// Goes from the root of the file system to `path`, which is absolute, one folder at a time, and looks at each as it has opened it:
/// it must belong to root or to the user, and nobody else may write to it. In a folder with the sticky bit (/tmp) everybody may, but
/// not touch what others own. A link is followed when it stands in such a place. The file is open for reading its content (O_PATH).
/// Errors: `changed` when there is no such file; `unsupported` with the place that cannot be trusted.
Result<TrustedFile> open_trusted(const std::string& path);

}  // namespace rartifacts
