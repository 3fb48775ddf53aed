// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Which rustc a package depends on
// ================================
//
// A relation is written as the format of the package has it, alternatives only in a .deb:
//
//     rustc (>= 1.85.1), rustc (<< 1.85.2~)        two that must both hold
//     rustc-1.85 | rustc (= 1.85.1+dfsg1-1)        one with an alternative; the first has the number in its name
//     rust = 1.85.1-1.fc42                         rpm
//     rust=1:1.85.1-1                              pacman, with an epoch
//
// Compared are the numbers of the release of rustc. What a distribution puts behind them is compared only where the crates tell it too
// (Fedora, Arch) and the relation asks for exactly that.
#include <rartifacts/locate.h>
#include <rartifacts/toolchain.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "audit/findings.h"
#include "bytes/path.h"
#include "bytes/unicode.h"

namespace rartifacts {
namespace {

/// As many numbers of a release as are written, and what follows.
struct WrittenRelease {
  std::vector<int> numbers;
  std::string_view rest;
};

WrittenRelease written_release(std::string_view text) {
  WrittenRelease release;
  const auto colon = text.find(':');
  if (colon != text.npos && std::ranges::all_of(text.substr(0, colon), is_digit)) text.remove_prefix(colon + 1);
  while (release.numbers.size() < 3 && !text.empty() && is_digit(text.front())) {
    int number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    release.numbers.push_back(number);
    if (text.size() < 2 || text.front() != '.' || !is_digit(text[1])) break;
    text.remove_prefix(1);
  }
  release.rest = text;
  return release;
}

/// Whether a relation lets a compiler be installed, and others too.
struct Admission {
  bool admits = true;
  bool has_lower = false, has_upper = false;  ///< nothing older, nothing newer

  bool is_exact() const { return has_lower && has_upper; }
};

// Where numbers are missing in the relation, all are meant.
int compare_release(const std::vector<int>& own, const std::vector<int>& other) {
  for (std::size_t i = 0; i < own.size() && i < other.size(); ++i)
    if (own[i] != other[i]) return own[i] < other[i] ? -1 : 1;
  return 0;
}

Admission admission_of(std::string_view relation, const std::vector<int>& release, const std::string& exact) {
  Admission result;
  const auto sign_at = relation.find_first_of("<>=");
  const auto name = relation.substr(0, std::min(sign_at, relation.find_first_of(" (:")));
  if (const auto digits = name.find_first_of("0123456789"); digits != name.npos) {
    const auto named = written_release(name.substr(digits));
    result.admits = compare_release(release, named.numbers) == 0;
    result.has_lower = result.has_upper = named.numbers.size() > 1;
  }
  if (sign_at == relation.npos) return result;
  const auto sign = relation.substr(sign_at, relation.find_first_not_of("<>=", sign_at) - sign_at);
  auto version = relation.substr(sign_at + sign.size());
  version.remove_prefix(std::min(version.find_first_not_of(' '), version.size()));
  version = version.substr(0, version.find_first_of(") "));
  const auto bound = written_release(version);
  if (bound.numbers.empty()) return result;
  const auto order = compare_release(release, bound.numbers);
  if (sign == "=") {
    const bool is_rebuilt = order == 0 && !exact.empty() && version.contains('-') && version != exact;
    result.admits &= order == 0 && !is_rebuilt;
    result.has_lower = result.has_upper = true;
  } else if (sign.starts_with('>')) {
    result.admits &= order >= 0;
    result.has_lower = true;
  } else {
    // `<< 1.85.1-2` is met by 1.85.1-1; `<< 1.85.1~` and `< 1.85.1` are not.
    const bool is_met_below = sign.ends_with('=') || (!bound.rest.empty() && bound.rest.front() != '~');
    result.admits &= order < 0 || (order == 0 && is_met_below && bound.numbers.size() == release.size());
    result.has_upper = true;
  }
  return result;
}

// Of alternatives one is enough.
Admission admission_of_any(std::string_view relation, const std::vector<int>& release, const std::string& exact) {
  Admission best{.admits = false};
  while (!relation.empty()) {
    auto one = relation.substr(0, relation.find('|'));
    relation.remove_prefix(std::min(relation.size(), one.size() + 1));
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    const auto admission = admission_of(one, release, exact);
    if (!admission.admits) continue;
    if (!best.admits) best = admission;
    best.has_lower &= admission.has_lower;
    best.has_upper &= admission.has_upper;
  }
  return best;
}

class DependencyCheck {
 public:
  DependencyCheck(const ScanResult& result, Findings& findings)
      : packages_(result.packages.packages), root_(result.packages), findings_(findings) {
    for (const auto& artifact : result.artifacts) {
      const auto* package = is_compiled_against(artifact) ? package_of(root_, artifact.path) : nullptr;
      if (package && !package->is_directory && !package->identity.name.empty()) users_.emplace(package, &artifact);
    }
  }

  void run() {
    for (const auto& [package, artifact] : users_) check(*package, *artifact);
  }

 private:
  // A compiler's own crates come with it; programs and the libraries that they run with are not compiled against.
  static bool is_compiled_against(const Artifact& artifact) {
    return artifact.metadata && (artifact.kind == Kind::rmeta || artifact.kind == Kind::rlib) &&
           !sysroot_triple(directory_of(artifact.path));
  }

  // Its own relations, and those of what it depends on. Who installs a package that needs this one has the compiler of that.
  void collect(const PackageFacts& package, std::set<const PackageFacts*>& seen, std::vector<std::string>& all) const {
    if (!seen.insert(&package).second) return;
    std::ranges::copy(package.identity.compilers, std::back_inserter(all));
    for (const auto& other : packages_)
      if (std::ranges::binary_search(package.identity.depends, other.identity.name)) collect(other, seen, all);
  }

  static std::string_view form_of(const PackageFacts& package) {
    if (package.file.ends_with(".deb")) return "debian";
    return package.file.ends_with(".rpm") ? "rpm" : "arch";
  }

  void check(const PackageFacts& package, const Artifact& artifact) {
    findings_.apply({Rule::rustc_dependency}, artifact.path);
    const auto& rustc = artifact.metadata->rustc;
    const auto number = rustc_number(rustc);
    if (!number) return;
    std::set<const PackageFacts*> seen;
    std::vector<std::string> relations;
    collect(package, seen, relations);
    for (const auto& other : packages_)
      if (std::ranges::binary_search(other.identity.depends, package.identity.name)) collect(other, seen, relations);
    const auto form = form_of(package);
    auto right = rustc_dependency(rustc, form);
    if (right) right->resize(right->size() - 1);
    const auto name = package.identity.name;
    if (relations.empty()) {
      if (right)
        say(Severity::warning, artifact, *right,
            fmt::format("{} depends on no rustc, and only {} reads its crates", name, rustc));
      return;
    }
    // Rich dependencies of rpm are whole expressions.
    if (std::ranges::any_of(relations, [](const std::string& one) { return one.starts_with('('); })) return;
    const auto exact = right && form != "debian" ? right->substr(right->find_first_of("0123456789")) : "";
    Admission all;
    for (const auto& relation : relations) {
      const auto one = admission_of_any(relation, written_release(*number).numbers, exact);
      all.admits &= one.admits;
      all.has_lower |= one.has_lower;
      all.has_upper |= one.has_upper;
    }
    const auto written = fmt::format("{}", fmt::join(relations, ", "));
    if (!all.admits)
      say(Severity::error, artifact, right.value_or(""),
          fmt::format("{} depends on {}, and its crates were made by {}", name, written, rustc));
    else if (!all.is_exact() && right)
      say(Severity::info, artifact, *right,
          fmt::format("{} depends on {}, which others than {} satisfy too", name, written, rustc));
  }

  void say(Severity severity, const Artifact& artifact, const std::string& right, std::string message) {
    auto* added = findings_.add(severity, Rule::rustc_dependency, artifact.path, "", std::move(message),
                                {{"rustc", artifact.metadata->rustc}});
    if (added && !right.empty()) added->fix = fmt::format("depend on {}", right);
  }

  const std::vector<PackageFacts>& packages_;
  const PackageRoot& root_;
  Findings& findings_;
  std::map<const PackageFacts*, const Artifact*> users_;  ///< the first crate of each
};

}  // namespace

void check_rustc_dependencies(const ScanResult& result, Findings& findings) {
  if (!result.packages.packages.empty()) DependencyCheck(result, findings).run();
}

}  // namespace rartifacts
