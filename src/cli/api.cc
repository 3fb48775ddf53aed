// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "cli/commands.h"
#include "cli/crates.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "write/api_formats.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

ExitCode probe(const ApiCommand& command, const CrateChoice& choice, const FindCrate& find) {
  auto missing = missing_from(*choice.crate, command.has, find);
  if (!missing) return refuse(missing.error());
  std::string out;
  for (const auto& path : *missing) out += printable(path) + "\n";
  const auto printed = print(out);
  return printed != ExitCode::done || missing->empty() ? printed : ExitCode::findings;
}

}  // namespace

ExitCode run_api(const ApiCommand& command) {
  // A probe that cannot look has no answer, whatever the reason.
  const auto fail_with = [](const Error& error) { return refuse(error), ExitCode::input; };
  close_doors({.read = reads_of_typed({command.path})});
  auto choice = choose_crate(command.path, command.crate);
  if (!choice) return fail_with(choice.error());
  const auto& crate = *choice->crate;
  const FindCrate find = [&](const Dependency& dependency) { return choice->shelf->find(dependency); };
  for (const auto& note : crate.items->notes()) complain(printable(fmt::format("{}: {}", command.path, note)));
  if (!crate.items->has_kinds()) return ExitCode::input;
  if (command.listing) return print("=Items=\n" + crate.items->listing() + "\n\n");
  if (!command.has.empty()) return probe(command, *choice, find);

  ApiListing listing{.crate = crate.name,
                     .rustc = crate.items->rustc(),
                     .file = choice->shelf->scan().packages.shown(choice->artifact->path),
                     .notes = crate.items->notes(),
                     .entries = {}};
  if (command.all) {
    listing.entries = all_entries(crate);
  } else {
    auto interface = public_interface(crate, command.members, find);
    if (!interface) return fail_with(interface.error());
    listing.entries = api_entries(*interface);
    if (command.no_hidden) std::erase_if(listing.entries, [](const auto& entry) { return entry.is_hidden; });
  }
  return print(api_format_of(command.format)->write(listing));
}

}  // namespace rartifacts
