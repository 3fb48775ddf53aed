// SPDX-License-Identifier: MIT OR Apache-2.0
#include "object/path_leaks.h"

#include <algorithm>
#include <cstring>

namespace rartifacts {
namespace {

/// How often `text` begins in the first `starts` bytes of `bytes`.
std::uint64_t count_in(std::string_view bytes, std::string_view text, std::size_t starts) {
  std::uint64_t count = 0;
  const auto reach = bytes.substr(0, std::min(bytes.size(), starts + text.size() - 1));
  const char* at = reach.data();
  const char* const end = at + reach.size();
  while (at != end) {
    at = static_cast<const char*>(memmem(at, static_cast<std::size_t>(end - at), text.data(), text.size()));
    if (!at) break;
    ++count;
    ++at;
  }
  return count;
}

}  // namespace

PathLeaks::PathLeaks(const std::vector<std::string>& prefixes) {
  for (const auto& prefix : prefixes) {
    if (prefix.empty()) continue;
    counts_.emplace_back(prefix, 0);
    longest_ = std::max(longest_, prefix.size());
  }
}

void PathLeaks::add(Bytes chunk) {
  if (counts_.empty() || chunk.empty()) return;
  const auto text = as_text(chunk);
  // What begins in the tail ends in the chunk; what ended in the tail was counted before.
  const auto border = tail_ + std::string(text.substr(0, longest_ - 1));
  for (auto& [prefix, count] : counts_) {
    const auto first = tail_.size() - std::min(tail_.size(), prefix.size() - 1);
    count += count_in(std::string_view(border).substr(first), prefix, tail_.size() - first);
    count += count_in(text, prefix, text.size());
  }
  tail_ = text.size() < longest_ ? border : std::string(text.substr(text.size() - longest_));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), longest_ - 1));
}

}  // namespace rartifacts
