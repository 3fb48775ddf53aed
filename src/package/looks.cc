// SPDX-License-Identifier: MIT OR Apache-2.0
#include "package/looks.h"

#include <rartifacts/classify.h>

#include <utility>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "classify/kept_size.h"
#include "source/members.h"
#include "source/threads.h"
#include "source/unpack.h"

namespace rartifacts {

PackageLook look_at_packaged(View packed, const std::string& path, bool members) {
  auto unpacked = unpack_module(packed, file_name_of(path));
  if (!unpacked) return pass(unpacked);
  const View file(*unpacked ? View(**unpacked) : packed);
  auto look = classify(file, file_name_of(path));
  if (!look || !*look) return look;
  (*look)->path = path;
  if (*unpacked) note_packed(**look, packed.size());
  if (!members || !is_archive(file.head(8))) return look;
  auto listed = read_members(file);
  if (!listed) return pass(listed);
  take_members(**look, std::move(*listed));
  return look;
}

std::shared_ptr<const PackageLook> ModuleLooks::add(std::vector<std::uint8_t> packed, Artifact known) {
  auto look = std::make_shared<PackageLook>();
  const auto size = packed.size();
  const auto number = count_++;
  // A task is copied before it runs, and its bytes are not.
  auto bytes = std::make_shared<std::vector<std::uint8_t>>(std::move(packed));
  if (!helpers_) helpers_ = std::make_unique<Helpers>(thread_count(jobs_));
  helpers_->hand_over(size, [this, look, number, bytes, known = std::move(known)] {
    auto image = Image::of_bytes(std::move(*bytes));
    auto found = look_at_packaged(View(image), known.path, members_);
    if (found && *found) {
      (*found)->mode = known.mode;
      (*found)->sha256 = known.sha256;
      (*found)->path_leaks = known.path_leaks;
      if (auto kept = keep(kept_size(**found)); !kept) {
        const std::lock_guard lock(mutex_);
        failures_.emplace(number, kept.error());
        has_failed_ = true;
      }
    }
    *look = std::move(found);
  });
  return look;
}

Result<void> ModuleLooks::finish() {
  if (!helpers_) return {};
  helpers_->finish();
  has_failed_ = false;
  const auto failures = std::exchange(failures_, {});
  return failures.empty() ? Result<void>() : std::unexpected(failures.begin()->second);
}

}  // namespace rartifacts
