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

ExitCode probe(const ApiCommand& command, const CrateChoice& choice, const FindCrate& find, const FindItem& find_item) {
  const auto answer = missing_from(*choice.crate, command.has, find, find_item);
  if (!answer) return refuse(answer.error()), ExitCode::input;
  for (const auto& [path, reason] : answer->undecided)
    complain(printable(fmt::format("{}: cannot tell whether it offers {}: {}", command.path, path, reason)));
  std::string out;
  for (const auto& path : answer->missing) out += printable(path) + "\n";
  const auto printed = print(out);
  if (printed != ExitCode::done) return printed;
  if (!answer->missing.empty()) return ExitCode::findings;
  return answer->undecided.empty() ? ExitCode::done : ExitCode::input;
}

}  // namespace

ExitCode run_api(const ApiCommand& command) {
  // A probe that cannot look has no answer, whatever the reason.
  const auto fail_with = [](const Error& error) { return refuse(error), ExitCode::input; };
  for (const auto& path : command.has)
    if (!item_path(path))
      return complain(fmt::format("--has {}: not a path such as kernel::clk::Clk", printable(path))), ExitCode::usage;
  close_doors({.read = reads_of_typed({command.path})});
  auto choice = choose_crate(command.path, command.crate);
  if (!choice) return fail_with(choice.error());
  const auto& crate = *choice->crate;
  const FindCrate find = [&](const Dependency& dependency) { return choice->shelf->find(dependency); };
  const FindItem find_item = [&](const Dependency& dependency, DefIndex index) {
    return choice->shelf->find_item(dependency, index);
  };
  for (const auto& note : crate.items->notes()) complain(printable(fmt::format("{}: {}", command.path, note)));
  if (!crate.items->has_kinds()) return ExitCode::input;
  if (command.listing) {
    const auto text = crate.items->listing();
    if (auto sound = crate.items->check(); !sound) return fail_with(sound.error());
    return print("=Items=\n" + text + "\n\n");
  }
  if (!command.has.empty()) return probe(command, *choice, find, find_item);

  ApiListing listing{.crate = crate.name,
                     .rustc = crate.items->rustc(),
                     .file = choice->shelf->scan().packages.shown(choice->artifact->path),
                     .notes = crate.items->notes(),
                     .items = {},
                     .has_visibility = command.all};
  if (command.all) {
    auto all = all_items(crate);
    if (!all) return fail_with(all.error());
    listing.items = std::move(*all);
    if (auto sound = crate.items->check(); !sound) return fail_with(sound.error());
  } else {
    auto interface = public_interface(crate, command.members, find, find_item);
    if (!interface) return fail_with(interface.error());
    listing.items = std::move(*interface);
    if (command.no_hidden) std::erase_if(listing.items, [](const auto& item) { return item.is_hidden; });
  }
  return print(api_format_of(command.format)->write(listing));
}

}  // namespace rartifacts
