// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/archive.h>
#include <rartifacts/classify.h>

#include <set>

namespace rartifacts {
namespace {

constexpr std::string_view kLinkMember = "lib.rmeta-link";

// An object whose section .rmeta-link holds a LEB128 count and that many strings: the names of the Rust objects.
Result<std::set<std::string>> rust_members(View member) {
  std::set<std::string> names;
  auto section = find_section(member, ".rmeta-link");
  if (!section) return pass(section);
  if (!*section) return names;
  Cursor cursor(**section, 0);
  const auto count = cursor.leb128(32);
  for (std::uint64_t i = 0; i < count && cursor.ok(); ++i) {
    names.emplace(as_text(cursor.raw(cursor.leb128(32))));
    cursor.skip(1);  // the sentinel C1
  }
  if (!cursor.ok()) return cursor.error();
  return names;
}

}  // namespace

Result<std::vector<MemberFacts>> read_members(View archive) {
  constexpr std::size_t kMaxMembers = 1'000'000;
  std::vector<MemberFacts> all;
  std::set<std::string> rust;
  auto reader = ArchiveReader::open(archive);
  if (!reader) return pass(reader);
  for (;;) {
    auto member = reader->next();
    if (!member) return pass(member);
    if (!*member) break;
    if (all.size() >= kMaxMembers) return fail(ErrorKind::too_large, "more than {} archive members", kMaxMembers);
    MemberFacts facts{(*member)->name, (*member)->size, std::nullopt};
    if (!(*member)->external) {
      auto content = archive.sub((*member)->offset, (*member)->size);
      if (!content) return pass(content);
      if (facts.name == kLinkMember) {
        if (auto names = rust_members(*content)) rust = std::move(*names);
      } else if (auto object = read_object(*content)) {
        facts.language = object->language;
      }
    }
    all.push_back(std::move(facts));
  }
  for (auto& member : all)
    if (rust.contains(member.name) || member.name.ends_with(".rcgu.o")) member.language = Language::rust;
  return all;
}

}  // namespace rartifacts
