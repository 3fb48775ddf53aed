// SPDX-License-Identifier: MIT OR Apache-2.0
#include "package/clashes.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "package/paths.h"
#include "package/stream.h"
#include "source/chunks.h"
#include "source/digest.h"

namespace rartifacts {
namespace {

/// What stands in the way of a copy of the system in every one of so many packages needs no list of all pairs.
constexpr std::size_t kMostPackages = 16;

/// What a package has under a path.
struct Content {
  std::size_t package;
  std::string digest;  ///< over type, permissions, bytes or text of the link; not as hex
};
struct SharedPath {
  std::string path;
  bool has_directory = false;
  bool has_link = false;
  std::vector<Content> contents;
};
using AllShared = std::map<std::uint64_t, SharedPath>;

Result<std::string> digest_of(const PackageEntry& entry, PackageStream& stream) {
  Sha256 digest;
  const auto what = fmt::format("{:o} {}", entry.st_mode, entry.link);
  digest.add(as_bytes(what));
  if (S_ISREG(entry.st_mode)) {
    auto read = for_each_chunk([&](auto into) { return stream.read(into); }, [&](Bytes chunk) { digest.add(chunk); });
    if (!read) return pass(read);
  }
  return digest.raw();
}

Result<void> read_contents(int base, const std::vector<std::string>& files, std::size_t index,
                           const std::vector<std::uint64_t>& keys, AllShared& all) {
  return for_each_entry(base, files[index], [&](OpenedPackage&, PackageStream& stream, PackageEntry& entry) {
    const auto key = PackagePaths::key(entry.path);
    if (!std::ranges::binary_search(keys, key)) return Result<void>();
    auto digest = digest_of(entry, stream);
    if (!digest) return Result<void>(pass(digest));
    auto& shared = all[key];
    if (shared.path.empty()) shared.path = entry.path;
    (S_ISDIR(entry.st_mode) ? shared.has_directory : shared.has_link) |=
        S_ISDIR(entry.st_mode) || S_ISLNK(entry.st_mode);
    // Of several entries with one path in a package the last one counts.
    auto& contents = shared.contents;
    if (!contents.empty() && contents.back().package == index) contents.back().digest = std::move(*digest);
    else if (contents.size() < kMostPackages) contents.push_back({index, std::move(*digest)});
    return Result<void>();
  });
}

}  // namespace

std::vector<PathClash> compare_clashes(int base, const std::vector<std::string>& files,
                                       const std::vector<std::uint64_t>& keys, const IsDirectory& is_directory,
                                       std::vector<Problem>& problems) {
  std::vector<PathClash> clashes;
  if (keys.empty()) return clashes;
  AllShared all;
  for (std::size_t i = 0; i < files.size(); ++i)
    // What cannot be read has been told when it was read for its artifacts.
    if (auto read = read_contents(base, files, i, keys, all);
        !read && std::ranges::find(problems, files[i], &Problem::path) == problems.end())
      problems.push_back({files[i], read.error()});
  std::size_t equal = 0;
  std::size_t different = 0;
  for (const auto& [key, shared] : all) {
    // A directory in one package may be a link to a directory in another: what is below it comes to stand there.
    if (shared.has_directory && shared.has_link && is_directory(shared.path)) continue;
    const auto& contents = shared.contents;
    for (std::size_t i = 0; i < contents.size(); ++i)
      for (std::size_t j = i + 1; j < contents.size(); ++j) {
        const bool is_same = contents[i].digest == contents[j].digest;
        if (++(is_same ? equal : different) > PackageFacts::kListed) continue;
        clashes.push_back({.path = shared.path,
                           .first = contents[i].package,
                           .second = contents[j].package,
                           .same_content = is_same});
      }
  }
  if (different > PackageFacts::kListed)
    problems.push_back(
        {files.front(),
         Error{ErrorKind::too_large,
               fmt::format("more than {} paths that other packages have with other content", PackageFacts::kListed),
               std::nullopt}});
  std::ranges::sort(clashes, {}, [](const PathClash& clash) {
    return std::tuple<const std::string&, std::size_t, std::size_t>(clash.path, clash.first, clash.second);
  });
  return clashes;
}

}  // namespace rartifacts
