// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <rartifacts/audit.h>
#include <rartifacts/waivers.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#include <malloc.h>
#endif

#include <algorithm>
#include <charconv>

#include "bytes/path.h"
#include "cli/atomic_file.h"
#include "cli/commands.h"
#include "cli/excuses.h"
#include "cli/judge.h"
#include "cli/needs.h"
#include "cli/operands.h"
#include "cli/report_output.h"
#include "cli/rustc.h"
#include "cli/sandbox.h"
#include "cli/search.h"
#include "cli/terminal.h"
#include "package/identity.h"
#include "report/ndjson.h"
#include "source/directory.h"
#include "source/threads.h"

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

/// malloc keeps for each thread what was freed there, however much it was.
void give_memory_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/// No path is longer (PATH_MAX).
constexpr std::size_t kLongestPrefix = 4096;

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

// Links of a tree are judged by what they lead to, wherever that is, and the libraries that it needs stand wherever ld.so looks.
Openings openings_of(const AuditCommand& command, const Operands& operands, const SearchOptions& search,
                     const std::vector<ReportWish>& wishes) {
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

ScanOptions scan_options_of(const AuditCommand& command, const Operands& operands, const AuditOptions& options) {
  auto scan_options = scan_for(Profile::oot);
  scan_options.kernel_kinds.insert(Kind::rlib);  // rustc looks into one that has the name of a crate
  scan_options.link_facts = true;  // of what is named; thousands of objects in a tree are nobody's question
  if (command.modules)
    for (auto* kinds : {&scan_options.kinds, &scan_options.kernel_kinds}) kinds->insert(Kind::kernel_module);
  scan_options.package_kinds = {Kind::kernel_module};  // a package is named for all that it installs
  scan_options.base = operands.base;
  scan_options.paths = operands.paths;
  scan_options.separate = command.separate;
  scan_options.together = command.together;
  scan_options.outside = true;
  scan_options.around = true;
  scan_options.jobs = command.jobs;
  scan_options.condense = [purpose = command.purpose](Artifact& artifact, const ScanResult& so_far) {
    condense(artifact, so_far, purpose);
  };
  for (const auto& wish : options.path_leak) scan_options.path_leaks.push_back(wish.prefix);
  return scan_options;
}

/// A run, set by set.
class AuditRun {
 public:
  AuditRun(const AuditCommand& command, const Operands& operands, const std::vector<ReportWish>& wishes,
           Excuses excuses)
      : command_(command),
        operands_(operands),
        wishes_(wishes),
        excuses_(std::move(excuses)),
        inputs_(operands),
        root_(command.paths.size() == 1 ? command.paths.front() : operands.base),
        joined_(command.fail_on, keeps()) {}

  ExitCode run(const ScanOptions& scan_options, const AuditOptions& options) {
    options_ = &options;
    if (!open_line_files() || !write_lines(ndjson_run(root_, RARTIFACTS_VERSION, command_.fail_on))) return code_;
    const Judge judge(options, operands_, command_.host_arch.empty());
    auto parts = command_.separate ? apart(scan_options) : std::vector{scan_options};
    if (parts.size() == 1) return run_one(judge, parts.front());
    if (scan_options.listed) scan_options.listed();  // for all threads, before there are any
    for (auto& part : parts) part.jobs = 1;
    // Of those that are worked on, and those that wait to be taken; what the first of them takes comes on top.
    const auto share = Budget::kMostHeld / (kAhead * thread_count(command_.jobs));
    for_each_in_order(
        command_.jobs, parts.size(),
        [&](std::size_t i, const std::function<void()>& until_first) {
          bool was_large = false;
          auto set = judge.alone(parts[i], root_, {share, [&] { was_large = true, until_first(); }});
          if (was_large) give_memory_back();
          return set;
        },
        [&](std::size_t i, Result<JudgedSet>&& set) {
          progress_.of_packages(i + 1, parts.size());
          return set ? take(*std::move(set)) : stop(refuse(set.error()));
        });
    return is_stopped_ ? code_ : finish();
  }

 private:
  // What no report asks for is not kept: of very many packages it is much.
  JoinedSets::Keeps keeps() const {
    JoinedSets::Keeps keeps{.findings = !command_.write_baseline.empty(), .passed = false};
    for (const auto& wish : wishes_) {
      if (is_in_lines(wish)) continue;
      keeps.findings = true;
      keeps.passed |= wish.format->shows_passed;
    }
    return keeps;
  }

  ExitCode run_one(const Judge& judge, ScanOptions part) {
    part.progress = std::ref(progress_);
    auto judged = judge(part, root_);
    if (!judged) return refuse(judged.error());
    auto& set = judged->set;
    // A verdict about files that were not read would be a guess: there is none, and no report.
    for (const auto& problem : set.problems) report(problem);
    if (set.problems.empty() && is_over_limit()) return print("");
    if (set.problems.empty() && set.is_judged) {
      if (!add_needs(set.audit)) return code_;
      excuses_.apply_waivers(set.audit);
      std::ranges::move(excuses_.findings(), std::back_inserter(set.audit.findings));
      if (is_over_limit()) return print("");
      if (!record(set.audit)) return code_;
      settle(set.audit);
      if (is_over_limit()) return print("");
    } else {
      set.audit = {};
    }
    if (!write_set(set) || !write_lines(ndjson_end(1))) return code_;
    if (!set.problems.empty()) return ExitCode::input;
    if (!set.is_judged) return say_that_there_is_nothing(set.entries);
    return write_reports({set.audit,
                          judged->scan,
                          std::move(judged->artifacts),
                          root_,
                          command_.fail_on,
                          RARTIFACTS_VERSION,
                          wants_color(),
                          {}},
                         wishes_, command_.quiet, inputs_);
  }

  bool take(JudgedSet set) {
    for (const auto& problem : set.problems) report(problem);
    excuses_.apply_waivers(set.audit);
    if (!command_.write_baseline.empty())
      std::ranges::copy(set.audit.findings, std::back_inserter(to_record_.findings));
    settle(set.audit);
    if (is_over_limit()) return stop(print(""));
    if (!write_set(set)) return false;
    ++sets_;
    return joined_.add(std::move(set)) || stop(print(""));
  }

  // What concerns no set alone comes last.
  ExitCode finish() {
    JudgedSet about{.name = command_.waivers.empty() ? command_.needs : command_.waivers, .audit = {}, .problems = {}};
    about.is_judged = joined_.is_judged;
    if (joined_.is_judged && !add_needs(about.audit)) return code_;
    excuses_.apply_waivers(about.audit);
    std::ranges::move(excuses_.findings(), std::back_inserter(about.audit.findings));
    if (!about.audit.findings.empty() && !take(std::move(about))) return code_;
    joined_.finish();
    if (!write_lines(ndjson_end(sets_))) return code_;
    if (is_over_limit()) return print("");
    if (!joined_.is_readable && !command_.keep_going) return ExitCode::input;
    if (!joined_.is_judged) return say_that_there_is_nothing(joined_.entries);
    if (!record(to_record_)) return code_;
    const ScanResult nothing;
    const auto code = write_reports(
        {joined_.audit, nothing, {}, root_, command_.fail_on, RARTIFACTS_VERSION, wants_color(), joined_.rows}, wishes_,
        command_.quiet, inputs_);
    return joined_.is_readable ? code : ExitCode::input;
  }

  bool add_needs(Audit& audit) {
    if (command_.needs.empty()) return true;
    const auto done = judge_needs(audit, command_.needs, command_.paths);
    if (done) return true;
    refuse(done.error());
    return stop(ExitCode::input);
  }

  // Waivers first: what they excuse does not belong in a new baseline.
  bool record(const Audit& audit) {
    if (command_.write_baseline.empty()) return true;
    const auto written = write_atomically(command_.write_baseline, write_baseline(audit), inputs_);
    if (written) return true;
    return stop(
        refuse({written.error().kind, fmt::format("{}: {}", command_.write_baseline, written.error().what), {}}));
  }

  void settle(Audit& audit) const {
    excuses_.apply_baseline(audit);
    weigh(audit.findings, *options_);
  }

  bool open_line_files() {
    for (const auto& wish : wishes_) {
      if (!is_in_lines(wish) || wish.file.empty()) continue;
      auto file = GrowingFile::open(wish.file, inputs_);
      if (!file) return report({wish.file, file.error()}), stop(ExitCode::input);
      line_files_.emplace_back(wish.file, *std::move(file));
    }
    return true;
  }

  bool write_set(const JudgedSet& set) {
    return std::ranges::none_of(wishes_, is_in_lines) || write_lines(ndjson_set(set, command_.fail_on));
  }

  bool write_lines(const std::string& lines) {
    const bool is_shown =
        std::ranges::any_of(wishes_, [](const ReportWish& wish) { return is_in_lines(wish) && wish.file.empty(); });
    if (is_shown)
      if (const auto printed = print(lines); printed != ExitCode::done) return stop(printed);
    for (const auto& [path, file] : line_files_)
      if (auto written = file.write(lines); !written) return report({path, written.error()}), stop(ExitCode::input);
    return true;
  }

  static ExitCode say_that_there_is_nothing(std::uint64_t entries) {
    complain(fmt::format("no Rust artifacts among {} entries, and no kernel configuration", entries));
    return ExitCode::input;
  }

  bool stop(ExitCode code) {
    code_ = code;
    is_stopped_ = true;
    return false;
  }

  const AuditCommand& command_;
  const Operands& operands_;
  const std::vector<ReportWish>& wishes_;
  const AuditOptions* options_ = nullptr;
  Excuses excuses_;
  InputPlaces inputs_;
  std::string root_;
  JoinedSets joined_;
  Progress progress_;
  Audit to_record_;  ///< for a baseline
  std::vector<std::pair<std::string, GrowingFile>> line_files_;
  std::size_t sets_ = 0;
  ExitCode code_ = ExitCode::done;
  bool is_stopped_ = false;
};

}  // namespace

ExitCode run_audit(const AuditCommand& command) {
  auto operands = plan_operands(command.paths, false);
  if (!operands) return refuse(operands.error());
  const auto wishes = report_wishes(command.reports, command.quiet);
  if (!wishes) return refuse(wishes.error());
  const auto options = options_of(command);
  if (!options) return refuse(options.error());
  auto scan_options = scan_options_of(command, *operands, *options);
  close_doors_to_scan(scan_options, openings_of(command, *operands, options->search, *wishes));
  auto excuses = Excuses::read(command.waivers, command.baseline);
  if (!excuses) return refuse(excuses.error());
  return AuditRun(command, *operands, *wishes, *std::move(excuses)).run(scan_options, *options);
}

}  // namespace rartifacts
