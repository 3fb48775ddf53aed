// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A kernel tree, as rustc goes through it when it compiles a module
// ==================================================================
//
// Kbuild gives rustc `-L rust/` and `--extern kernel`, and no sysroot. rustc loads `core`, then `kernel`, then what their lists name,
// and so on; how it finds each is told in locate/locate.cc. Who reads the tree is not known: what most crates agree on stands for it.
// When a crate is refused, rustc reports the most telling reason there was. The module sees only `can't find crate for kernel`.
#include <rartifacts/graph.h>
#include <rartifacts/locate.h>

#include <algorithm>
#include <deque>
#include <map>

#include "audit/blame.h"
#include "audit/findings.h"
#include "audit/kernel_crates.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

/// What rustc or the module names, so that it is looked for without a hash.
constexpr std::array<std::string_view, 3> kNamedCrates{"core", "compiler_builtins", "kernel"};

/// What is looked for: a name, and who needs it with which hash.
struct Wanted {
  std::string name;
  const Artifact* needed_by = nullptr;
  const Dependency* dependency = nullptr;
};

// What most crates agree on; what `kernel` says when they do not.
template <class Value>
std::string most_common(const std::vector<const Artifact*>& files, const Value& value) {
  std::map<std::string, std::size_t> votes;
  for (const auto* file : files)
    if (auto text = value(*file); !text.empty()) votes[text] += file->crate->name.text == "kernel" ? 3U : 2U;
  std::string best;
  for (const auto& [text, count] : votes)
    if (best.empty() || count > votes[best]) best = text;
  return best;
}

CrateReader reader_of(const std::vector<const Artifact*>& files) {
  CrateReader reader;
  reader.rustc = most_common(files, [](const Artifact& artifact) { return artifact.metadata->rustc; });
  reader.metadata_version = static_cast<std::uint8_t>(std::stoi(
      most_common(files, [](const Artifact& artifact) { return std::to_string(artifact.metadata->version); })));
  const auto target_where = [&](bool is_host) {
    return most_common(files, [&](const Artifact& artifact) {
      return (artifact.kind == Kind::proc_macro) == is_host ? target_text(*artifact.crate) : std::string();
    });
  };
  reader.target = target_where(false);
  reader.host = target_where(true);
  return reader;
}

class KernelSearch {
 public:
  KernelSearch(const ScanResult& result, const CrateFiles& shelf, const KernelRoot& kernel, const AuditOptions& options,
               Findings& findings, const std::vector<const Artifact*>& files)
      : result_(result),
        options_(options),
        findings_(findings),
        locator_(shelf, reader_of(files), kernel_folders(result, kernel)),
        blame_(result, shelf, options, findings) {
    crates_.rustc = locator_.reader().rustc;
  }

  KernelCrates run() {
    std::deque<Wanted> todo{{"core", nullptr, nullptr}, {"kernel", nullptr, nullptr}};
    std::set<std::pair<std::string, std::string>> done;
    while (!todo.empty()) {
      const auto wanted = std::move(todo.front());
      todo.pop_front();
      const std::string svh = wanted.dependency ? wanted.dependency->svh : "";
      if (!done.emplace(wanted.name, svh).second) continue;
      const auto* found = find(wanted);
      if (!found || !crates_.taken.insert(found).second) continue;
      check_proc_macro(*found, result_.packages, options_, findings_);
      findings_.apply({Rule::missing_crate, Rule::crate_hash_mismatch, Rule::duplicate_crate, Rule::rustc_mixed,
                       Rule::target_mismatch, Rule::corrupt_artifact},
                      found->path);
      check_dependency_list(*found, findings_);
      if (!found->crate->dependencies) continue;
      for (const auto& dependency : *found->crate->dependencies) {
        const auto name = display_name(dependency.name);
        // What the command line names is looked for by name alone, and must be the one with that hash as well.
        if (std::ranges::find(kNamedCrates, name) != kNamedCrates.end()) todo.push_back({name, nullptr, nullptr});
        todo.push_back({name, found, &dependency});
      }
    }
    return std::move(crates_);
  }

 private:
  const Artifact* find(const Wanted& wanted) {
    const auto& found = locator_.find({wanted.name, wanted.dependency, {}});
    if (found.state == Located::State::chosen) return found.metadata;
    blame_.report({wanted.name, wanted.dependency, wanted.needed_by ? wanted.needed_by->path : "", "every module",
                   locator_.folders().front().path},
                  found, locator_);
    return nullptr;
  }

  const ScanResult& result_;
  const AuditOptions& options_;
  Findings& findings_;
  CrateLocator locator_;
  Blame blame_;
  KernelCrates crates_;
};

}  // namespace

bool is_crate_file(std::string_view file) {
  constexpr std::array<std::string_view, 5> kEndings{".rmeta", ".rlib", ".so", ".dylib", ".dll"};
  return file.starts_with("lib") &&
         std::ranges::any_of(kEndings, [&](std::string_view ending) { return file.ends_with(ending); });
}

KernelCrates find_kernel_crates(const ScanResult& result, const CrateFiles& shelf, const KernelRoot& kernel,
                                const AuditOptions& options, const std::vector<const Artifact*>& files,
                                Findings& findings) {
  return KernelSearch(result, shelf, kernel, options, findings, files).run();
}

}  // namespace rartifacts
