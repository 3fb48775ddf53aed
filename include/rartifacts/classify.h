// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/archive.h>
#include <rartifacts/artifact.h>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What `file`, whose name ends in `file_name`, is. Nothing when it is none of our kinds: text, data, an empty .rmeta as
/// `cargo check` leaves for programs. The name serves only to name predefined crates and to recognise damage: a file that
/// calls itself .rmeta or .rlib and is none is an error, not "nothing".
/// `Artifact::path`, `link_target` and `sha256` are left for the caller.
Result<std::optional<Artifact>> classify(View file, std::string_view file_name);

/// The members of an archive, in order. Rust objects are those that `lib.rmeta-link` names (rustc 1.97 and later), or that
/// show it themselves. A member that `open` cannot open, one of a thin archive, is listed with the reason.
Result<std::vector<MemberFacts>> read_members(View archive, const OpenMember& open);
/// The same for bytes alone: members that are other files are listed as unread.
Result<std::vector<MemberFacts>> read_members(View archive);

/// The metadata in `lib.rmeta`: the member itself, or a section of the object that it is wrapped in.
Result<View> metadata_of_member(View member);

/// The crate metadata in a file of whatever kind: all of it, a member, a section, which may be compressed. The file must outlive it.
Result<RustcSection> metadata_in(View file);

/// True when the first bytes of a file (64 or fewer) can belong to one of our kinds.
bool is_candidate(Bytes head);

}  // namespace rartifacts
#pragma GCC visibility pop
