// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/source_check.h"

#include <fcntl.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <queue>
#include <ranges>
#include <set>
#include <tuple>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "source/chunks.h"
#include "source/directory.h"
#include "source/source.h"

namespace rartifacts {
namespace {

constexpr std::string_view kStateNames[] = {"same", "changed", "missing", "unreadable"};

/// No directory that sources were compiled in is deeper.
constexpr std::size_t kMostFrontParts = 64;

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
  SourceCheck(int base, bool keep_content) : base_(base), disk_(open_disk(base)), keep_content_(keep_content) {}

  /// Which end of each path is below the directory: what is in front of it is the same for as many as can be.
  void place(std::vector<CheckedSource>& files, const Remaps& remaps) {
    auto fronts = fronts_of(files, remaps);
    // The most files first, then the shortest front. Files are taken out of the lists when a list has its turn.
    std::priority_queue<std::tuple<std::size_t, std::ptrdiff_t, std::ptrdiff_t>> turns;
    const auto queue = [&](std::ptrdiff_t number) {
      const auto& [front, list] = fronts[static_cast<std::size_t>(number)];
      turns.emplace(list.size(), -std::ssize(front), -number);
    };
    for (std::ptrdiff_t i = 0; i < std::ssize(fronts); ++i) queue(i);
    std::set<const CheckedSource*> placed;
    std::optional<std::string> first;
    while (!turns.empty()) {
      const auto [count, shortness, negative] = turns.top();
      turns.pop();
      auto& [front, list] = fronts[static_cast<std::size_t>(-negative)];
      std::erase_if(list, [&](const auto* file) { return placed.contains(file); });
      if (list.empty()) continue;
      if (list.size() < count) {
        queue(-negative);
        continue;
      }
      for (auto* file : list) file->place = tail_of(parts_of(file->place), front == "." ? 0 : parts_of(front).size());
      placed.insert(list.begin(), list.end());
      // What is not there is looked for where the most are.
      if (!first) first = front;
    }
    if (!first || *first == ".") return;
    for (auto& file : files)
      if (!placed.contains(&file) && file.place.starts_with(*first + "/")) file.place.erase(0, first->size() + 1);
  }

  /// Error: reading it would be more than its size on disk accounts for.
  Result<void> compare(CheckedSource& file) const {
    if (!is_there(file.place)) return {};
    file.state = SourceState::unreadable;
    // A link leads no further than the directory.
    const auto resolved = resolve(*disk_, file.place, 0);
    auto opened = resolved ? open_file_below(base_, resolved->target) : pass(resolved);
    if (!opened) return file.error = opened.error(), Result<void>();
    Held held;
    if (auto charged = charge(opened->status, held); !charged)
      return fail(charged.error().kind, "{}: {}", file.place, charged.error().what);
    std::string content;
    content.reserve(static_cast<std::size_t>(opened->status.st_size));
    const auto read = for_each_chunk(opened->fd.get(), [&](Bytes chunk) { content += as_text(chunk); });
    if (!read) return file.error = read.error(), Result<void>();
    const auto checksum = checksum_of(content, file.recorded.hash);
    if (!checksum) {
      file.error =
          Error{ErrorKind::unsupported, fmt::format("{} is not computed here", name_of(file.recorded.hash)), {}};
      return {};
    }
    file.state = *checksum == file.recorded.checksum ? SourceState::same : SourceState::changed;
    if (!keep_content_ || file.state != SourceState::same) return {};
    file.content = std::move(content);
    return keep(file.content.size());
  }

 private:
  // Many names may lead to one file, and what has holes is larger than it is.
  static Result<void> charge(const struct stat& status, Held& held) {
    constexpr std::uint64_t kStepsPerByte = 2;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    credit_packed(status.st_dev, status.st_ino, size_on_disk(status));
    if (auto charged = held.grow(size); !charged) return charged;
    return work(kStepsPerByte * size);
  }

  using Front = std::pair<std::string, std::vector<CheckedSource*>>;

  /// For each beginning of a path, the files whose rest is below the directory.
  std::vector<Front> fronts_of(std::vector<CheckedSource>& files, const Remaps& remaps) const {
    std::map<std::string, std::vector<CheckedSource*>> by_front;
    for (auto& file : files) {
      const auto parts = own_parts(remapped(file.recorded.path, remaps));
      file.place = path_of(parts);
      for (std::size_t i = 0; i < std::min(parts.size(), kMostFrontParts); ++i)
        if (is_there(tail_of(parts, i)))
          by_front[path_of({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(i)})].push_back(&file);
    }
    return {std::make_move_iterator(by_front.begin()), std::make_move_iterator(by_front.end())};
  }

  bool is_there(const std::string& path) const {
    struct stat status;
    return fstatat(base_, path.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
  }

  int base_;
  std::unique_ptr<Source> disk_;
  bool keep_content_;
};

}  // namespace

std::string_view name_of(SourceState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::string remapped(std::string_view path, const Remaps& remaps) {
  for (const auto& [from, to] : remaps | std::views::reverse) {
    if (!path.starts_with(from)) continue;
    auto rest = path.substr(from.size());
    if (!rest.empty() && !rest.starts_with('/') && !from.ends_with('/')) continue;
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    return rest.empty() ? to : join_path(to, rest);
  }
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
  for (auto& file : files)
    if (auto compared = check.compare(file); !compared) return pass(compared);
  return files;
}

}  // namespace rartifacts
