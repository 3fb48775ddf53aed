// SPDX-License-Identifier: MIT OR Apache-2.0
#include "metadata/dependency_pool.h"

#include <mutex>

#include "bytes/budget.h"

namespace rartifacts {
namespace {

/// Then a new pool is begun. About 10 MB.
constexpr std::size_t kFullPool = 32768;

/// Each place on a list is an edge of the graph of crates, which all that follows goes along, and writes out.
constexpr std::uint64_t kStepsPerDependency = 512;

template <class Text>
std::optional<std::string_view> looking_at(const std::optional<Text>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

StoredName looking_at(const CrateName& name) { return {looking_at(name.text), name.predefined, name.source}; }

DependencyRecord looking_at(const Dependency& one) {
  return {looking_at(one.name), one.svh, looking_at(one.host_svh), one.kind, one.extra_filename, one.is_private};
}

bool is_same(const Dependency& one, const DependencyRecord& other) {
  return one.svh == other.svh && looking_at(one.name.text) == other.name.text &&
         one.name.predefined == other.name.predefined && one.name.source == other.name.source &&
         looking_at(one.host_svh) == other.host_svh && one.kind == other.kind &&
         one.extra_filename == other.extra_filename && one.is_private == other.is_private;
}

// Mostly the hash tells them apart; a name comes from several places, one after the other.
std::size_t hash_of(const DependencyRecord& record) {
  const auto of_text = [](const auto& text) { return text ? std::hash<std::string_view>()(*text) : 0; };
  std::size_t hash = std::hash<std::string_view>()(record.svh);
  const auto mix = [&](std::size_t more) { hash = hash * 31 + more; };
  mix(std::hash<std::string_view>()(record.extra_filename));
  mix(of_text(record.host_svh));
  mix(record.name.text ? record.name.text->size() + 1 : 0);
  mix(static_cast<std::size_t>(record.name.source));
  mix(static_cast<std::size_t>(record.kind));
  mix(record.is_private ? 1 + static_cast<std::size_t>(*record.is_private) : 0);
  return hash;
}

std::optional<std::string> owned(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

// With its node in `known_`, and what malloc keeps for itself.
std::uint64_t pooled_size(const DependencyRecord& record) {
  constexpr std::uint64_t kNode = 64;
  constexpr std::uint64_t kText = 16;
  const auto text = [](const auto& one) { return one ? one->size() + kText : 0; };
  return sizeof(Dependency) + kNode + record.svh.size() + kText + record.extra_filename.size() + kText +
         text(record.name.text) + text(record.host_svh);
}

}  // namespace

// The one that lists share now.
std::shared_ptr<DependencyPool> DependencyPool::current() {
  static std::mutex mutex;
  static std::weak_ptr<DependencyPool> shared;
  const std::lock_guard lock(mutex);
  auto pool = shared.lock();
  if (!pool || pool->size_ >= kFullPool) shared = pool = std::make_shared<DependencyPool>();
  return pool;
}

const Dependency* DependencyPool::known(std::size_t hash, const DependencyRecord& record) const {
  const auto found = known_.find(hash);
  return found != known_.end() && is_same(*found->second, record) ? found->second : nullptr;
}

const Dependency* DependencyPool::put(std::size_t hash, const DependencyRecord& record) {
  if (const auto* one = known(hash, record)) return one;
  (void)keep(pooled_size(record));  // if that was too much, the next charge says so
  const auto& name = record.name;
  ++size_;
  return known_[hash] = &all_.emplace_back(Dependency{{owned(name.text), name.predefined, name.source},
                                                      std::string(record.svh),
                                                      owned(record.host_svh),
                                                      record.kind,
                                                      std::string(record.extra_filename),
                                                      record.is_private});
}

Dependencies DependencyPool::list(std::span<const DependencyRecord> records) {
  Dependencies list;
  if (records.empty()) return list;
  add_work(kStepsPerDependency * records.size());
  list.pool_ = current();
  auto& pool = *list.pool_;
  std::vector<std::size_t> hashes;
  hashes.reserve(records.size());
  for (const auto& record : records) hashes.push_back(hash_of(record));
  list.all_.resize(records.size());
  bool is_any_new = false;
  {
    const std::shared_lock lock(pool.mutex_);
    for (std::size_t i = 0; i < records.size(); ++i) is_any_new |= !(list.all_[i] = pool.known(hashes[i], records[i]));
  }
  if (!is_any_new) return list;
  const std::lock_guard lock(pool.mutex_);
  for (std::size_t i = 0; i < records.size(); ++i)
    if (!list.all_[i]) list.all_[i] = pool.put(hashes[i], records[i]);
  return list;
}

const Dependency* DependencyPool::at(const DependencyRecord& record) {
  const auto hash = hash_of(record);
  {
    const std::shared_lock lock(mutex_);
    if (const auto* one = known(hash, record)) return one;
  }
  const std::lock_guard lock(mutex_);
  return put(hash, record);
}

void DependencyPool::add(Dependencies& list, const DependencyRecord& record) {
  if (!list.pool_) list.pool_ = current();
  list.all_.push_back(list.pool_->at(record));
}

void DependencyPool::rename(Dependencies& list,
                            const std::function<std::optional<CrateName>(const Dependency&)>& name_for) {
  for (auto& one : list.all_) {
    const auto name = name_for(*one);
    if (!name) continue;
    auto record = looking_at(*one);
    record.name = looking_at(*name);
    one = list.pool_->at(record);
  }
}

Dependencies::Dependencies(std::initializer_list<Dependency> all) {
  for (const auto& one : all) push_back(one);
}

void Dependencies::push_back(const Dependency& one) { DependencyPool::add(*this, looking_at(one)); }

void Dependencies::rename(const std::function<std::optional<CrateName>(const Dependency&)>& name_for) {
  DependencyPool::rename(*this, name_for);
}

}  // namespace rartifacts
