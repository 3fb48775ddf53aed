// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/excuses.h"
#include "cli/operands.h"
#include "cli/report_output.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "report/ndjson.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

bool shows_passed(const std::vector<ReportWish>& wishes) {
  return std::ranges::any_of(wishes, [](const ReportWish& wish) { return wish.format->shows_passed; });
}

Result<void> read_part(ReportParts& parts, const std::string& path) {
  if (path == "-") return parts.read(STDIN_FILENO, path);
  const auto file = open_file_below(AT_FDCWD, path, true);
  return file ? parts.read(file->fd.get(), path) : pass(file);
}

Openings openings_of(const ReportCommand& command, const std::vector<ReportWish>& wishes) {
  Openings openings{.read = {command.waivers, command.baseline}, .write = {}};
  openings.read.insert(openings.read.end(), command.parts.begin(), command.parts.end());
  for (const auto& wish : wishes) openings.write.push_back(wish.file);
  return openings;
}

// Where a set could not be read in its run, says so.
Result<void> join(JoinedSets& joined, std::vector<JudgedSet> sets, Excuses& excuses) {
  for (auto& set : sets) {
    for (const auto& problem : set.problems) report(problem);
    excuses.apply_waivers(set.audit);
    excuses.apply_baseline(set.audit);
    if (auto added = joined.add(std::move(set)); !added) return added;
  }
  JudgedSet about{.name = excuses.file(), .audit = {}, .problems = {}, .is_judged = joined.is_judged};
  about.audit.findings = excuses.findings();
  excuses.apply_baseline(about.audit);
  if (!about.audit.findings.empty())
    if (auto added = joined.add(std::move(about)); !added) return added;
  joined.finish();
  return {};
}

}  // namespace

ExitCode run_report(const ReportCommand& command) {
  const auto wishes = report_wishes(command.reports, command.quiet);
  if (!wishes) return refuse(wishes.error());
  if (std::ranges::any_of(*wishes, is_in_lines))
    return complain("--report ndjson: that is what is read: cat joins such files"), ExitCode::usage;
  const InputPlaces inputs(Operands{".", command.parts, false});
  close_doors(openings_of(command, *wishes));
  auto excuses = Excuses::read(command.waivers, command.baseline);
  if (!excuses) return refuse(excuses.error());

  ReportParts parts(shows_passed(*wishes));
  bool is_whole = true;
  for (const auto& path : command.parts)
    if (auto read = read_part(parts, path); !read) report({path, read.error()}), is_whole = false;
  if (is_over_limit()) return print("");
  if (!is_whole && !command.keep_going) return ExitCode::input;
  const auto root = parts.root();
  auto sets = parts.take();
  if (!sets) return complain(describe(sets.error())), ExitCode::input;
  JoinedSets joined(command.fail_on, {});
  if (auto done = join(joined, *std::move(sets), *excuses); !done || is_over_limit()) return print("");
  is_whole &= joined.is_readable;
  if (!is_whole && !command.keep_going) return ExitCode::input;
  if (!joined.is_judged)
    return complain(fmt::format("no Rust artifacts among {} entries, and no kernel configuration", joined.entries)),
           ExitCode::input;

  const ScanResult nothing;
  const ReportInput input{joined.audit,
                          nothing,
                          {},
                          joined.rows.size() == 1 ? joined.rows.front().name : root,
                          command.fail_on,
                          RARTIFACTS_VERSION,
                          wants_color(),
                          joined.rows};
  const auto code = write_reports(input, *wishes, command.quiet, inputs);
  return is_whole ? code : ExitCode::input;
}

}  // namespace rartifacts
