// SPDX-License-Identifier: MIT OR Apache-2.0
#include "source/digest.h"

#include "source/chunks.h"
#include "source/directory.h"

namespace rartifacts {

Result<std::string> sha256_below(int base, std::string_view path) {
  auto file = open_file_below(base, path);
  if (!file) return pass(file);
  Sha256 digest;
  if (auto read = for_each_chunk(file->fd.get(), [&](Bytes chunk) { digest.add(chunk); }); !read) return pass(read);
  if (auto same = check_unchanged(*file); !same) return pass(same);
  return digest.hex();
}

}  // namespace rartifacts
