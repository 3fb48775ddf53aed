// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Rust symbol names
// =================
//
// Legacy:  _ZN <len><segment> … 17h<16 hex digits> E        the last segment is a hash; C++ names have none
// v0:      _R [decimal] <path> [<instantiating-crate>] ['.' suffix]        see mangling_v0.cc
//
// A C function may start with `_R` too (`_RasMessage`, `_RegistrationConfirm` of nf_conntrack_h323), so a v0 name is only
// one when its whole path parses.
//
// A legacy segment holds what an assembler takes: `$LT$` for `<`, `..` for `::`, `$u20$` for a space. The crate is the first
// segment, except in an impl, `_ZN65_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..fmt..Debug$GT$3fmt17h…E`. An impl
// stands in a crate that it names, and that crate depends on all others it names; so it is the last of core, alloc, std and
// one more. With two more the name does not tell.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "bytes/budget.h"
#include "bytes/unicode.h"
#include "object/mangling_v0.h"

namespace rartifacts {
namespace {

// The segments of a legacy name, its hash the last; nothing when it is none.
std::optional<std::vector<std::string_view>> legacy_segments(std::string_view name) {
  if (!name.starts_with("_ZN") || name.find("17h") == name.npos) return std::nullopt;
  name.remove_prefix(3);
  std::vector<std::string_view> segments;
  while (!name.empty() && is_digit(name[0])) {
    std::size_t length = 0;
    std::size_t digits = 0;
    while (digits < name.size() && digits < 5 && is_digit(name[digits]))
      length = length * 10 + static_cast<std::size_t>(name[digits++] - '0');
    name.remove_prefix(digits);
    if (length > name.size()) return std::nullopt;
    segments.push_back(name.substr(0, length));
    name.remove_prefix(length);
  }
  const bool is_one = name.starts_with('E') && (name.size() == 1 || name[1] == '.') && !segments.empty() &&
                      segments.back().size() == 17 && segments.back()[0] == 'h' &&
                      is_lower_hex(segments.back().substr(1));
  return is_one ? std::optional(std::move(segments)) : std::nullopt;
}

struct Escape {
  std::string_view code;
  char text;
};
constexpr std::array kEscapes{Escape{"$C$", ','},  Escape{"$SP$", '@'}, Escape{"$BP$", '*'}, Escape{"$RF$", '&'},
                              Escape{"$LT$", '<'}, Escape{"$GT$", '>'}, Escape{"$LP$", '('}, Escape{"$RP$", ')'}};

// `$u20$`: a character by its number, as far as it is ASCII that can be printed.
std::optional<char> numbered(std::string_view code) {
  if (code.size() < 5 || !code.starts_with("$u") || code[4] != '$' || !is_lower_hex(code.substr(2, 2)))
    return std::nullopt;
  int value = 0;
  std::from_chars(code.data() + 2, code.data() + 4, value, 16);
  return value >= 0x20 && value < 0x7f ? std::optional(static_cast<char>(value)) : std::nullopt;
}

std::string unescaped(std::string_view segment) {
  std::string out;
  if (segment.starts_with("_$")) segment.remove_prefix(1);
  while (!segment.empty()) {
    std::size_t eaten = 1;
    if (segment.starts_with("..")) {
      out += "::";
      eaten = 2;
    } else if (segment[0] == '.') {
      out += '-';
    } else if (const auto* escape =
                   std::ranges::find_if(kEscapes, [&](const auto& row) { return segment.starts_with(row.code); });
               escape != kEscapes.end()) {
      out += escape->text;
      eaten = escape->code.size();
    } else if (const auto character = numbered(segment)) {
      out += *character;
      eaten = 5;
    } else {
      out += segment[0];
    }
    segment.remove_prefix(eaten);
  }
  return out;
}

// The crates that the paths in an impl start with.
std::set<std::string_view> crates_in(std::string_view impl) {
  std::set<std::string_view> crates;
  for (std::size_t at = 0; at < impl.size();) {
    const auto* end = std::find_if_not(impl.begin() + at, impl.end(), is_word_character);
    const auto word = impl.substr(at, static_cast<std::size_t>(end - impl.begin()) - at);
    const bool is_first = at < 2 || impl.substr(at - 2, 2) != "::";
    if (!word.empty() && is_first && impl.substr(at + word.size()).starts_with("::")) crates.insert(word);
    at += std::max<std::size_t>(word.size(), 1);
  }
  return crates;
}

std::optional<std::string> crate_of_impl(std::string_view impl) {
  auto crates = crates_in(impl);
  std::string_view last;
  for (const std::string_view name : {"core", "alloc", "std"})
    if (crates.erase(name) != 0) last = name;
  if (crates.size() == 1) last = *crates.begin();
  return crates.size() > 1 || last.empty() ? std::nullopt : std::optional(std::string(last));
}

RustName legacy_name(const std::vector<std::string_view>& segments) {
  RustName name;
  for (const auto segment : std::span(segments).first(segments.size() - 1))
    name.text += (name.text.empty() ? "" : "::") + unescaped(segment);
  if (segments.front().starts_with("_$LT$") || segments.front().starts_with("$LT$"))
    name.crate = crate_of_impl(unescaped(segments.front()));
  else if (segments.size() > 2) name.crate = segments.front();
  return name;
}

}  // namespace

bool is_rust_mangled(std::string_view symbol) {
  if (!work(16 * symbol.size())) return false;
  return legacy_segments(symbol) || (symbol.starts_with("_R") && symbol.size() > 3 && is_v0(symbol.substr(2)));
}

std::optional<RustName> demangle(std::string_view symbol) {
  if (!work(32 * symbol.size())) return std::nullopt;
  if (const auto segments = legacy_segments(symbol)) return legacy_name(*segments);
  if (!symbol.starts_with("_R") || symbol.size() <= 3) return std::nullopt;
  return demangle_v0(symbol.substr(2));
}

}  // namespace rartifacts
