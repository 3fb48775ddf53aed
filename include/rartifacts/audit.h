// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/locate.h>
#include <rartifacts/scan_result.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

enum class Severity { info, warning, error };
std::string_view name_of(Severity severity);
std::optional<Severity> severity_of(std::string_view name);

/// What can be wrong with a set of artifacts. `rule_table` has one row for each, in this order.
enum class Rule {
  no_artifacts,
  missing_crate,
  crate_hash_mismatch,
  duplicate_crate,
  missing_auxiliary,
  rustc_mixed,
  rustc_mismatch,
  target_mismatch,
  host_arch_mismatch,
  host_library_mismatch,
  stripped_metadata,
  stripped_decls,
  corrupt_artifact,
  rlib_without_metadata,
  stub_without_metadata,
  not_checked,
  stale_artifact,
  dangling_link,
  escaping_link,
  absolute_link,
  config_dropped,
  path_conflict,
  mixed_machine,
  rustc_dependency,
  unexpected_file,
  world_writable,
  not_readable,
  unstripped,
  path_leak,
  vermagic_mismatch,
  module_unsigned,
  modversions_without_gendwarfksyms,
  needs_std,
  unresolved_runtime,
  bitcode_only,
  foreign_relocation,
  kernel_float,
  user_space_options,
  missing_stack_note,
  missing_item,
  foreign_machine,
  undefined_symbol,
  symbol_version,
  missing_exports,
  duplicate_symbol,
  missing_build_tool,
  dead_project_path,
  unused_waiver,
  expired_waiver,
};

struct RuleRow {
  Rule rule;
  std::string_view id;           ///< stable, kebab-case: what waivers, baselines and SARIF refer to
  Severity severity;             ///< unless the user says otherwise
  std::string_view rustc_error;  ///< the error it prevents: `E0463`; empty when rustc has no say
  std::string_view says;         ///< one line
  std::string_view why;          ///< one paragraph
  std::string_view fix;          ///< what to do
};
extern const std::array<RuleRow, 49> rule_table;
const RuleRow& row_of(Rule rule);
std::optional<Rule> rule_of(std::string_view id);

/// One thing that is wrong, with what shows it.
struct Finding {
  Rule rule = Rule::no_artifacts;
  Severity severity = Severity::error;
  std::string path;         ///< the file to blame, relative to the base; the configuration when there is no file
  std::string crate;        ///< the crate to blame; empty when it is none
  std::string rustc_error;  ///< the code rustc gives for this cause; empty when it says nothing
  std::string message;      ///< one line, specific: both hashes, both strings, both machines
  /// What was compared, by name: {"needed", "c5a2…"}, {"found", "91d0…"}. Sorted by name.
  std::vector<std::pair<std::string, std::string>> evidence;
  std::string fix;  ///< what to do about this one
  bool waived = false;
  std::string waiver_reason;  ///< of the waiver, when `waived`
};

/// A path of the machine that builds, which should not be in what is shipped.
struct PathLeakBudget {
  std::string prefix;        ///< `/build/`
  std::uint64_t budget = 0;  ///< occurrences that one file may have
};

/// Where named objects and archives will go.
enum class Purpose {
  automatic,  ///< into a kernel when one is at hand, or modules are; else into a program
  kernel,
  user,
};

/// Who will use the set. What is not given is not asked.
struct AuditOptions {
  std::optional<std::string> rustc;      ///< whole version string of the compiler that will read the set
  std::optional<std::string> host_arch;  ///< machine that will run rustc: `x86_64`, `aarch64`, as uname(1) says
  /// The same for what is in no package and when `host_arch` is not given: a package is for the architecture it says.
  std::optional<std::string> this_machine;
  Purpose purpose = Purpose::automatic;
  std::optional<std::string> host_glibc;  ///< version of the C library that rustc runs with: `2.36`
  /// The same for what is in no package, of this machine.
  std::optional<std::string> this_glibc;
  /// Proc macros on disk, each with a library that it needs and that the loader of this machine does not find.
  std::set<std::pair<std::string, std::string>> absent_libraries;
  std::optional<std::string> expect_triple;      ///< target that the set must be for
  std::optional<KernelConfig> requested_config;  ///< the configuration that was asked for, before Kconfig resolved it
  std::vector<Diversion> diversions;             ///< in force where the packages will be installed
  std::vector<PathLeakBudget> path_leak;         ///< prefixes that scan has looked for
  SearchOptions search;                          ///< where crates are looked for, beside the set itself
  bool strict = false;                           ///< what cannot be checked is an error
  std::set<Rule> off;                            ///< rules that the user does not want to hear of
  std::vector<std::pair<Rule, Severity>> severities;  ///< what the user wants some rules to weigh
};

/// Gives findings the weight that the user wants for their rules, and drops those of rules that are off.
void weigh(std::vector<Finding>& findings, const AuditOptions& options);

/// What `purpose` comes to for these files.
Purpose purpose_of(const ScanResult& result, Purpose purpose);

/// Drops what no rule looks at of a file that was just read, for `ScanOptions::condense`. `so_far` has the kernels.
void condense(Artifact& artifact, const ScanResult& so_far, Purpose purpose);

/// What in an object, module or archive would not do in a kernel, as far as its `link` proves it; the same that `audit` finds.
std::vector<Finding> kernel_fitness(const Artifact& artifact);
/// What nothing in the file decides: `red zone`, `vector registers`, `relocations`.
std::vector<std::string_view> undecided_fitness(const Artifact& artifact);

/// A crate that something in the set needs, and that only the sysroot of a compiler can have, when none is known.
struct UncheckedCrate {
  std::string name;
  std::string svh;
  std::string needed_by;  ///< a file
};

/// What an audit found. Rules that were applied to a file and found nothing are in `passed`, for reports that list them.
struct Audit {
  std::vector<Finding> findings;                     ///< sorted by path, rule, crate
  std::vector<std::pair<Rule, std::string>> passed;  ///< rule and path, sorted by path, rule
  std::vector<std::string> paths;                    ///< every file that was judged, sorted
  std::vector<UncheckedCrate> unchecked;             ///< sorted by name and SVH, each once
  std::size_t crates = 0;  ///< how many crates, by name and SVH, are there or needed outside of kernels
  /// Crate `kernel` stands outside of every kernel tree: what it needs beside crates is not known, and was not judged.
  bool lacks_config = false;
};

/// Judges what `scan` found; opens no file. In a kernel tree it judges what an out-of-tree module build reads; elsewhere
/// everything with crate metadata. The verdict is meant to be rustc's: an error is what rustc refuses, and rustc's reason.
/// Paths in it are those that a user sees.
Audit audit(ScanResult& result, const AuditOptions& options);
/// Every root by itself, in one.
Audit audit(std::vector<ScanResult>& roots, const AuditOptions& options);

}  // namespace rartifacts
#pragma GCC visibility pop
