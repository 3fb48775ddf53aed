// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/source_check.h"

#include <fcntl.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <algorithm>
#include <array>
#include <climits>
#include <map>

#include "bytes/path.h"
#include "source/chunks.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

constexpr std::string_view kStateNames[] = {"same", "changed", "missing", "unreadable"};

template <class Context, auto init, auto update, auto digest, std::size_t size>
std::string hex_digest(std::string_view content) {
  Context context;
  init(&context);
  update(&context, content.size(), as_bytes(content).data());
  std::array<std::uint8_t, size> raw;
  digest(&context, raw.size(), raw.data());
  std::string hex;
  for (const auto byte : raw) hex += fmt::format("{:02x}", byte);
  return hex;
}

/// Nothing for BLAKE3.
std::optional<std::string> checksum_of(std::string_view content, SourceFile::Hash hash) {
  switch (hash) {
    case SourceFile::Hash::md5: return hex_digest<md5_ctx, md5_init, md5_update, md5_digest, MD5_DIGEST_SIZE>(content);
    case SourceFile::Hash::sha1:
      return hex_digest<sha1_ctx, sha1_init, sha1_update, sha1_digest, SHA1_DIGEST_SIZE>(content);
    case SourceFile::Hash::sha256:
      return hex_digest<sha256_ctx, sha256_init, sha256_update, sha256_digest, SHA256_DIGEST_SIZE>(content);
    case SourceFile::Hash::blake3: break;
  }
  return std::nullopt;
}

/// The parts of a recorded path behind the last `..`, which leads out of wherever it was.
std::vector<std::string> own_parts(std::string_view path) {
  auto parts = parts_of(path);
  const auto up = std::ranges::find(parts.rbegin(), parts.rend(), "..");
  parts.erase(parts.begin(), up.base());
  return parts;
}

std::string tail_of(const std::vector<std::string>& parts, std::size_t from) {
  return path_of({parts.begin() + static_cast<std::ptrdiff_t>(from), parts.end()});
}

class SourceCheck {
 public:
  SourceCheck(int base, bool keep_content) : base_(base), keep_content_(keep_content) {}

  /// Which end of each path is below the directory: what is in front of it is the same for as many as can be.
  void place(std::vector<CheckedSource>& files, const Remaps& remaps) {
    std::map<std::string, std::vector<CheckedSource*>> by_front;
    std::vector<CheckedSource*> open;
    for (auto& file : files) {
      const auto mapped = remapped(file.recorded.path, remaps);
      const auto parts = own_parts(mapped);
      file.place = path_of(parts);
      open.push_back(&file);
      for (std::size_t i = 0; i < parts.size(); ++i)
        if (is_there(tail_of(parts, i)))
          by_front[path_of({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(i)})].push_back(&file);
    }
    while (!by_front.empty()) {
      const auto best = std::ranges::max_element(by_front, {}, [](const auto& front) {
        return std::pair(front.second.size(), PATH_MAX - std::ssize(front.first));
      });
      const auto front = best->first;
      for (auto* file : best->second) {
        const auto parts = own_parts(file->place);
        const auto cut = front == "." ? 0 : parts_of(front).size();
        file->place = tail_of(parts, cut);
        std::erase(open, file);
      }
      const auto taken = std::move(best->second);
      by_front.erase(best);
      for (auto& [other, list] : by_front)
        std::erase_if(list, [&](auto* file) { return std::ranges::find(taken, file) != taken.end(); });
      std::erase_if(by_front, [](const auto& other) { return other.second.empty(); });
      // What is not there is looked for where the most are.
      if (first_front_.empty()) first_front_ = front;
    }
    for (auto* file : open)
      if (first_front_ != "." && file->place.starts_with(first_front_ + "/"))
        file->place.erase(0, first_front_.size() + 1);
  }

  void compare(CheckedSource& file) const {
    if (!is_there(file.place)) return;
    file.state = SourceState::unreadable;
    auto opened = open_file_below(base_, file.place, true);
    if (!opened) return;
    constexpr off_t kLargest = off_t{64} << 20;
    if (opened->status.st_size > kLargest) return;
    std::string content;
    if (!for_each_chunk(opened->fd.get(), [&](Bytes chunk) { content += as_text(chunk); })) return;
    const auto checksum = checksum_of(content, file.recorded.hash);
    if (!checksum) return;
    file.state = *checksum == file.recorded.checksum ? SourceState::same : SourceState::changed;
    if (keep_content_ && file.state == SourceState::same) file.content = std::move(content);
  }

 private:
  bool is_there(const std::string& path) const {
    struct stat status;
    return fstatat(base_, path.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
  }

  int base_;
  bool keep_content_;
  std::string first_front_;
};

}  // namespace

std::string_view name_of(SourceState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::string remapped(std::string_view path, const Remaps& remaps) {
  for (const auto& [from, to] : remaps)
    if (path.starts_with(from)) return to + std::string(path.substr(from.size()));
  return std::string(path);
}

Result<std::vector<CheckedSource>> check_sources(const std::vector<std::optional<SourceFile>>& recorded,
                                                 const std::string& directory, const Remaps& remaps,
                                                 bool keep_content) {
  auto base = open_below(AT_FDCWD, directory, O_PATH | O_DIRECTORY);
  if (!base) return fail(base.error().kind, "{}: {}", directory, base.error().what);
  std::vector<CheckedSource> files;
  for (const auto& file : recorded)
    if (file) files.push_back({.recorded = *file});
  SourceCheck check(base->get(), keep_content);
  check.place(files, remaps);
  for (auto& file : files) check.compare(file);
  return files;
}

}  // namespace rartifacts
