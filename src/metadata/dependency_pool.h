// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Dependencies that are held once
// ===============================
//
// Of a thousand crates each may name several hundred others, twice: in the .rmeta and in the .rlib. These are the same thousand all the
// time, so all lists of the process that live at one time share a pool, and look into it. A pool is given up with the last list of it,
// and after a while a new one is begun: then a list that is kept for long keeps only the pool that it was made with.
//
// A dependency is charged as kept when it comes into a pool, a list only for its pointers.
#pragma once

#include <rartifacts/metadata.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <unordered_map>

namespace rartifacts {

/// A `CrateName` whose text stands elsewhere.
struct StoredName {
  std::optional<std::string_view> text;
  std::optional<std::uint32_t> predefined;
  CrateName::Source source = CrateName::Source::stored;
};

/// A `Dependency` whose texts stand elsewhere.
struct DependencyRecord {
  StoredName name;
  std::string_view svh;
  std::optional<std::string_view> host_svh;
  DependencyKind kind = DependencyKind::unconditional;
  std::string_view extra_filename;
  std::optional<bool> is_private;
};

class DependencyPool {
 public:
  static Dependencies list(std::span<const DependencyRecord> records);
  static void add(Dependencies& list, const DependencyRecord& record);
  static void rename(Dependencies& list, const std::function<std::optional<CrateName>(const Dependency&)>& name_for);

 private:
  static std::shared_ptr<DependencyPool> current();
  const Dependency* known(std::size_t hash, const DependencyRecord& record) const;
  const Dependency* put(std::size_t hash, const DependencyRecord& record);
  const Dependency* at(const DependencyRecord& record);

  std::shared_mutex mutex_;  ///< nearly always nothing is new, and threads look things up side by side
  std::deque<Dependency> all_;
  std::atomic<std::size_t> size_{0};
  std::unordered_map<std::size_t, const Dependency*> known_;  ///< by a hash; of several the last
};

}  // namespace rartifacts
