// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <rartifacts/archive.h>
#include <rartifacts/classify.h>
#include <rartifacts/container.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <unordered_map>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "classify/crate_names.h"
#include "object/path_leaks.h"
#include "source/chunks.h"
#include "source/directory.h"
#include "source/members.h"
#include "source/source.h"
#include "source/unpack.h"

namespace rartifacts {
namespace {

Result<void> count_leaks(int fd, const std::vector<std::string>& texts, Artifact& artifact) {
  if (texts.empty()) return {};
  PathLeaks leaks(texts);
  if (auto read = for_each_chunk(fd, [&](Bytes chunk) { leaks.add(chunk); }); !read) return read;
  artifact.path_leaks = leaks.counts();
  return {};
}

/// Long texts under several names: a build tree has one configuration, a bomb has thousands of links to one.
class SharedTexts {
 public:
  Result<Shared<std::string>> read(const OpenedFile& file) {
    const auto version = version_of(file.status);
    if (file.status.st_nlink > 1) {
      const std::lock_guard lock(mutex_);
      if (const auto known = by_version_.find(version); known != by_version_.end()) return known->second;
    }
    auto text = read_text(file);
    if (!text) return pass(text);
    constexpr std::size_t kShort = 64;
    if (text->size() < kShort) return Shared(std::move(*text));
    const std::lock_guard lock(mutex_);
    auto shared = share(std::move(*text));
    if (shared && file.status.st_nlink > 1) by_version_[version] = *shared;
    return shared;
  }

 private:
  Result<Shared<std::string>> share(std::string text) {
    auto& known = by_hash_[std::hash<std::string>()(text)];
    if (known && *known == text) return known;
    if (auto kept = keep(text.size()); !kept) return pass(kept);
    return known = Shared(std::move(text));
  }

  std::mutex mutex_;
  std::unordered_map<std::size_t, Shared<std::string>> by_hash_;
  std::map<FileVersion, Shared<std::string>> by_version_;  ///< of files with several names
};

// What cannot be read of them is left out: the kind says already what the file is.
void take_native_libraries(Artifact& artifact, View file) {
  const auto& crate = artifact.crate;
  // What a stub leaves out is in the .rmeta beside it, and a proc macro is linked already.
  if (!crate || !crate->has_root || crate->is_proc_macro.value_or(false)) return;
  auto blob = metadata_in(file);
  auto libraries = blob ? read_native_libraries(blob->blob) : pass(blob);
  if (libraries) artifact.native_libraries = std::move(*libraries);
  else artifact.notes.push_back(describe(libraries.error()));
}

void take_exports(Artifact& artifact, View file) {
  constexpr std::array kLibraries{Kind::cdylib, Kind::dylib, Kind::proc_macro, Kind::shared_library};
  if (std::ranges::find(kLibraries, artifact.kind) == kLibraries.end()) return;
  auto names = artifact.elf ? all_elf_exports(file) : foreign_exports(file, {""});
  if (names) artifact.exports = std::move(*names);
}

class Disk final : public Source {
 public:
  explicit Disk(int base) : base_(base), own_files_(open(kOwnFiles, O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

  Result<struct stat> status(const std::string& path) const override { return stat_below(base_, path); }
  Result<std::string> read_link(const std::string& path) const override { return read_link_below(base_, path); }
  Result<Shared<std::string>> share_text(const std::string& path) const override {
    auto file = open_file_below(base_, path);
    return file ? texts_.read(*file) : pass(file);
  }
  bool is_installed_root() const override { return false; }

  WalkResult walk(const WalkRequest& request) override { return rartifacts::walk(base_, request); }

  Result<std::optional<Artifact>> look(const std::string& path, const LookRequest& request) const override {
    auto file = open_file_below(base_, path, request.named, own_files_.get());
    if (!file) return pass(file);
    auto image = Image::of_file(file->fd.get(), file->status);
    if (!image) return pass(image);
    credit_packed(file->status.st_dev, file->status.st_ino, size_on_disk(file->status));
    auto unpacked = unpack_module(View(*image), file_name_of(path));
    if (!unpacked) return pass(unpacked);
    const View content(*unpacked ? **unpacked : *image);
    auto artifact = classify(content, file_name_of(path));
    if (!artifact || !*artifact) return artifact;
    if (*unpacked) note_packed(**artifact, image->size());
    if (request.proved_words) name_by_hash(**artifact, content);
    MemberFiles files(*file, base_, directory_of(path));
    const auto open = [&](const Member& member) { return files.open(member); };
    if (request.members && is_archive(View(*image).head(8))) {
      auto members = read_members(View(*image), open);
      if (!members) return pass(members);
      take_members(**artifact, std::move(*members));
    }
    if (request.link_facts) {
      auto link = read_link_facts(content, request.exports, open);
      if (!link) return pass(link);
      (*artifact)->link = std::move(*link);
      take_exports(**artifact, content);
      take_native_libraries(**artifact, content);
    }
    if (request.path_leaks)
      if (auto counted = count_leaks(file->fd.get(), *request.path_leaks, **artifact); !counted) return pass(counted);
    if (auto same = check_unchanged(*file); !same) return pass(same);
    (*artifact)->path = path;
    (*artifact)->mode = file->status.st_mode & kPermissions;
    return artifact;
  }

 private:
  int base_;
  Descriptor own_files_;
  mutable SharedTexts texts_;
};

}  // namespace

std::unique_ptr<Source> open_disk(int base) { return std::make_unique<Disk>(base); }

}  // namespace rartifacts
