// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What is in a Rust archive
// =========================
//
//     lib.rmeta            metadata of an rlib, bare or wrapped in an object
//     lib.rmeta-link       since rustc 1.97: the names of the objects that rustc itself wrote
//     NAME.rcgu.o          one codegen unit each
//     anything else        objects of bundled native libraries; in a staticlib also what std has bundled
//
// Without lib.rmeta-link each member has to say what it is: by the name of a codegen unit, or by its own traces.
#include <rartifacts/archive.h>
#include <rartifacts/classify.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "bytes/budget.h"
#include "bytes/size_limits.h"
#include "metadata/magic.h"

namespace rartifacts {
namespace {

using Names = std::set<std::string, std::less<>>;

// An object whose section .rmeta-link holds a LEB128 count and that many strings.
Result<Names> rust_members(View member) {
  constexpr std::uint64_t kStepsPerName = 128;
  Names names;
  auto section = find_section(member, ".rmeta-link");
  if (!section) return pass(section);
  if (!*section) return fail(ErrorKind::malformed, "lib.rmeta-link without its section");
  Cursor cursor(**section, 0);
  const auto count = cursor.leb128(32);
  if (count > size_limits::archive_members.most) return over(size_limits::archive_members);
  for (std::uint64_t i = 0; i < count && cursor.ok(); ++i) {
    if (auto charged = work(kStepsPerName); !charged) return pass(charged);
    names.emplace(as_text(cursor.raw(cursor.leb128(32))));
    cursor.skip(1);  // the sentinel C1
  }
  if (!cursor.ok()) return cursor.error();
  return names;
}

// A thin archive may list a file many times: it is looked at once.
class Languages {
 public:
  std::optional<Language> of(const OpenedMember& member) {
    const auto& content = member.content;
    if (!member.file) return read(content);
    const auto [known, is_new] = known_.try_emplace({*member.file, content.begin(), content.size()});
    if (is_new) known->second = read(content);
    return known->second;
  }

 private:
  static std::optional<Language> read(View object) {
    const auto facts = read_object(object);
    return facts ? facts->language : std::nullopt;
  }

  using File = std::pair<std::uint64_t, std::uint64_t>;
  std::map<std::tuple<File, std::uint64_t, std::uint64_t>, std::optional<Language>> known_;
};

bool is_rust(const MemberFacts& member) {
  return member.language == Language::rust || member.language == Language::mixed;
}

void give_roles(std::vector<MemberFacts>& members, const std::optional<Names>& rust) {
  for (auto& member : members) {
    const bool is_listed = rust && rust->contains(member.name);
    if ((is_listed || member.name.ends_with(".rcgu.o")) && !is_rust(member)) member.language = Language::rust;
    if (is_metadata_member(member.name) || member.name == kLinkMember) member.role = MemberRole::metadata;
    else if (rust ? is_listed : is_rust(member)) member.role = MemberRole::rust;
  }
  const bool is_rust_archive = std::ranges::any_of(members, [](const auto& member) { return member.role.has_value(); });
  for (auto& member : members)
    if (is_rust_archive && !member.role && (rust || member.language)) member.role = MemberRole::bundled;
}

}  // namespace

Result<View> metadata_of_member(View member) {
  if (is_metadata(member.head(16))) {
    // Archives for Apple are padded with newlines inside of the member; a blob never ends with one. A rustc that asks how the blob ends
    // takes no padding, and packs its own into an object.
    std::uint64_t size = member.size();
    for (int i = 0; i < 8; ++i) {
      auto last = member.fetch(size - 1, 1);
      if (!last || last->front() != '\n') break;
      --size;
    }
    auto blob = member.sub(0, size);
    const auto header = blob ? read_metadata_header(*blob) : pass(blob);
    return header && header->footer ? member : blob;
  }
  auto section = find_section(member, ".rmeta");
  if (!section) return pass(section);
  if (!*section) return fail(ErrorKind::malformed, "lib.rmeta is an object without a .rmeta section");
  return **section;
}

Result<std::vector<MemberFacts>> read_members(View archive, const OpenMember& open) {
  std::vector<MemberFacts> all;
  Languages languages;
  bool has_metadata = false;
  std::optional<Names> rust;
  auto reader = ArchiveReader::open(archive);
  if (!reader) return pass(reader);
  for (;;) {
    auto member = reader->next();
    // Bytes behind the last member, as in classify_archive.
    if (!member && !(has_metadata && member.error().kind == ErrorKind::malformed)) return pass(member);
    if (!member || !*member) break;
    if (all.size() >= size_limits::archive_members.most) return over(size_limits::archive_members);
    has_metadata |= is_metadata_member((*member)->name);
    MemberFacts facts{.name = (*member)->name, .size = (*member)->size, .external = (*member)->external};
    auto opened = open(**member);
    if (!opened && !facts.external) return pass(opened);
    if (!opened) {
      facts.problem = describe(opened.error());
    } else {
      if (!opened->name.empty()) facts.name = opened->name;
      if (facts.name == kLinkMember) {
        if (auto names = rust_members(opened->content)) rust = std::move(*names);
      } else {
        facts.language = languages.of(*opened);
      }
    }
    if (auto kept = keep(sizeof facts + facts.name.size()); !kept) return pass(kept);
    all.push_back(std::move(facts));
  }
  give_roles(all, rust);
  return all;
}

Result<std::vector<MemberFacts>> read_members(View archive) {
  return read_members(archive, [&](const Member& member) -> Result<OpenedMember> {
    if (member.external) return fail(ErrorKind::unsupported, "the content is another file");
    auto content = archive.sub(member.offset, member.size);
    if (!content) return pass(content);
    return OpenedMember{*content, {}};
  });
}

}  // namespace rartifacts
