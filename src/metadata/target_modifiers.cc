// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Target modifiers
// ================
//
// Options such as -Zretpoline change how functions are called, so since 1.86 rustc records them, and refuses a program whose crates
// differ in them. They are a LazyArray near the end of the root, behind tables whose layout changes often, so it is read backwards:
//
//     target_modifiers              count, and distance unless it is 0
//     denied_partial_mitigations    the same, since 1.97
//     six flags …                   the end of the root
//
// A LEB128 number ends with the only one of its bytes below 0x80. The elements were the last that was written, so they end where
// the root begins, those of the second array behind those of the first. Whatever does not fit exactly is taken for unknown.
//
//     TargetModifier                two bytes for the option, its value as a string
//     denied partial mitigation     three bytes
// Defined by: rust-lang/rust compiler/rustc_session/src/options.rs (TargetModifier), rustc_metadata/src/rmeta/mod.rs (CrateRoot).
#include "metadata/layout.h"

namespace rartifacts {
namespace {

/// rustc has fewer of these options.
constexpr std::uint64_t kMostModifiers = 64;
constexpr std::uint64_t kLongestModifier = 128;
constexpr std::uint64_t kMitigationSize = 3;

class BackwardReader {
 public:
  BackwardReader(View blob, std::uint64_t end, std::uint64_t start) : blob_(blob), at_(end), start_(start) {}

  /// The count of the LazyArray that ends here.
  std::optional<std::uint64_t> array() {
    const auto distance = number();
    if (!distance || *distance == 0) return distance;
    const auto count = number();
    return count && *count > 0 && *count <= kMostModifiers ? count : std::nullopt;
  }

 private:
  std::optional<std::uint8_t> byte(std::uint64_t at) const {
    const auto got = blob_.fetch(at, 1);
    return got ? std::optional((*got)[0]) : std::nullopt;
  }

  std::optional<std::uint64_t> number() {
    constexpr std::uint8_t kMore = 0x80;
    if (at_ <= start_) return std::nullopt;
    auto first = at_ - 1;
    if (byte(first).value_or(kMore) >= kMore) return std::nullopt;
    while (first > start_ && byte(first - 1).value_or(0) >= kMore) --first;
    at_ = first;
    Cursor from(blob_, first);
    const auto value = from.leb128();
    return from.ok() ? std::optional(value) : std::nullopt;
  }

  View blob_;
  std::uint64_t at_;
  std::uint64_t start_;
};

// `count` modifiers that stand at `begin` and end at `end`.
std::optional<std::string> modifiers_between(View blob, std::uint64_t begin, std::uint64_t end, std::uint64_t count) {
  std::string all;
  Cursor from(blob, begin);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto group = from.u8();
    const auto option = from.u8();
    const auto length = from.leb128(32);
    if (!from.ok() || group > 1 || length > kLongestModifier) return std::nullopt;
    const auto value = as_text(from.raw(length));
    if (from.u8() != kStringSentinel || !from.ok()) return std::nullopt;
    all += fmt::format("{}{}:{}={}", all.empty() ? "" : " ", group, option, value);
  }
  return from.position() == end ? std::optional(all) : std::nullopt;
}

}  // namespace

std::optional<std::string> read_target_modifiers(View blob, std::uint64_t root, std::uint64_t end,
                                                 bool has_mitigations) {
  constexpr std::uint64_t kSmallest = 4;  // of an option without a value
  BackwardReader back(blob, end, root);
  const auto mitigations = has_mitigations ? back.array() : 0;
  const auto count = mitigations ? back.array() : std::nullopt;
  if (!count) return std::nullopt;
  if (*count == 0) return "";
  const auto behind = root - std::min(root, *mitigations * kMitigationSize);
  for (auto size = *count * kSmallest; size <= *count * kLongestModifier && size < behind; ++size)
    if (auto found = modifiers_between(blob, behind - size, behind, *count)) return found;
  return std::nullopt;
}

}  // namespace rartifacts
