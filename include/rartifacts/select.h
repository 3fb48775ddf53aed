// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan_options.h>
#include <rartifacts/scan_result.h>

#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What a manifest is for.
enum class Profile { oot, oot_host, oot_target, ide, all };

struct ProfileRow {
  Profile profile;
  std::string_view name;
  std::string_view what;
};
extern const std::array<ProfileRow, 5> profile_table;
std::optional<Profile> profile_of(std::string_view name);

/// The scan that a profile needs: which kinds of files have to be opened.
ScanOptions scan_for(Profile profile);

/// What was selected, and why the selection cannot be trusted when it cannot.
struct Selection {
  std::vector<Artifact*> artifacts;  ///< sorted by path
  std::vector<Problem> problems;     ///< a kernel tree whose crates do not fit together
};

/// Chooses from a scan what `profile` is about. In a kernel tree that is the closure over the metadata: `kernel`, every other
/// target crate that nothing needs and that is complete, the crates and proc macros they name by SVH, and the auxiliary files.
/// Leftovers of older builds drop out. Elsewhere it is every artifact with crate metadata.
Selection select(ScanResult& result, Profile profile);

/// Sets `side` of the crates in kernel trees: those compiled for another target than `kernel` are inputs of proc macros and
/// belong to the host.
void tell_sides(ScanResult& result);

}  // namespace rartifacts
#pragma GCC visibility pop
