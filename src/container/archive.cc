// SPDX-License-Identifier: MIT OR Apache-2.0
//
// ar archives
// ===========
//
// An archive is 8 bytes of magic and then members, each a 60-byte header of text fields and its content, padded to an even
// offset with one "\n":
//
//     ar_name[16] ar_date[12] ar_uid[6] ar_gid[6] ar_mode[8] ar_size[10] "`\n"
//
// Sixteen bytes are too few for `libcore.core.8f2…-cgu.0.rcgu.o`, and each system found its own way out:
//
//   GNU   the name is `/123`: it stands at offset 123 of the content of a member called `//`, and ends with "/\n".
//         COFF archives (MSVC, lld-link) do the same and end it with NUL.
//   BSD   the name is `#1/45`: it is the first 45 bytes of the content, padded with NUL.
//   thin  GNU names, but only the tables have content: the members are files elsewhere. `/123:84` is the member with its header
//         at 84 of the archive whose name stands at 123.
//
// `/` and `/SYM64/` (GNU) and `__.SYMDEF…` (BSD) are symbol tables for the linker. Tables stand in front of all members.
//
// What is accepted is what rustc accepts (the crate `object`, src/read/archive.rs), up to the member that it looks for: a number ends
// at the first blank, a short name at the first slash or blank, a BSD name at the first NUL.
//
// AIX uses "<bigaf>\n": a file header of 20-digit offsets, and members that form a linked list. rustc writes it for
// powerpc64-ibm-aix, with the same lib.rmeta member inside.
#include <rartifacts/archive.h>

#include <algorithm>
#include <charconv>

#include "bytes/budget.h"
#include "bytes/unicode.h"

namespace rartifacts {
namespace {

constexpr std::string_view kArchiveMagic = "!<arch>\n";
constexpr std::string_view kThinMagic = "!<thin>\n";
constexpr std::string_view kAixMagic = "<bigaf>\n";
constexpr std::uint64_t kHeaderSize = 60;
/// No system has longer file names; a `#1/N` or `//` entry beyond it is damage.
constexpr std::uint64_t kMaxMemberName = 4096;

std::string_view trim_right(std::string_view text, std::string_view padding) {
  const auto end = text.find_last_not_of(padding);
  return end == std::string_view::npos ? std::string_view{} : text.substr(0, end + 1);
}

// Numbers are decimal text, padded with blanks.
std::optional<std::uint64_t> number(std::string_view field) {
  field = field.substr(0, field.find(' '));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  return value;
}

// The start of a member header, which was cut, has a date behind the name. Other bytes at the end of an archive are no member.
bool starts_as_header(std::string_view text) {
  const auto date = text.substr(std::min<std::size_t>(text.size(), 16), 12);
  return !date.empty() && std::ranges::all_of(trim_right(date, " "), is_digit) && is_digit(date.front());
}

// Of a name that stands in the header itself.
std::string_view short_name(std::string_view field) {
  if (field.starts_with('/')) return field.substr(0, field.find(' '));
  const auto slash = field.find('/');
  return field.substr(0, slash == field.npos ? field.find(' ') : slash);
}

}  // namespace

bool is_archive(Bytes head) {
  const auto magic = as_text(head).substr(0, 8);
  return magic == kArchiveMagic || magic == kThinMagic || magic == kAixMagic;
}

Result<ArchiveReader> ArchiveReader::open(View archive) {
  ArchiveReader reader(archive);
  const auto magic = as_text(archive.head(8));
  if (magic == kThinMagic) {
    reader.format_ = ArchiveFormat::thin;
  } else if (magic == kAixMagic) {
    // fl_hdr: magic, fl_memoff, fl_gstoff, fl_gst64off, fl_fstmoff, fl_lstmoff, fl_freeoff; 20 digits each
    auto header = archive.fetch(0, 128);
    if (!header) return pass(header);
    const auto first = number(as_text(*header).substr(68, 20));
    const auto last = number(as_text(*header).substr(88, 20));
    if (!first || !last) return fail(ErrorKind::malformed, "AIX archive without offsets of its members");
    reader.format_ = ArchiveFormat::aix_big;
    reader.position_ = *first;
    reader.last_aix_ = *last;
  } else if (magic != kArchiveMagic) {
    return fail(ErrorKind::malformed, "not an ar archive");
  }
  return reader;
}

Result<std::string> ArchiveReader::long_name(std::uint64_t offset) const {
  if (!names_ || offset >= names_->size())
    return fail(ErrorKind::malformed, "member name {} lies outside of the name table", offset);
  auto bytes = names_->fetch(offset, std::min(kMaxMemberName, names_->size() - offset));
  if (!bytes) return pass(bytes);
  auto name = as_text(*bytes);
  name = name.substr(0, std::min(name.find('\n'), name.find('\0')));
  if (name.ends_with('/')) name.remove_suffix(1);
  return std::string(name);
}

Result<std::optional<Member>> ArchiveReader::next() {
  if (auto charged = work(1024); !charged) return pass(charged);
  if (format_ == ArchiveFormat::aix_big) return next_aix();
  while (position_ < archive_.size()) {
    // An archive may end with the padding of its last member.
    if (archive_.size() - position_ == 1) break;
    auto header = archive_.fetch(position_, kHeaderSize);
    if (!header) {
      const auto rest = archive_.fetch(position_, std::min(kHeaderSize, archive_.size() - position_));
      const bool is_cut = rest && starts_as_header(as_text(*rest));
      const auto kind = header.error().kind;
      return fail_at(position_, kind == ErrorKind::truncated && !is_cut ? ErrorKind::malformed : kind,
                     "archive ends inside a member header");
    }
    const auto text = as_text(*header);
    if (text.substr(58, 2) != "`\n") return fail_at(position_, ErrorKind::malformed, "no archive member header here");
    const auto stored = number(text.substr(48, 10));
    if (!stored) return fail_at(position_, ErrorKind::malformed, "archive member size is not a number");
    const auto name_field = text.substr(0, 16);
    const auto raw_name = trim_right(name_field, " ");
    // Archives for arm64ec have /<ECSYMBOLS>/ besides, the linker of Visual Studio writes more such tables.
    const bool is_table = raw_name == "/" || raw_name == "//" || raw_name == "/SYM64/" ||
                          (raw_name.starts_with("/<") && raw_name.ends_with(">/"));

    Member member;
    member.header = position_;
    member.offset = position_ + kHeaderSize;
    member.size = *stored;
    member.external = format_ == ArchiveFormat::thin && !is_table;
    const std::uint64_t content = member.external ? 0 : *stored;
    if (content > archive_.size() - member.offset)
      return fail_at(position_, ErrorKind::truncated, "archive member of {} bytes, {} are there", *stored,
                     archive_.size() - member.offset);
    position_ = member.offset + content + (content & 1);

    if (raw_name == "//" && in_tables_ && !names_) {
      auto table = archive_.sub(member.offset, member.size);
      if (!table) return pass(table);
      names_ = *table;
    }
    if (is_table) continue;
    if (raw_name.starts_with("#1/") && is_digit(name_field[3])) {
      const auto length = number(raw_name.substr(3));
      if (!length || *length > member.size || *length > kMaxMemberName)
        return fail_at(member.header, ErrorKind::malformed, "archive member name of impossible length");
      auto name = archive_.fetch(member.offset, *length);
      if (!name) return pass(name);
      member.name = as_text(*name).substr(0, as_text(*name).find('\0'));
      member.offset += *length;
      member.size -= *length;
      format_ = ArchiveFormat::bsd;
    } else if (raw_name.starts_with('/') && is_digit(name_field[1])) {
      const auto colon = member.external ? raw_name.find(':') : raw_name.npos;
      const auto offset = number(raw_name.substr(1, colon - 1));
      if (colon != raw_name.npos) {
        member.nested = number(raw_name.substr(colon + 1));
        if (!member.nested) return fail_at(member.header, ErrorKind::malformed, "nested member offset is not a number");
      }
      if (!offset) return fail_at(member.header, ErrorKind::malformed, "archive member name is not a number");
      auto name = long_name(*offset);
      member.unnamed = !name;
      member.name = name ? *name : std::string(raw_name);
    } else {
      member.name = short_name(name_field);
    }
    if (member.name.starts_with("__.SYMDEF")) {
      format_ = ArchiveFormat::bsd;
      continue;
    }
    in_tables_ = false;
    return member;
  }
  return std::nullopt;
}

// ar_size[20] ar_nxtmem[20] ar_prvmem[20] ar_date[12] ar_uid[12] ar_gid[12] ar_mode[12] ar_namlen[4] name, even, "`\n"
Result<std::optional<Member>> ArchiveReader::next_aix() {
  constexpr std::uint64_t kAixHeader = 112;
  if (position_ == 0) return std::nullopt;
  auto header = archive_.fetch(position_, kAixHeader);
  if (!header) return pass(header);
  const auto text = as_text(*header);
  const auto size = number(text.substr(0, 20));
  const auto next = number(text.substr(20, 20));
  const auto name_length = number(text.substr(108, 4));
  if (!size || !next || !name_length)
    return fail_at(position_, ErrorKind::malformed, "AIX archive member header without numbers");
  auto name = archive_.fetch(position_ + kAixHeader, *name_length);
  if (!name) return pass(name);
  Member member;
  member.name = as_text(*name);
  member.header = position_;
  member.offset = position_ + kAixHeader + *name_length + (*name_length & 1) + 2;
  member.size = *size;
  if (auto content = archive_.sub(member.offset, member.size); !content) return pass(content);
  // The list is only followed forwards, so that it ends whatever it says.
  const bool is_last = position_ == last_aix_ || *next <= position_;
  position_ = is_last ? 0 : *next;
  return member;
}

}  // namespace rartifacts
