// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Packages as such: which paths they claim, with which modes, and for which machine their programs are. Whether the crates in
// them fit together is not asked here; for that it does not matter where files are.
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "audit/findings.h"

namespace rartifacts {
namespace {

constexpr unsigned kReadableByOthers = 0004;
constexpr std::string_view kI386 = "i386";
constexpr std::string_view kX86_64 = "x86_64";

std::string name_of(const PackageFacts& package) {
  const auto& identity = package.identity;
  if (identity.name.empty()) return package.file;
  return identity.version.empty() ? identity.name : fmt::format("{} {}", identity.name, identity.version);
}

class PackageAudit {
 public:
  PackageAudit(const ScanResult& result, const AuditOptions& options, Findings& findings)
      : result_(result), root_(result.packages), options_(options), findings_(findings) {}

  void run() {
    for (const auto& clash : root_.clashes) check_clash(clash);
    for (const auto& package : root_.packages) {
      check_machines(package);
      check_leftovers(package);
      for (const auto& path : package.world_writable)
        findings_.add(Rule::world_writable, path, "",
                      fmt::format("everybody may write to {} of {}", name_in(path), name_of(package)));
    }
    for (const auto& artifact : result_.artifacts) check_artifact(artifact);
  }

 private:
  // As dpkg decides when it meets the path of another package: a diversion helps when one of the two has made it, so a local one
  // does not. Which versions a relation is about is not looked at.
  void check_clash(const PathClash& clash) {
    const auto& first = root_.packages[clash.first];
    const auto& second = root_.packages[clash.second];
    findings_.apply({Rule::path_conflict}, clash.path);
    if (clash.same_content) return;
    const auto is_diverted = [&](const Diversion& diversion) {
      return diversion.path == clash.path && !diversion.by.empty() &&
             (diversion.by == first.identity.name || diversion.by == second.identity.name);
    };
    if (std::ranges::any_of(options_.diversions, is_diverted)) return;
    if (yields(first.identity, second.identity) || yields(second.identity, first.identity) || is_upgrade(first, second))
      return;
    findings_.add(
        Rule::path_conflict, clash.path, "",
        fmt::format("{} is in {} and in {}, with different content", clash.path, name_of(first), name_of(second)),
        {{"first", first.file},
         {"first_package", name_of(first)},
         {"second", second.file},
         {"second_package", name_of(second)}});
  }

  // Of one package for one architecture only one version can be installed.
  static bool is_upgrade(const PackageFacts& one, const PackageFacts& other) {
    return !one.identity.name.empty() && one.identity.name == other.identity.name &&
           one.identity.architecture == other.identity.architecture;
  }

  // Debian's headers, kbuild and image packages hold no program for another machine than their own: modpost and objtool come in
  // variants for other targets (modpost.real-msb-32, objtool.real-powerpc), and each is a program of the package's architecture.
  // Upstream's packages copy scripts/ of the build tree, where a cross build has programs of the machine that built it.
  //
  // Only what a loader starts counts. vmlinux, modules and vDSOs are for the target, also in a package that brings headers of one
  // machine to another. i386 programs run on x86_64, and what x86_64 packages have of them is meant to be there.
  void check_machines(const PackageFacts& package) {
    auto machines = package.machines;
    for (const auto& artifact : result_.artifacts)
      if (artifact.proc_macro && artifact.elf && package_of(root_, artifact.path) == &package)
        machines.emplace(artifact.elf->e_machine, artifact.path);
    if (machines.empty()) return;
    const auto& architecture = package.identity.architecture;
    std::string own(machine_of_architecture(architecture));
    const bool says_own = !own.empty();
    if (!says_own && options_.host_arch) own = elf_name_of_machine(*options_.host_arch);
    if (own.empty()) own = usual_machine(machines);
    for (const auto& [e_machine, path] : machines) {
      findings_.apply({Rule::mixed_machine}, path);
      const auto machine = elf_machine_name(e_machine);
      const bool is_wanted = options_.host_arch && machine == elf_name_of_machine(*options_.host_arch);
      const bool runs = machine == own || is_wanted || (machine == kI386 && own == kX86_64);
      if (runs || findings_.blames(path, Rule::host_arch_mismatch)) continue;
      findings_.add(
          Rule::mixed_machine, path, "",
          says_own ? fmt::format("{} is for {}, and {} for {}", name_in(path), machine, name_of(package), architecture)
                   : fmt::format("{} is for {}, and other programs of {} for {}", name_in(path), machine,
                                 name_of(package), own),
          evidence(package, machines));
    }
  }

  // A package that is for no machine in particular: one of its programs is compared with the others.
  static std::string usual_machine(const std::multimap<std::uint16_t, std::string>& machines) {
    const auto first = elf_machine_name(machines.begin()->first);
    const bool is_both = first == kI386 && std::ranges::any_of(machines, [](const auto& machine) {
                           return elf_machine_name(machine.first) == kX86_64;
                         });
    return is_both ? std::string(kX86_64) : first;
  }

  static Evidence evidence(const PackageFacts& package, const std::multimap<std::uint16_t, std::string>& machines) {
    Evidence all{{"architecture", package.identity.architecture}};
    for (auto first = machines.begin(); first != machines.end(); first = machines.upper_bound(first->first))
      all.emplace_back(elf_machine_name(first->first), first->second);
    return all;
  }

  void check_leftovers(const PackageFacts& package) {
    for (const auto& path : package.leftovers) {
      // Modules for powerpc and s390 are linked with them (KBUILD_LDFLAGS_MODULE in arch/{powerpc,s390}/Makefile).
      const bool is_needed = name_in(path) == "crtsavres.o" || name_in(path) == "expoline.o";
      if (findings_.is_in_kernel(path) && !is_needed && !findings_.blames(path))
        findings_.add(Rule::unexpected_file, path, "", fmt::format("no module build reads {}", name_in(path)));
    }
  }

  void check_artifact(const Artifact& artifact) {
    if (artifact.mode) {
      findings_.apply({Rule::not_readable}, artifact.path);
      if ((*artifact.mode & kReadableByOthers) == 0)
        findings_.add(Rule::not_readable, artifact.path, "",
                      fmt::format("{} has mode {:03o}: not everybody can compile with it", name_in(artifact.path),
                                  *artifact.mode),
                      {{"mode", fmt::format("{:04o}", *artifact.mode)}});
    }
    if (artifact.proc_macro && artifact.elf) check_symbols(artifact);
  }

  void check_symbols(const Artifact& artifact) {
    findings_.apply({Rule::unstripped}, artifact.path);
    const auto symbols = artifact.elf->symbol_bytes;
    const auto debug = artifact.elf->debug_bytes;
    if (symbols + debug == 0) return;
    findings_.add(Rule::unstripped, artifact.path, "",
                  fmt::format("{} of the {} bytes of {} are {}", symbols + debug, artifact.size, name_in(artifact.path),
                              debug == 0     ? "symbols"
                              : symbols == 0 ? "debug information"
                                             : "symbols and debug information"),
                  {{"debug", fmt::format("{}", debug)},
                   {"size", fmt::format("{}", artifact.size)},
                   {"symbols", fmt::format("{}", symbols)}});
  }

  const ScanResult& result_;
  const PackageRoot& root_;
  const AuditOptions& options_;
  Findings& findings_;
};

}  // namespace

const PackageFacts* package_of(const PackageRoot& packages, std::string_view path) {
  const auto owner = packages.owner.find(path);
  return owner == packages.owner.end() ? nullptr : &packages.packages[owner->second];
}

void check_path_leaks(const ScanResult& result, const AuditOptions& options, Findings& findings) {
  const auto check = [&](const Artifact& artifact) {
    std::string found;
    Evidence evidence;
    for (const auto& [prefix, count] : artifact.path_leaks) {
      const auto wish = std::ranges::find(options.path_leak, prefix, &PathLeakBudget::prefix);
      if (wish == options.path_leak.end() || count <= wish->budget) continue;
      found += fmt::format("{}{} times {}", found.empty() ? "" : ", ", count, prefix);
      evidence.emplace_back(prefix, fmt::format("{}, {} allowed", count, wish->budget));
    }
    if (!found.empty())
      findings.add(Rule::path_leak, artifact.path, "", fmt::format("{} has {}", name_in(artifact.path), found),
                   evidence);
  };
  for (const auto& artifact : result.artifacts) {
    if (!artifact.path_leaks.empty()) findings.apply({Rule::path_leak}, artifact.path);
    check(artifact);
  }
  for (const auto& other : result.others) {
    findings.apply({Rule::path_leak}, other.path);
    check(other);
  }
}

void suggest_packages(const PackageRoot& root, std::vector<Finding>& findings) {
  constexpr std::size_t kShown = 5;
  const auto is_named = [&](const std::string& name) {
    return std::ranges::any_of(root.packages, [&](const PackageFacts& package) {
      const auto& own = package.identity;
      return own.name == name || std::ranges::find(own.provides, name) != own.provides.end();
    });
  };
  for (auto& finding : findings) {
    const auto owner = root.owner.find(finding.path);
    if (finding.rule != Rule::dangling_link || owner == root.owner.end()) continue;
    std::vector<std::string> others;
    for (const auto& name : root.packages[owner->second].identity.depends)
      if (!is_named(name) && others.size() < kShown) others.push_back(name);
    if (!others.empty())
      finding.fix = fmt::format("if it leads into a package that this one depends on, name that package too: {}",
                                fmt::join(others, ", "));
  }
}

void audit_packages(const ScanResult& result, const AuditOptions& options, Findings& findings) {
  if (!result.packages.packages.empty()) PackageAudit(result, options, findings).run();
}

}  // namespace rartifacts
