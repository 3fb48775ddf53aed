// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <rartifacts/audit.h>
#include <rartifacts/waivers.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include <algorithm>
#include <charconv>
#include <set>

#include "bytes/path.h"
#include "cli/atomic_file.h"
#include "cli/commands.h"
#include "cli/needs.h"
#include "cli/operands.h"
#include "cli/rustc.h"
#include "cli/sandbox.h"
#include "cli/search.h"
#include "cli/suggestion.h"
#include "cli/terminal.h"
#include "package/identity.h"
#include "report/reports.h"
#include "report/shared.h"
#include "source/directory.h"
#include "write/escape.h"

namespace rartifacts {
namespace {

bool is_directory_at(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string this_machine() {
  utsname name{};
  return uname(&name) == 0 ? name.machine : "";
}

// Nothing on a system with another C library.
std::optional<std::string> this_glibc() {
#ifdef __GLIBC__
  return gnu_get_libc_version();
#else
  return std::nullopt;
#endif
}

/// No path is longer (PATH_MAX).
constexpr std::size_t kLongestPrefix = 4096;

/// `json=out.json`, or `json` for standard output.
struct Wish {
  const ReportFormat* format;
  std::string file;
};

Result<std::vector<Wish>> wishes_of(const AuditCommand& command) {
  std::vector<Wish> wishes;
  for (const auto& text : command.reports) {
    const auto name = text.substr(0, text.find('='));
    const auto* format = report_of(name);
    if (!format)
      return fail(ErrorKind::unsupported, "--report {}: there is no format {}{}", text, name,
                  suggestion(name, report_table(), &ReportFormat::name));
    wishes.push_back({format, text.size() > name.size() ? text.substr(name.size() + 1) : ""});
  }
  const auto to_stdout = std::ranges::count(wishes, std::string(), &Wish::file);
  if (to_stdout > 1)
    return fail(ErrorKind::unsupported,
                "two reports for standard output: give one of them a file, as in json=out.json");
  if (to_stdout > 0 && command.quiet)
    return fail(ErrorKind::unsupported,
                "--quiet and a report, both for standard output: give the report a file, as in json=out.json");
  if (to_stdout == 0 && !command.quiet) wishes.insert(wishes.begin(), {report_of("text"), ""});
  return wishes;
}

// `/build/=400`. A prefix may hold equals signs: only digits behind the last one make it a budget.
std::optional<PathLeakBudget> budget_in(std::string_view text) {
  PathLeakBudget wish{.prefix = std::string(text)};
  const auto equals = text.rfind('=');
  const auto digits = equals == text.npos ? std::string_view() : text.substr(equals + 1);
  if (equals != text.npos && digits.find_first_not_of("0123456789") == digits.npos) {
    wish.prefix = text.substr(0, equals);
    const auto* const end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, wish.budget).ec != std::errc()) return std::nullopt;
  }
  return wish.prefix.empty() || wish.prefix.size() > kLongestPrefix ? std::nullopt : std::optional(wish);
}

Result<AuditOptions> options_of(const AuditCommand& command) {
  AuditOptions options;
  options.strict = command.strict;
  options.this_machine = this_machine();
  options.purpose = command.purpose;
  if (!command.host_arch.empty()) options.host_arch = command.host_arch;
  else options.this_glibc = this_glibc();  // another machine has another
  if (!command.host_glibc.empty()) options.host_glibc = command.host_glibc;
  if (!command.expect_triple.empty()) options.expect_triple = command.expect_triple;
  if (!command.rustc_version.empty()) options.rustc = command.rustc_version;
  std::string host_triple;
  if (!command.rustc.empty()) {
    auto identity = identify_rustc(command.rustc);
    if (!identity) return pass(identity);
    options.rustc = identity->version;
    host_triple = identity->host;
  }
  auto search = plan_search(command);
  if (!search) return pass(search);
  options.search = *std::move(search);
  options.search.host_triple = std::move(host_triple);
  if (!command.requested_config.empty()) {
    auto text = read_text_below(AT_FDCWD, command.requested_config, true);
    if (!text) return fail(text.error().kind, "{}: {}", command.requested_config, text.error().what);
    options.requested_config = KernelConfig::parse(*text);
  }
  if (!command.diversions.empty()) {
    auto text = read_text_below(AT_FDCWD, command.diversions, true);
    if (!text) return fail(text.error().kind, "{}: {}", command.diversions, text.error().what);
    auto diversions = read_diversions(*text);
    if (!diversions) return fail(diversions.error().kind, "{}: {}", command.diversions, diversions.error().what);
    options.diversions = std::move(*diversions);
  }
  for (const auto& text : command.path_leaks) {
    auto budget = budget_in(text);
    if (!budget) return fail(ErrorKind::unsupported, "--path-leak {}: give PREFIX, or PREFIX=NUMBER", text);
    options.path_leak.push_back(std::move(*budget));
  }
  for (const auto& text : command.severities) {
    const auto name = text.substr(0, text.find('='));
    const auto rule = rule_of(name);
    const auto level = text.substr(std::min(name.size() + 1, text.size()));
    if (rule && level == "off") {
      options.off.insert(*rule);
      continue;
    }
    const auto severity = severity_of(level);
    if (!rule || !severity)
      return fail(ErrorKind::unsupported,
                  "--severity {}: give RULE=error, warning, info or off (see rartifacts explain)", text);
    options.severities.emplace_back(*rule, *severity);
  }
  return options;
}

Result<std::vector<Waiver>> read_waivers(const std::string& file) {
  auto text = read_text_below(AT_FDCWD, file, true);
  if (!text) return fail(text.error().kind, "{}: {}", file, text.error().what);
  auto waivers = parse_waivers(*text);
  // Of its own making: wrong usage, unlike a file that cannot be read.
  if (!waivers) return fail(ErrorKind::unsupported, "{}: {}", file, waivers.error().what);
  return waivers;
}

// Waivers first: what they excuse does not belong in a new baseline.
Result<void> excuse(Audit& judged, const AuditCommand& command, const InputPlaces& inputs) {
  if (!command.waivers.empty()) {
    auto waivers = read_waivers(command.waivers);
    if (!waivers) return pass(waivers);
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    apply_waivers(judged, *waivers, command.waivers, today);
  }
  if (!command.write_baseline.empty())
    if (auto written = write_atomically(command.write_baseline, write_baseline(judged), inputs); !written)
      return fail(written.error().kind, "{}: {}", command.write_baseline, written.error().what);
  if (command.baseline.empty()) return {};
  auto baseline = read_waivers(command.baseline);
  if (!baseline) return pass(baseline);
  apply_baseline(judged, *baseline);
  return {};
}

// Links of a tree are judged by what they lead to, wherever that is, and the libraries that it needs stand wherever ld.so looks.
Openings openings_of(const AuditCommand& command, const Operands& operands, const SearchOptions& search,
                     const std::vector<Wish>& wishes) {
  Openings openings{.read = reads_of(operands), .write = {command.write_baseline}};
  const auto is_tree = [&](const std::string& path) { return is_directory_at(join_path(operands.base, path)); };
  if (std::ranges::any_of(operands.paths, is_tree)) openings.read = {"/"};
  for (const auto* file : {&command.waivers, &command.baseline, &command.needs}) openings.read.push_back(*file);
  if (search.sysroot) openings.read.push_back(*search.sysroot);
  for (const auto& folder : search.folders) openings.read.push_back(folder.path);
  for (const auto& [name, file] : search.externs) openings.read.push_back(file);
  for (const auto& wish : wishes) openings.write.push_back(wish.file);
  return openings;
}

// One line, for scripts.
std::string verdict(const ReportInput& input, bool is_healthy) {
  const auto at_fault =
      std::ranges::find_if(input.audit.findings, [&](const Finding& finding) { return decides(finding, input); });
  if (is_healthy || at_fault == input.audit.findings.end()) return fmt::format("{}: ok\n", printable(input.root));
  return fmt::format("{}: {}: {} [{}]\n", printable(input.root), printable(at_fault->path),
                     printable(at_fault->message), row_of(at_fault->rule).id);
}

}  // namespace

ExitCode run_audit(const AuditCommand& command) {
  auto operands = plan_operands(command.paths, false);
  if (!operands) return refuse(operands.error());
  const auto wishes = wishes_of(command);
  if (!wishes) return refuse(wishes.error());
  auto options = options_of(command);
  if (!options) return refuse(options.error());

  auto scan_options = scan_for(Profile::oot);
  scan_options.kernel_kinds.insert(Kind::rlib);  // rustc looks into one that has the name of a crate
  scan_options.link_facts = true;  // of what is named; thousands of objects in a tree are nobody's question
  if (command.modules)
    for (auto* kinds : {&scan_options.kinds, &scan_options.kernel_kinds}) kinds->insert(Kind::kernel_module);
  scan_options.package_kinds = {Kind::kernel_module};  // a package is named for all that it installs
  scan_options.base = operands->base;
  scan_options.paths = operands->paths;
  Progress progress;
  scan_options.progress = std::ref(progress);
  scan_options.separate = command.separate;
  scan_options.together = command.together;
  scan_options.outside = true;
  scan_options.around = true;
  scan_options.condense = [&](Artifact& artifact, const ScanResult& so_far) {
    condense(artifact, so_far, command.purpose);
  };
  for (const auto& wish : options->path_leak) scan_options.path_leaks.push_back(wish.prefix);
  close_doors_to_scan(scan_options, openings_of(command, *operands, options->search, *wishes));
  auto roots = scan_roots(scan_options);
  const auto is_recorded = [](const ScanResult& root) {
    return std::ranges::any_of(root.artifacts, &Artifact::recorded);
  };
  if (std::ranges::any_of(roots, is_recorded))
    return complain(
               "a manifest holds no kernel configuration and no target file, so a verdict would be a guess: audit the "
               "tree"),
           ExitCode::usage;
  if (auto read = read_places(options->search, roots); !read) return refuse(read.error());
  if (command.host_arch.empty()) options->absent_libraries = absent_libraries(roots, operands->base, options->search);
  auto judged = audit(roots, *options);
  std::set<std::string> shipped;
  for (auto& root : roots)
    for (const auto* artifact : select(root, Profile::oot).artifacts)
      shipped.insert(root.packages.shown(artifact->path));
  auto result = joined(std::move(roots));
  std::vector<const Artifact*> shipping;
  for (const auto& artifact : result.artifacts)
    if (shipped.contains(artifact.path)) shipping.push_back(&artifact);
  show_as_typed(result, *operands);
  show_as_typed(judged, *operands);
  // A verdict about files that were not read would be a guess: there is none, and no report.
  for (const auto& problem : result.problems) report(problem);
  if (!result.problems.empty()) return ExitCode::input;
  if (is_over_limit()) return print("");
  if (judged.paths.empty())
    return complain(fmt::format("no Rust artifacts among {} entries, and no kernel configuration", result.entries)),
           ExitCode::input;
  const InputPlaces inputs(*operands);
  if (!command.needs.empty())
    if (auto done = judge_needs(judged, command.needs, command.paths); !done)
      return refuse(done.error()), ExitCode::input;
  if (auto excused = excuse(judged, command, inputs); !excused) return refuse(excused.error());
  weigh(judged.findings, *options);

  ReportInput input{judged,
                    result,
                    std::move(shipping),
                    command.paths.size() == 1 ? command.paths.front() : operands->base,
                    command.fail_on,
                    RARTIFACTS_VERSION,
                    wants_color()};
  const bool healthy = is_healthy(input);
  if (command.quiet)
    if (const auto printed = print(verdict(input, healthy)); printed != ExitCode::done) return printed;
  for (const auto& wish : *wishes) {
    const auto text = wish.format->write(input);
    if (wish.file.empty()) {
      if (const auto printed = print(text); printed != ExitCode::done) return printed;
    } else if (auto written = write_atomically(wish.file, text, inputs); !written) {
      return report({wish.file, written.error()}), ExitCode::input;
    }
  }
  return healthy ? ExitCode::done : ExitCode::findings;
}

}  // namespace rartifacts
