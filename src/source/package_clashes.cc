// SPDX-License-Identifier: MIT OR Apache-2.0
#include "source/package_clashes.h"

#include <algorithm>
#include <map>

#include "source/chunks.h"
#include "source/digest.h"
#include "source/package_paths.h"
#include "source/package_stream.h"

namespace rartifacts {
namespace {

struct Content {
  std::size_t package;
  std::string path;
  std::string what;  ///< type, permissions, and digest of the bytes or text of the link
};
using Contents = std::map<std::uint64_t, std::vector<Content>>;

Result<std::string> what_is(const PackageEntry& entry, PackageStream& stream) {
  auto what = fmt::format("{:o} {}", entry.st_mode, entry.link);
  if (!S_ISREG(entry.st_mode)) return what;
  Sha256 digest;
  auto read = for_each_chunk([&](auto into) { return stream.read(into); }, [&](Bytes chunk) { digest.add(chunk); });
  if (!read) return pass(read);
  return what + digest.hex();
}

Result<void> read_contents(int base, const std::vector<std::string>& files, std::size_t index,
                           const std::vector<std::uint64_t>& keys, Contents& contents) {
  auto package = open_package(base, files[index]);
  if (!package) return pass(package);
  auto stream = PackageStream::open(package->file.fd.get(), package->begin, package->length);
  if (!stream) return pass(stream);
  for (;;) {
    auto entry = stream->next();
    if (!entry) return pass(entry);
    if (!*entry) return {};
    const auto key = PackagePaths::key((*entry)->path);
    if (!std::ranges::binary_search(keys, key)) continue;
    auto what = what_is(**entry, *stream);
    if (!what) return pass(what);
    contents[key].push_back({index, (*entry)->path, std::move(*what)});
  }
}

}  // namespace

std::vector<PathClash> compare_clashes(int base, const std::vector<std::string>& files,
                                       const std::vector<std::uint64_t>& keys, std::vector<Problem>& problems) {
  std::vector<PathClash> clashes;
  if (keys.empty()) return clashes;
  Contents contents;
  for (std::size_t i = 0; i < files.size(); ++i)
    if (auto read = read_contents(base, files, i, keys, contents); !read) problems.push_back({files[i], read.error()});
  for (const auto& [key, all] : contents)
    for (std::size_t i = 1; i < all.size(); ++i)
      if (all[i].package != all.front().package && clashes.size() < PackageFacts::kListed)
        clashes.push_back({.path = all[i].path,
                           .first = all.front().package,
                           .second = all[i].package,
                           .same_content = all[i].what == all.front().what});
  std::ranges::sort(clashes, {}, &PathClash::path);
  return clashes;
}

}  // namespace rartifacts
