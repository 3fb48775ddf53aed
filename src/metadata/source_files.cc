// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Source files and spans
// ======================
//
// Behind the tables of items the root has some LazyArrays (debugger visualizers and others; their number changes), three tables
// (syntax contexts, expansions, their hashes), one LazyValue, and the table of source files. A source file is
//
//     name        0: a file; else text that a macro or the command line made
//                 to 1.94:   0 and a path, or 1, Option of a path, and the path after remapping
//                 from 1.95: Option of three strings; name, directory, full name; scopes
//     hash        its kind, 32 (the length), 32 bytes, of which the hash is the first
//     …
//
// def_span has of each definition where its head stands: a tag byte as re-exports have it, then start, file, length.
// Defined by: rust-lang/rust compiler/rustc_span/src/lib.rs (SourceFile, RealFileName), span_encoding.rs.
#include <algorithm>

#include "bytes/size_limits.h"
#include "metadata/item_file.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kMostFiles = 200'000;
constexpr std::uint64_t kLongestPath = 4096;
constexpr int kFirstFullNames = 95;

constexpr std::pair<std::string_view, std::size_t> kHashes[] = {
    {"md5", 16}, {"sha1", 20}, {"sha256", 32}, {"blake3", 32}};

std::string stored_path(Cursor& from) {
  const auto length = from.leb128(32);
  if (from.ok() && length > kLongestPath) from.reject(ErrorKind::unsupported, "a path of impossible length");
  const auto text = as_text(from.raw(from.ok() ? length : 0));
  if (from.u8() != kStringSentinel || !is_utf8(text)) from.reject(ErrorKind::unsupported, "a path that is none");
  return std::string(text);
}

std::string file_name(Cursor& from, bool has_full_names) {
  if (has_full_names) {
    const auto three = [&] { return stored_path(from), stored_path(from), stored_path(from); };
    if (from.boolean()) three();
    auto path = three();
    from.leb128(32);  // scopes
    return path;
  }
  if (from.boolean() && from.boolean()) stored_path(from);
  return stored_path(from);
}

/// Nothing for what is no file.
Result<std::optional<SourceFile>> source_file(const ItemFile& file, std::uint64_t position, bool has_full_names) {
  Cursor from(file.blob, position);
  const auto tag = from.u8();
  constexpr std::uint8_t kLastTag = 9;
  if (from.ok() && tag > kLastTag) return unknown_items("a source file of kind {}", tag);
  if (from.ok() && tag != 0) return std::nullopt;
  SourceFile source;
  source.path = file_name(from, has_full_names);
  const auto kind = from.u8();
  const auto length = from.u8();
  const Bytes hash = from.raw(32);
  if (!from.ok() || kind >= std::size(kHashes) || length != 32 || source.path.empty())
    return unknown_items("a source file at {:#x}", position);
  const auto size = kHashes[kind].second;
  if (std::ranges::any_of(hash.subspan(size), [](auto byte) { return byte != 0; }))
    return unknown_items("a checksum that is too long");
  source.hash = SourceFile::Hash{kind};
  for (const auto byte : hash.first(size)) source.checksum += fmt::format("{:02x}", byte);
  return source;
}

using SourceList = std::vector<std::optional<SourceFile>>;

Result<SourceList> read_sources(const ItemFile& file, const ItemTable& table, bool has_full_names) {
  SourceList all;
  std::size_t left = size_limits::source_paths.most;  // of paths, which may lead back to one text
  for (std::uint32_t i = 0; i < table.count(4); ++i) {
    const auto position = table.value(i);
    if (position != 0 && (!file.is_position(position) || position >= table.position))
      return unknown_items("source files");
    auto source = position == 0 ? std::nullopt : source_file(file, position, has_full_names);
    if (!source) return pass(source);
    if (*source && (*source)->path.size() > left) return over(size_limits::source_paths);
    if (*source) left -= (*source)->path.size();
    all.push_back(std::move(*source));
  }
  return all;
}

/// What a crate is made of has a file; a table that names none is another one.
bool has_file(const SourceList& all) {
  return std::ranges::any_of(all, [](const auto& source) { return source.has_value(); });
}

/// The table of source files, when there are `arrays` LazyArrays before it.
std::optional<ItemTable> source_table(const ItemFile& file, std::uint64_t start, std::uint64_t previous, int arrays) {
  Cursor from(file.blob, start);
  const auto lazy = [&] {
    previous += from.leb128(40);
    if (previous > file.header.root) from.reject(ErrorKind::unsupported, "a pointer out of the metadata");
  };
  for (int i = 0; i < arrays; ++i)
    if (from.leb128(32) != 0) lazy();
  ItemTable table;
  for (int i = 0; i < 4 && from.ok(); ++i) {
    constexpr int kSources = 3;
    if (i == kSources) lazy();  // def_path_hash_map
    const auto width = from.leb128(32);
    const auto count = from.leb128(32);
    lazy();
    if (width > 8 || (width == 0) != (count == 0) ||
        width * count > file.header.root - std::min(previous, file.header.root))
      return std::nullopt;
    table = {previous, width * count, static_cast<unsigned>(width), {}};
  }
  if (!from.ok() || table.size == 0 || table.size / table.width > kMostFiles || !fetch_table(file, table))
    return std::nullopt;
  return table;
}

std::optional<SourceSpan> span_at(const ItemFile& file, std::uint64_t position, bool is_referred, bool& is_span) {
  constexpr unsigned kIndirect = 3, kPartial = 2, kLong = 31;
  Cursor from(file.blob, position);
  const auto tag = from.u8();
  const unsigned kind = tag & 3;
  std::uint64_t length = tag >> 3;
  is_span = from.ok() && !(kind == kIndirect && (is_referred || length > 8));
  if (!is_span) return std::nullopt;
  if (kind == kIndirect) {
    const Bytes raw = from.raw(length);
    const auto there = load_le(raw, 0, raw.size());
    const auto target = (tag & 4) != 0 ? position - there : there;
    is_span = from.ok() && file.is_position(target);
    return is_span ? span_at(file, target, true, is_span) : std::nullopt;
  }
  SourceSpan span;
  if ((tag & 4) == 0) span.is_expanded = from.leb128(32) != 0;  // SyntaxContext; 0 is that of what is written in a file
  if (kind == kPartial) return std::nullopt;
  span.offset = from.leb128(32);
  span.length = length == kLong ? from.leb128(32) : length;
  span.file = from.leb128(32);
  is_span = from.ok();
  return is_span && kind == 0 ? std::optional(span) : std::nullopt;
}

/// def_span stands behind the visibilities; from 1.85 to 1.92 `safety` is between.
std::size_t find_spans(ItemFile& file, std::size_t sources) {
  constexpr DefIndex kLookedAt = 3000;
  const auto fits = [&](ItemTable& table) {
    if (!fetch_table(file, table) || table.value(0) == 0) return false;
    for (DefIndex i = 0; i < std::min<std::size_t>(file.definitions.size(), kLookedAt); ++i) {
      const auto position = table.value(i);
      if (position == 0) continue;
      bool is_span = file.is_position(position);
      const auto span = is_span ? span_at(file, position, false, is_span) : std::nullopt;
      if (!is_span || (span && span->file >= sources)) return false;
    }
    return true;
  };
  for (auto i = file.kind_table + 2; i < std::min(file.tables.size(), file.kind_table + 4); ++i)
    if (fits(file.tables[i])) return i;
  return file.tables.size();
}

}  // namespace

std::string_view name_of(SourceFile::Hash hash) { return kHashes[static_cast<std::size_t>(hash)].first; }

Result<SourceList> read_source_files(const ItemFile& file) {
  constexpr std::size_t kMostBack = 5;
  constexpr int kMostArrays = 9;
  if (file.encoding.tables != ItemEncoding::Tables::widths) return unknown_items("source files of this release");
  // An empty LazyArray reads as the beginning of an empty table, so the list of tables may have run too far.
  for (std::size_t back = 0; back < std::min(kMostBack, file.tables.size()); ++back) {
    const auto last = file.tables.size() - 1 - back;
    if (back > 0 && file.tables[last + 1].size != 0) break;
    for (int arrays = 0; arrays < kMostArrays; ++arrays) {
      const auto table = source_table(file, file.behind_tables - 3 * back, file.tables[last].position, arrays);
      if (!table) continue;
      const bool is_new = file.release >= kFirstFullNames;
      for (const bool has_full_names : {is_new, !is_new}) {
        auto all = read_sources(file, *table, has_full_names);
        if (all ? has_file(*all) : all.error().kind != ErrorKind::unsupported) return all;
      }
    }
  }
  return unknown_items("source files");
}

std::optional<SourceSpan> read_span(ItemFile& file, DefIndex index) {
  if (!file.has_kinds || file.release < kFirstTagSpans || !file.sources || !*file.sources) return std::nullopt;
  const auto sources = (*file.sources)->size();
  if (!file.span_table) file.span_table = find_spans(file, sources);
  if (*file.span_table >= file.tables.size()) return std::nullopt;
  const auto position = file.tables[*file.span_table].value(index);
  if (position == 0 || !file.is_position(position)) return std::nullopt;
  bool is_span = false;
  const auto span = span_at(file, position, false, is_span);
  return span && span->file < sources ? span : std::nullopt;
}

}  // namespace rartifacts
