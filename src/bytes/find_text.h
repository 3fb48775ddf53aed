// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rartifacts {

/// Three bytes of a text that is looked for, the first, one of the middle and the last, compared with 64 places at once, 16 to a
/// register: every machine that Debian runs on has such registers, and compilers know them as vectors.
class NeedleProbe {
 public:
  static constexpr std::size_t kStride = 64;

  explicit NeedleProbe(std::string_view needle)
      : to_middle_(needle.size() / 2),
        to_last_(needle.size() - 1),
        first_(all(needle.front())),
        middle_(all(needle[to_middle_])),
        last_(all(needle.back())) {}

  /// Whether they fit at one of the `kStride` places from `at` on, all of which are followed by as much as the needle has.
  bool fit_in_stride(const char* at) const {
    const Lane fitting = fit(at) | fit(at + kLane) | fit(at + 2 * kLane) | fit(at + 3 * kLane);
    std::uint64_t halves[2];
    std::memcpy(halves, &fitting, sizeof halves);
    return (halves[0] | halves[1]) != 0;
  }

 private:
  static constexpr std::size_t kLane = 16;
  using Lane = std::uint8_t __attribute__((vector_size(kLane)));

  static Lane load(const char* at) {
    Lane lane;
    std::memcpy(&lane, at, sizeof lane);
    return lane;
  }
  static Lane all(char byte) {
    Lane lane;
    std::memset(&lane, byte, sizeof lane);
    return lane;
  }
  Lane fit(const char* at) const {
    return static_cast<Lane>((load(at) == first_) & (load(at + to_middle_) == middle_) &
                             (load(at + to_last_) == last_));
  }

  std::size_t to_middle_;
  std::size_t to_last_;
  Lane first_;
  Lane middle_;
  Lane last_;
};

/// Where `needle` stands first in `text`, at `from` or behind it; npos when it does not: as string_view::find says it, many times
/// faster in a long text that has it nowhere. Meant for short needles: wherever the probe fits, all of them is compared.
inline std::size_t find_text(std::string_view text, std::string_view needle, std::size_t from = 0) {
  if (from > text.size() || needle.size() > text.size() - from) return text.npos;
  if (needle.empty()) return from;
  const NeedleProbe probe(needle);
  const auto end = text.size() - needle.size() + 1;  // behind the last place where it could begin
  const auto find_between = [&](std::size_t at, std::size_t stop) {
    while (at < stop && (text[at] != needle[0] || std::memcmp(text.data() + at, needle.data(), needle.size()) != 0))
      ++at;
    return at < stop ? at : text.npos;
  };
  auto at = from;
  for (; end - at >= NeedleProbe::kStride; at += NeedleProbe::kStride) {
    if (!probe.fit_in_stride(text.data() + at)) continue;
    if (const auto found = find_between(at, at + NeedleProbe::kStride); found != text.npos) return found;
  }
  return find_between(at, end);
}

}  // namespace rartifacts
