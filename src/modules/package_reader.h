// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The interface of the reader module `libarchive`. Plain C: nothing of libarchive, and no exception, comes out of it.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

struct rartifacts_package;

/// One entry. The strings are valid until the next call.
struct rartifacts_package_entry {
  const char* path;       ///< as stored; null when it cannot be written in UTF-8
  const char* link;       ///< target of a symbolic link, or the path of another entry of a hard link; else null
  bool is_hard_link;      ///< it may come with content none the less
  std::uint32_t st_mode;  ///< type and permissions; a hard link has those of a file
  std::uint64_t size;     ///< bytes of content
};

/// What went wrong.
enum {
  RARTIFACTS_DAMAGED,
  RARTIFACTS_IO,             ///< the system refused
  RARTIFACTS_OVER_UNFOLDED,  ///< a limit of the caller
  RARTIFACTS_OVER_WINDOW,
  RARTIFACTS_OVER_HELD,
};

/// What a decoder may take.
struct rartifacts_limits {
  std::uint64_t window;  ///< bytes that it has to remember
  void* context;
  bool (*unfolded)(void* context,
                   std::uint64_t bytes);  ///< told of bytes that were unfolded; false: they were too many
};

/// The functions of the module.
struct rartifacts_package_reader {
  /// Reads `length` bytes of `fd` from `begin` on as tar or cpio, packed once or not at all. `fd` and `limits` stay the caller's.
  /// Never null; what is wrong is told by the first call of `next`.
  rartifacts_package* (*open)(int fd, std::uint64_t begin, std::uint64_t length, const rartifacts_limits* limits);
  /// 1: an entry; 0: the end was reached, and everything was read and sound; -1: see `error`.
  int (*next)(rartifacts_package* package, rartifacts_package_entry* entry);
  /// The next bytes of the content of the entry; 0 at its end, -1: see `error`.
  std::int64_t (*read)(rartifacts_package* package, void* into, std::size_t size);
  /// One line; `why` is one of the enumerators.
  const char* (*error)(rartifacts_package* package, int* why);
  void (*close)(rartifacts_package* package);
};
}

namespace rartifacts {
inline constexpr const char* kPackageReader = "rartifacts_package_reader_v2";
}
