// SPDX-License-Identifier: MIT OR Apache-2.0
//
// LLVM bitcode is a stream of bits, but its strings are not: metadata strings and the names of symbols stand in blobs of whole
// bytes. rustc signs in `!llvm.ident` since 1.75, before only in debug information; names of symbols stand one behind the other,
// with nothing between them.
// Defined by: LLVM, "LLVM Bitcode File Format".
#include "object/bitcode.h"

#include <rartifacts/object.h>

#include <algorithm>
#include <cstring>

namespace rartifacts {
namespace {

constexpr std::uint64_t kLargestBitcode = std::uint64_t{64} << 20;
constexpr std::size_t kLongestMangled = 4096;
constexpr std::size_t kMostTries = 4096;

std::optional<std::string> signature_in(std::string_view text) {
  constexpr std::string_view kStart = "rustc version ";
  const auto at = text.find(kStart);
  if (at == text.npos) return std::nullopt;
  const auto reach = text.substr(at, 200);
  const auto end = std::ranges::find_if(reach, [](char c) { return c < ' ' || c > '~'; });
  std::string_view line = reach.substr(0, static_cast<std::size_t>(end - reach.begin()));
  if (const auto close = line.find(')'); close != line.npos) line = line.substr(0, close + 1);
  return std::string(line);
}

// A legacy name ends where its `17h<hash>E` ends.
std::optional<std::string> legacy_name_in(std::string_view text) {
  constexpr std::size_t kHash = 20;  // 17h, 16 digits, E
  std::size_t tries = 0;
  for (auto at = text.find("17h"); at != text.npos && tries < kMostTries; at = text.find("17h", at + 1)) {
    if (at + kHash > text.size() || text[at + kHash - 1] != 'E') continue;
    ++tries;
    const auto low = at - std::min(at, kLongestMangled);
    const auto begin = text.substr(low, at - low).rfind("_ZN");
    if (begin == text.npos) continue;
    const auto name = text.substr(low + begin, at + kHash - low - begin);
    if (is_rust_mangled(name)) return std::string(name);
  }
  return std::nullopt;
}

}  // namespace

Result<BitcodeTraces> read_bitcode(View file) {
  BitcodeTraces traces;
  if (file.size() > kLargestBitcode) return traces;
  auto bytes = file.fetch(0, file.size());
  if (!bytes) return pass(bytes);
  traces.signature = signature_in(as_text(*bytes));
  if (!traces.signature) traces.symbol = legacy_name_in(as_text(*bytes));
  return traces;
}

}  // namespace rartifacts
