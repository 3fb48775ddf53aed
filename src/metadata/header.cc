// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The header of a metadata blob
// =============================
//
//     metadata version 9 and later              version 5 to 8
//      0  "rust" 0 0 0 V                         0  "rust" 0 0 0 V
//      8  position of the crate root, u64 LE     8  position of the crate root, u32 BE
//     16  version string                        12  version string
//
// The version string is a LEB128 length, the bytes, and from version 6 on the sentinel C1. In version 4 (before rustc 1.41)
// four zero bytes stand in front of the magic and the root follows other rules; only the version string is read there.
// Since rustc 1.80 a blob ends with "rust-end-file": without it, it was cut off.
//
// This part has never changed its form under a newer compiler, which is why it can be read where nothing else can.
#include <algorithm>
#include <charconv>

#include "metadata/layout.h"
#include "metadata/magic.h"

namespace rartifacts {
namespace {

constexpr std::string_view kFooter = "rust-end-file";
constexpr std::uint8_t kNewestVersion = 10;  // rustc 1.98
constexpr std::uint64_t kMaxVersionString = 300;

// "rustc 1.97.0-nightly (e50aa6fba 2026-05-19)"
std::optional<Release> parse_release(std::string_view rustc) {
  Release release;
  if (!rustc.starts_with("rustc 1.")) return std::nullopt;
  rustc.remove_prefix(8);
  const auto number = [&](int& value) {
    const auto [end, error] = std::from_chars(rustc.data(), rustc.data() + rustc.size(), value);
    if (error != std::errc{}) return false;
    rustc.remove_prefix(static_cast<std::size_t>(end - rustc.data()));
    return true;
  };
  if (!number(release.minor) || !rustc.starts_with('.')) return std::nullopt;
  rustc.remove_prefix(1);
  if (!number(release.patch)) return std::nullopt;
  if (rustc.starts_with('-')) release.channel = rustc.substr(1, rustc.find(' ') - 1);
  return release;
}

}  // namespace

std::uint64_t footer_size(const MetadataHeader& header) { return header.footer ? kFooter.size() : 0; }

Result<MetadataHeader> read_metadata_header(View blob) {
  MetadataHeader header;
  const Bytes head = blob.head(20);
  if (head.empty()) return fail(ErrorKind::truncated, "the metadata is empty");
  const bool is_version4 = as_text(head).starts_with(kMetadataMagic4);
  const std::uint64_t magic_at = is_version4 ? 4 : 0;
  if (!is_version4 && !as_text(head).starts_with(kMetadataMagic))
    return fail(ErrorKind::malformed, "does not start with the metadata magic");
  Cursor cursor(blob, magic_at + kMetadataMagic.size());
  header.version = cursor.u8();
  header.root = header.version >= 9 ? cursor.u64_le() : cursor.u32_be();
  const auto length = cursor.leb128(32);
  if (cursor.ok() && length > kMaxVersionString)
    cursor.reject(ErrorKind::malformed, "version string of impossible length");
  header.rustc = as_text(cursor.raw(length));
  if (!cursor.ok()) return cursor.error();
  const bool is_printable = std::ranges::all_of(header.rustc, [](char c) { return c >= ' ' && c <= '~'; });
  if (!header.rustc.starts_with("rustc ") || !is_printable)
    return header.version > kNewestVersion
               ? fail(ErrorKind::unsupported,
                      "metadata version {}, which is not known, and no version string where it was", header.version)
               : fail(ErrorKind::malformed, "the version string is not one of rustc");
  header.release = parse_release(header.rustc);
  if (is_version4) {
    header.root = 0;
    return header;
  }
  if (header.version >= 6) {
    const auto sentinel = cursor.u8();
    if (cursor.ok() && sentinel != kStringSentinel)
      cursor.reject(ErrorKind::malformed, "version string without its end");
    header.string_sentinels = true;
  }
  if (!cursor.ok()) return cursor.error();
  header.after_version = cursor.position();
  if (blob.size() >= kFooter.size()) {
    auto end = blob.fetch(blob.size() - kFooter.size(), kFooter.size());
    if (!end) return pass(end);
    header.footer = as_text(*end) == kFooter;
  }
  const bool needs_footer = header.release && (header.release->minor > 80 ||
                                               (header.release->minor == 80 && header.release->channel.empty()));
  if (needs_footer && !header.footer)
    return fail(ErrorKind::truncated, "the metadata does not end with \"rust-end-file\": it was cut off or altered");
  if (header.root < header.after_version || header.root >= blob.size() - footer_size(header))
    return fail_at(header.root, ErrorKind::truncated, "the crate root lies outside of the metadata");
  return header;
}

}  // namespace rartifacts
