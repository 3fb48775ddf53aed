// SPDX-License-Identifier: MIT OR Apache-2.0
#include "source/members.h"

#include <algorithm>

#include "bytes/budget.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kStepsPerFile = std::uint64_t{1} << 14;  ///< to open it

Result<Image> image_of(const OpenedFile& file) { return Image::of_file(file.fd.get(), file.status); }

Result<Member> member_at(View archive, std::uint64_t header) {
  auto reader = ArchiveReader::open(archive);
  if (!reader) return pass(reader);
  if (auto first = reader->next(); !first) return pass(first);
  reader->seek(header);
  auto member = reader->next();
  if (!member || !*member || (*member)->header != header)
    return fail(ErrorKind::changed, "no member at offset {}: rebuild the thin archive", header);
  return **member;
}

}  // namespace

Result<Image> MemberFiles::archive() const { return image_of(archive_); }

Result<OpenedMember> MemberFiles::open(const Member& member) {
  image_.reset();
  external_.reset();
  if (member.external) return open_external(member);
  auto image = image_of(archive_);
  if (!image) return pass(image);
  image_ = std::move(*image);
  auto whole = view(*image_);
  if (!whole) return pass(whole);
  auto content = whole->sub(member.offset, member.size);
  if (!content) return pass(content);
  return OpenedMember{*content, {}};
}

Result<OpenedMember> MemberFiles::open_external(const Member& member) {
  if (member.name.find('\0') != member.name.npos) return fail(ErrorKind::malformed, "a name with a zero byte");
  const auto path = member.name.starts_with('/') ? member.name : join_path(directory_, member.name);
  auto file = open_file_below(base_, path, true);
  if (!file) return fail(file.error().kind, "the file that the thin archive names: {}", file.error().what);
  external_ = std::move(*file);
  if (auto charged = work(kStepsPerFile); !charged) return pass(charged);
  const std::pair<std::uint64_t, std::uint64_t> identity(external_->status.st_dev, external_->status.st_ino);
  auto image = image_of(*external_);
  if (!image) return pass(image);
  image_ = std::move(*image);
  OpenedMember opened{View(*image_), {}, identity};
  if (member.nested) {
    auto inner = member_at(opened.content, *member.nested);
    if (!inner) return pass(inner);
    if (inner->external) return fail(ErrorKind::unsupported, "a thin archive in a thin archive");
    auto content = opened.content.sub(inner->offset, inner->size);
    if (!content) return pass(content);
    opened.content = *content;
    opened.name = inner->name;
  }
  if (opened.content.size() != member.size)
    return fail(ErrorKind::changed,
                "it had {} bytes when the thin archive was made, and now has {}: rebuild the archive", member.size,
                opened.content.size());
  if (member.size > 0 && !is_candidate(opened.content.head(64)))
    return fail(ErrorKind::unsupported, "a thin archive lists it, but it is not an object");
  return opened;
}

void take_members(Artifact& artifact, std::vector<MemberFacts> members) {
  const auto unread = [](const MemberFacts& member) { return !member.problem.empty(); };
  if (const auto first = std::ranges::find_if(members, unread); first != members.end())
    artifact.notes.push_back(fmt::format("{} of {} members are other files and were not read; {}: {}",
                                         std::ranges::count_if(members, unread), members.size(), first->name,
                                         first->problem));
  // Of a thin archive `classify` has seen no content.
  const bool has_rust = std::ranges::find(members, MemberRole::rust, &MemberFacts::role) != members.end();
  if (artifact.kind == Kind::archive && has_rust) artifact.kind = Kind::staticlib;
  artifact.members = std::move(members);
}

}  // namespace rartifacts
