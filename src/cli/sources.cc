// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <map>

#include "cli/commands.h"
#include "cli/crates.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "scan/source_check.h"
#include "write/escape.h"
#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

std::string upper(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

// As cksum --tag writes it, so cksum --check reads it, and md5sum --check where all checksums are MD5.
std::string sources_text(const std::vector<CheckedSource>& files) {
  std::string out;
  for (const auto& file : files)
    out += tagged_checksum_line(upper(name_of(file.recorded.hash)), file.recorded.checksum, file.recorded.path);
  return out;
}

std::string sources_json(const std::vector<CheckedSource>& files, bool is_checked) {
  Json json(2);
  json.begin_array();
  for (const auto& file : files) {
    json.begin_object().path_member("path", file.recorded.path).member("hash", name_of(file.recorded.hash));
    json.member("checksum", file.recorded.checksum);
    if (is_checked) json.path_member("file", file.place).member("state", name_of(file.state));
    json.end_object();
  }
  json.end_array();
  return json.take() + "\n";
}

std::string check_text(const std::vector<CheckedSource>& files) {
  std::map<SourceState, std::size_t> counts;
  std::string out;
  for (const auto& file : files) {
    ++counts[file.state];
    if (file.state != SourceState::same) out += fmt::format("{} {}\n", name_of(file.state), printable(file.place));
  }
  out += fmt::format("{} source files: {} the same, {} changed, {} missing", files.size(), counts[SourceState::same],
                     counts[SourceState::changed], counts[SourceState::missing]);
  if (const auto count = counts[SourceState::unreadable]; count > 0)
    out += fmt::format(", {} cannot be compared", count);
  return out + "\n";
}

}  // namespace

ExitCode run_sources(const SourcesCommand& command) {
  Remaps remaps;
  for (const auto& remap : command.remaps) {
    const auto equals = remap.find('=');
    if (equals == remap.npos || equals == 0)
      return complain(fmt::format("--remap {}: write it as FROM=TO", printable(remap))), ExitCode::usage;
    remaps.emplace_back(remap.substr(0, equals), remap.substr(equals + 1));
  }
  auto reads = reads_of_typed({command.path});
  reads.push_back(command.check);
  close_doors({.read = std::move(reads)});
  const auto choice = choose_crate(command.path, command.crate);
  if (!choice) return refuse(choice.error()), ExitCode::input;
  const auto& recorded = choice->crate->items->source_files();
  if (!recorded) return report({command.path, recorded.error()}), ExitCode::input;
  std::vector<CheckedSource> files;
  if (command.check.empty()) {
    for (const auto& file : *recorded)
      if (file) files.push_back({.recorded = {remapped(file->path, remaps), file->hash, file->checksum}});
  } else {
    auto checked = check_sources(*recorded, command.check, remaps, false);
    if (!checked) return refuse(checked.error()), ExitCode::input;
    files = std::move(*checked);
  }
  std::ranges::sort(files, {}, [](const auto& file) { return file.recorded.path; });
  const bool is_checked = !command.check.empty();
  const auto printed = command.format == "json" ? print(sources_json(files, is_checked))
                       : is_checked             ? print(check_text(files))
                                                : print_list(sources_text(files));
  if (printed != ExitCode::done || !is_checked) return printed;
  bool is_readable = true;
  for (const auto& file : files) {
    if (file.error) report({file.place, *file.error});
    is_readable = is_readable && file.state != SourceState::unreadable;
  }
  if (!is_readable) return ExitCode::input;
  const bool is_same = std::ranges::all_of(files, [](const auto& file) { return file.state == SourceState::same; });
  return is_same ? ExitCode::done : ExitCode::findings;
}

}  // namespace rartifacts
