// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What an .rpm says of itself
// ===========================
//
//   lead               96 bytes, begins with ED AB EE DB; nothing else in it is used any more
//   signature header   digests and signatures of what follows; padded with zeros to 8 bytes
//   header             what the package is: names, relations, the list of files
//   payload            a compressed cpio archive
//
// Both headers have one form, all numbers big-endian: 8E AD E8 01, four bytes of nothing, the number of index entries, the size of
// the store; then the entries of 16 bytes (tag, type, offset into the store, count), then the store. A string ends with a NUL; an
// array of `count` strings is so many of them one after the other.
//
// Defined by: rpm, docs/manual/format_v4.md, format_lead.md and format_header.md; the tags by include/rpm/rpmtag.h.
#include <algorithm>

#include "bytes/size_limits.h"
#include "package/identity.h"

namespace rartifacts {
namespace {

constexpr std::uint32_t kLeadMagic = 0xedabeedb;
constexpr std::uint64_t kLeadSize = 96;
constexpr std::uint32_t kHeaderMagic = 0x8eade801;
constexpr std::uint64_t kIntroSize = 16;
constexpr std::uint64_t kEntrySize = 16;

/// Bounds for what is kept in memory of one package.
constexpr std::size_t kMaxRpmStrings = size_limits::rpm_strings.most;

enum Tag : std::uint32_t {
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kArch = 1022,
  kConflictName = 1054,
  kProvideName = 1047,
  kRequireFlags = 1048,
  kRequireName = 1049,
  kRequireVersion = 1050,
  kObsoleteName = 1090,
  kRecommendName = 5046,
  kRecommendVersion = 5047,
  kRecommendFlags = 5048,
};
constexpr std::uint32_t kString = 6;
constexpr std::uint32_t kStringArray = 8;
constexpr std::uint32_t kInt32 = 4;

/// RPMSENSE_LESS, _GREATER, _EQUAL.
constexpr std::uint32_t kComparison = 0b1110;

/// One list of relations, in three arrays.
struct Relations {
  std::vector<std::string> names, versions;
  std::vector<std::uint32_t> flags;
};

struct Header {
  std::uint64_t entries_at = 0;
  std::uint32_t entries = 0;
  std::uint64_t store_at = 0;
  std::uint32_t store_size = 0;

  std::uint64_t end() const { return store_at + store_size; }
};

Result<Header> read_intro(View file, std::uint64_t at) {
  Cursor cursor(file, at);
  const auto magic = cursor.u32_be();
  cursor.skip(4);
  Header header{.entries_at = at + kIntroSize, .entries = cursor.u32_be()};
  header.store_size = cursor.u32_be();
  header.store_at = header.entries_at + header.entries * kEntrySize;
  if (!cursor.ok()) return cursor.error();
  if (magic != kHeaderMagic) return fail_at(at, ErrorKind::malformed, "not the header of an rpm: {:#010x}", magic);
  if (header.entries > size_limits::rpm_entries.most) return over(size_limits::rpm_entries);
  if (header.store_size > size_limits::rpm_store.most) return over(size_limits::rpm_store);
  return header;
}

/// `count` strings of the store, one after the other.
Result<std::vector<std::string>> strings_at(View store, std::uint32_t offset, std::uint32_t count) {
  std::vector<std::string> strings;
  Cursor cursor(store, offset);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string text;
    for (std::uint8_t c = 0; (c = cursor.u8()) != 0 && text.size() <= kMaxRpmStrings;) text += static_cast<char>(c);
    if (!cursor.ok()) return cursor.error();
    if (text.size() > kMaxRpmStrings || strings.size() >= kMaxRpmStrings) return over(size_limits::rpm_strings);
    strings.push_back(std::move(text));
  }
  return strings;
}

// Those that are about a compiler, as a spec file has them: `rust >= 1.85.1-1.fc42`.
void keep_compilers(const Relations& relations, std::vector<std::string>& compilers) {
  for (std::size_t i = 0; i < relations.names.size(); ++i) {
    const auto& name = relations.names[i];
    if (!names_compiler(name)) continue;
    const auto flags = i < relations.flags.size() ? relations.flags[i] & kComparison : 0;
    const auto version = i < relations.versions.size() ? relations.versions[i] : "";
    const auto* sign = flags & 2 ? "<" : flags & 4 ? ">" : "";
    compilers.push_back(flags == 0 ? name : fmt::format("{} {}{} {}", name, sign, flags & 8 ? "=" : "", version));
  }
}

// Takes an array of a list of relations to a compiler; nothing when the tag is none of it.
Result<void> read_relations(Relations& relations, View store, std::uint32_t offset, std::uint32_t count,
                            std::uint32_t tag, std::uint32_t type) {
  const auto most = std::min<std::uint32_t>(count, kMaxRpmStrings);
  if (tag == kRequireFlags || tag == kRecommendFlags) {
    if (type != kInt32) return {};
    Cursor cursor(store, offset);
    relations.flags.clear();
    for (std::uint32_t i = 0; i < most && cursor.ok(); ++i) relations.flags.push_back(cursor.u32_be());
    return {};
  }
  if (type != kStringArray) return {};
  auto strings = strings_at(store, offset, most);
  if (!strings) return pass(strings);
  (tag == kRequireVersion || tag == kRecommendVersion ? relations.versions : relations.names) = std::move(*strings);
  return {};
}

}  // namespace

Result<PackageIdentity> read_rpm_identity(View file, std::uint64_t* payload) {
  Cursor lead(file, 0);
  if (lead.u32_be() != kLeadMagic) return fail(ErrorKind::malformed, "not an rpm");
  auto signature = read_intro(file, kLeadSize);
  if (!signature) return pass(signature);
  auto header = read_intro(file, (signature->end() + 7) / 8 * 8);
  if (!header) return pass(header);
  auto store = file.sub(header->store_at, header->store_size);
  if (!store) return fail_at(header->store_at, store.error().kind, "the header of the rpm is cut off");

  PackageIdentity identity;
  std::string release;
  Relations needed, recommended;
  Cursor entries(file, header->entries_at);
  for (std::uint32_t i = 0; i < header->entries; ++i) {
    const auto tag = entries.u32_be();
    const auto type = entries.u32_be();
    const auto offset = entries.u32_be();
    const auto count = entries.u32_be();
    if (!entries.ok()) return entries.error();
    const bool is_needed = tag == kRequireName || tag == kRequireVersion || tag == kRequireFlags;
    if (is_needed || tag == kRecommendName || tag == kRecommendVersion || tag == kRecommendFlags) {
      auto read = read_relations(is_needed ? needed : recommended, *store, offset, count, tag, type);
      if (!read) return pass(read);
    }
    const bool is_relation = tag == kConflictName || tag == kObsoleteName || tag == kProvideName || tag == kRequireName;
    if (!is_relation && tag != kName && tag != kVersion && tag != kRelease && tag != kArch) continue;
    if (type != (is_relation ? kStringArray : kString))
      return fail_at(header->entries_at + i * kEntrySize, ErrorKind::malformed, "rpm tag {} has type {}", tag, type);
    // What a package needs may be thousands of symbols, and is only told to people.
    const auto most = tag == kRequireName ? std::min<std::uint32_t>(count, kMaxRpmStrings) : count;
    auto strings = strings_at(*store, offset, is_relation ? most : 1);
    if (!strings) return pass(strings);
    if (tag == kName) identity.name = strings->front();
    if (tag == kVersion) identity.version = strings->front();
    if (tag == kRelease) release = strings->front();
    if (tag == kArch) identity.architecture = strings->front();
    if (is_relation)
      for (const auto& relation : *strings) {
        // Capabilities and files are required too; what has them is not told.
        const bool is_package = !relation.starts_with('/') && !relation.contains('(');
        if (tag == kRequireName && !is_package) continue;
        (tag == kRequireName   ? identity.depends
         : tag == kProvideName ? identity.provides
                               : identity.yields_to)
            .emplace_back(relation_name(relation));
      }
    // Each tag stands in a header once; a forged one could repeat the longest list as often as it has entries.
    if (identity.yields_to.size() > 2 * kMaxRpmStrings || identity.provides.size() > kMaxRpmStrings ||
        identity.depends.size() > kMaxRpmStrings)
      return over(size_limits::rpm_strings);
  }
  keep_compilers(needed, identity.compilers);
  keep_compilers(recommended, identity.compilers);
  if (!release.empty()) identity.version += "-" + release;
  std::ranges::sort(identity.yields_to);
  std::ranges::sort(identity.depends);
  if (payload) *payload = header->end();
  return identity;
}

}  // namespace rartifacts
