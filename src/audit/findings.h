// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <bitset>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kernel/root.h"

namespace rartifacts {

using Evidence = std::vector<std::pair<std::string, std::string>>;

/// Collects findings; the first of one rule about one path and crate stays.
class Findings {
 public:
  Findings() = default;
  explicit Findings(const std::vector<KernelRoot>& kernels) : kernels_(kernels) {}

  /// The kernel trees of the set: there may be many, and each path is asked about.
  const KernelIndex& kernels() const { return kernels_; }
  bool is_in_kernel(std::string_view path) const { return !kernels_.holding(path).empty(); }

  void add(Rule rule, std::string path, std::string crate, std::string message, Evidence evidence = {});
  /// The same with another weight than the rule's own, or for a case where rustc has another error for it.
  Finding* add(Severity severity, Rule rule, std::string path, std::string crate, std::string message,
               Evidence evidence = {});
  void add_with_code(std::string_view rustc_error, Rule rule, std::string path, std::string crate, std::string message);
  /// Notes that `rules` were applied to a file. What is not found wrong by the end has passed.
  void apply(std::initializer_list<Rule> rules, const std::string& path);
  /// A file that cannot be read now, so that nothing can be said of it: whoever asked must hear of it.
  void leave_open(const std::string& path) { open_.insert(path); }
  bool is_open(const std::string& path) const { return open_.contains(path); }
  /// A crate that was not looked for, because where it would be is not known.
  void leave_unchecked(UncheckedCrate crate) { unchecked_.emplace(std::pair(crate.name, crate.svh), crate); }
  /// Makes what was not looked for a finding.
  void blame_unchecked();
  /// How many crates were looked for, these included.
  void count_crates(std::size_t number) { crates_ += number; }
  bool blames(const std::string& path) const {
    return blamed_.lower_bound({path, Rule{}}) != blamed_.upper_bound({path, Rule::expired_waiver});
  }
  bool blames(const std::string& path, Rule rule) const { return blamed_.contains({path, rule}); }
  std::size_t size() const { return findings_.size(); }

  Audit finish(const AuditOptions& options);

 private:
  KernelIndex kernels_;
  std::vector<Finding> findings_;
  std::set<std::tuple<Rule, std::string, std::string>> known_;
  std::set<std::pair<std::string, Rule>> blamed_;
  std::set<std::string> open_;
  using Rules = std::bitset<std::tuple_size_v<decltype(rule_table)>>;
  std::map<std::string, Rules> applied_;
  std::map<std::pair<std::string, std::string>, UncheckedCrate> unchecked_;
  std::size_t crates_ = 0;
};

/// The files of each kernel tree, as a module build would use them.
void audit_kernels(ScanResult& result, const AuditOptions& options, Findings& findings);
/// Everything outside of kernel trees that has crate metadata.
void audit_crates(const ScanResult& result, const AuditOptions& options, Findings& findings);

/// Packages as such: their paths, modes, machines. Goes last: what is blamed for another reason already is passed over.
void audit_packages(const ScanResult& result, const AuditOptions& options, Findings& findings);
/// Packages that others compile against: whether they depend on the rustc that can read their crates.
void check_rustc_dependencies(const ScanResult& result, Findings& findings);
/// Of links that lead nowhere, says which packages to name as well.
void suggest_packages(const PackageRoot& root, std::vector<Finding>& findings);

/// Paths of the machine that built a file, against the budget.
void check_path_leaks(const ScanResult& result, const AuditOptions& options, Findings& findings);

/// The package that an artifact is from; none for what is on disk.
const PackageFacts* package_of(const PackageRoot& packages, std::string_view path);
/// Kernel modules, against the kernel they are for and against one another.
void audit_modules(const ScanResult& result, Findings& findings);
/// Longest name that fits into an entry of __versions: its 64 bytes begin with an unsigned long, and the name ends with NUL.
std::size_t max_version_name(const Artifact& module);
/// Objects and archives whose `link` was read: whether they would do where they go.
void audit_objects(const ScanResult& result, Purpose purpose, Findings& findings);
/// What a headers tree needs besides crates, in any language: programs, exports; and what an editor reads.
void audit_headers(const ScanResult& result, const AuditOptions& options, Findings& findings);

/// The kernel that a file is for: the tree that holds it, the only one there is, the one around. Nothing: none is known.
const KernelRoot* kernel_for(const ScanResult& result, const Findings& findings, std::string_view path);

/// What can be said of a proc macro by itself: its section, its symbol, its machine.
void check_proc_macro(const Artifact& artifact, const PackageRoot& packages, const AuditOptions& options,
                      Findings& findings);

/// `machine` as elf_machine_name would call it, whoever calls it so.
std::string_view elf_name_of_machine(std::string_view machine);

/// A crate of a release whose layout is known, and whose dependencies make no sense, is damaged.
void check_dependency_list(const Artifact& artifact, Findings& findings);

/// Crates of one folder that were compiled against two crates core. Those in `skipped` are passed over.
void compare_cores(const std::vector<const Artifact*>& files, const std::set<const Artifact*>& skipped,
                   Findings& findings);

/// One rustc gives each of its predefined names one number: a crate with another number for the same crate is damaged.
void check_predefined_names(const std::vector<const Artifact*>& files, Findings& findings);

/// `ffi` of `rust/libffi-1a2b.rmeta`; empty when it is no name for a crate.
std::string crate_of_file(std::string_view path);

/// `libffi.rmeta`, of a path.
std::string_view name_in(const std::string& path);

}  // namespace rartifacts
