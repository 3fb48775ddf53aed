// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The scan: walk, look, tell
// ==========================
//
//   1. Walk the tree and keep the names that can be of a wanted kind. Nothing is opened.
//   2. A kept include/config/auto.conf marks a kernel tree. Inside of it fewer kinds matter (modules never read host rlibs).
//   3. Open what is left, on all threads, and classify it. Links are resolved, and what they lead to is looked at as well.
//   4. Look for the auxiliary files that each kernel's configuration calls for.
#include <rartifacts/graph.h>
#include <rartifacts/select.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "classify/kept_size.h"
#include "kernel/auxiliary_claims.h"
#include "kernel/root.h"
#include "scan/headers.h"
#include "scan/kernel_trees.h"
#include "scan/known_names.h"
#include "scan/proved_names.h"
#include "scan/scan_source.h"
#include "scan/wanted_names.h"
#include "source/directory.h"
#include "source/threads.h"
#include "source/walk.h"

namespace rartifacts {
namespace {

/// Directories of a kernel tree that distributions replace by links into another package.
constexpr std::array<std::string_view, 3> kLinkedDirectories{"rust", "scripts", "include"};

class Scanner {
 public:
  Scanner(const ScanOptions& options, Source& source, const NamedInputs& operands)
      : options_(options), source_(source), wanted_(options.kinds), wanted_in_kernel_(options.kernel_kinds) {
    directories_ = operands.directories;
    operands_ = operands.directories;
    operands_.insert(operands_.end(), operands.files.begin(), operands.files.end());
    for (const auto& path : operands.files) {
      if (options_.around && take_around(source_, path, result_.around)) continue;
      const auto status = source_.status(path);
      entries_.push_back({path, status && S_ISLNK(status->st_mode), status ? status->st_ino : 0});
      named_.insert(path);
    }
    result_.problems = operands.problems;
  }

  ScanResult run() {
    walk_directories();
    if (options_.listed) options_.listed();
    find_kernels(source_, entries_, result_);
    for (auto& kernel : result_.kernels) follow_linked_directories(kernel);
    index_ = KernelIndex(result_.kernels);
    drop_unwanted();
    read_exports();
    look();
    count_leaks();
    look_for_tools();
    read_releases(source_, result_);
    name_dependencies(result_.artifacts);
    prove_names(source_, result_.artifacts);
    find_auxiliary();
    tell_sides(result_);
    sort_result();
    return std::move(result_);
  }

 private:
  void problem(std::string path, Error error) { result_.problems.push_back({std::move(path), std::move(error)}); }

  void walk_directories() {
    if (directories_.empty()) return;
    WalkRequest request;
    request.directories = directories_;
    request.jobs = options_.jobs;
    request.recurse = options_.recurse;
    request.watched = !options_.listed;
    request.progress = options_.progress;
    const bool wants_modules = options_.kinds.contains(Kind::kernel_module);
    request.wants = [this, wants_modules](std::string_view directory, std::string_view name) {
      return wanted_(name) || wanted_in_kernel_(name) || is_dep_info(directory, name) ||
             (name == kConfigFile && directory.ends_with(kConfigDirectory)) ||
             (options_.sources && is_editor_source(directory, name)) ||
             (wants_modules && name.starts_with("config") && !modules_of_config(join_path(directory, name)).empty());
    };
    request.sniff = options_.sniff || !options_.path_leaks.empty();
    auto walked = source_.walk(request);
    result_.entries += walked.seen;
    std::ranges::move(walked.entries, std::back_inserter(entries_));
    std::ranges::move(walked.folders, std::back_inserter(result_.folders));
    std::ranges::move(walked.problems, std::back_inserter(result_.problems));
  }

  // Ubuntu's headers have rust -> ../linux-lib-rust-…/rust: what it leads to belongs to the tree, and was walked where
  // it stands, since links lead no further than into what was named.
  void follow_linked_directories(KernelRoot& kernel) {
    for (const auto name : kLinkedDirectories) {
      const auto path = join_path(kernel.path, name);
      auto status = source_.status(path);
      if (!status || !S_ISLNK(status->st_mode)) continue;
      auto resolved = resolve(source_, path, kernel.path.size(), operands_);
      if (!resolved) {
        problem(path, resolved.error());
        continue;
      }
      if (!S_ISDIR(resolved->status.st_mode)) continue;
      for (const auto& link : resolved->links) add_directory_link(link);
      kernel.places.push_back(resolved->target);
    }
  }

  void add_directory_link(const std::string& link) {
    result_.directory_links.push_back({link, source_.read_link(link).value_or(""), std::nullopt});
  }

  // The walk kept every name that is wanted inside or outside of kernels; now it is known where each stands.
  void drop_unwanted() {
    std::erase_if(entries_, [&](const WalkEntry& entry) {
      if (named_.contains(entry.path)) return false;
      if (is_incremental_cache(entry.path)) return true;
      const auto name = file_name_of(entry.path);
      if (is_dep_info(directory_of(entry.path), name)) {
        result_.dep_infos.push_back(entry.path);
        return true;
      }
      if (options_.sources && is_editor_source(directory_of(entry.path), name)) return false;
      if (options_.sniff) return name == kConfigFile;
      if ((is_in_kernel(entry.path) ? wanted_in_kernel_ : wanted_)(name)) return false;
      if (!options_.path_leaks.empty() && !entry.is_link) others_.push_back(entry);
      return true;
    });
    for (auto* entries : {&entries_, &others_}) {
      std::ranges::sort(*entries, {}, &WalkEntry::path);
      const auto repeated = std::ranges::unique(*entries, {}, &WalkEntry::path);
      entries->erase(repeated.begin(), repeated.end());
    }
  }

  // What an object may use of the kernel: as the caller says, else of the only kernel there is.
  void read_exports() {
    if (options_.exports && !options_.exports->empty()) exports_ = options_.exports;
    if (!options_.link_facts) return;
    rartifacts::read_exports(source_, result_);
    const auto* only = result_.kernels.size() == 1                 ? &result_.kernels.front()
                       : result_.kernels.empty() && result_.around ? &*result_.around
                                                                   : nullptr;
    if (!exports_ && only) exports_ = only->exports;  // an empty one says that nothing is exported
  }

  // A headers package has its programs in another package, and is judged by what it says of itself.
  void look_for_tools() {
    if (!options_.around || source_.is_installed_root()) return;
    for (auto& kernel : result_.kernels) {
      look_for_build_tools(source_, kernel);
      look_for_project_paths(source_, kernel);
    }
  }

  struct Look {
    std::vector<Artifact> artifacts;
    std::vector<Problem> problems;
    std::vector<std::string> strangers;
  };

  // Files first: what a link leads to has been looked into by then, and is not looked into once for each link.
  void look() {
    EntryNames files;
    EntryNames links;
    for (const auto& entry : entries_) (entry.is_link ? links : files).push_back(&entry);
    look_at_all(by_file(files), [&](const EntryNames& names, Look& into) {
      KnownNames known(source_);
      for (const auto* name : names) look_at_file(name->path, into, names.size() > 1 ? &known : nullptr);
    });
    if (!links.empty())
      for (const auto& artifact : result_.artifacts) looked_.emplace(artifact.path, &artifact);
    look_at_all(links, [&](const WalkEntry* entry, Look& into) { look_at_link(*entry, into); });
    looked_.clear();
  }

  template <class Entry, class Eye>
  void look_at_all(const std::vector<Entry>& entries, const Eye& eye) {
    std::vector<Look> looks(entries.size());
    for_each_index(options_.jobs, entries.size(), [&](std::size_t i) { eye(entries[i], looks[i]); });
    std::size_t count = result_.artifacts.size();
    for (const auto& look : looks) count += look.artifacts.size();
    result_.artifacts.reserve(count);
    for (auto& each : looks) {
      auto look = std::move(each);
      std::ranges::move(look.problems, std::back_inserter(result_.problems));
      std::ranges::move(look.strangers, std::back_inserter(result_.strangers));
      for (auto& artifact : look.artifacts)
        if (seen_.insert(artifact.path).second) result_.artifacts.push_back(std::move(artifact));
    }
  }

  // What no rule asks for can hold paths of the machine that built it as well.
  void count_leaks() {
    EntryNames entries;
    for (const auto& entry : others_) entries.push_back(&entry);
    const auto files = by_file(entries);
    std::vector<LookResult> looks(others_.size());
    for_each_index(options_.jobs, files.size(), [&](std::size_t i) {
      KnownNames known(source_);
      for (const auto* name : files[i]) {
        const LookRequest request{.path_leaks = &options_.path_leaks};
        looks[static_cast<std::size_t>(name - others_.data())] = known.look(name->path, request);
      }
    });
    for (std::size_t i = 0; i < looks.size(); ++i) {
      const auto& look = looks[i];
      if (look && *look) result_.others.push_back({.path = others_[i].path, .path_leaks = (*look)->path_leaks});
      else if (!look && (look.error().kind == ErrorKind::io || look.error().kind == ErrorKind::changed))
        problem(others_[i].path, look.error());
    }
  }

  void look_at_link(const WalkEntry& entry, Look& into) const {
    // What a named link leads to is named with it.
    auto resolved = resolve(source_, entry.path, operand_length(entry.path),
                            named_.contains(entry.path) ? std::vector<std::string>() : operands_);
    if (!resolved) {
      into.problems.push_back({entry.path, resolved.error()});
      const auto kind = resolved.error().kind;
      if (options_.outside && (kind == ErrorKind::absolute || kind == ErrorKind::escaping))
        look_outside(entry.path, into);
      return;
    }
    if (!S_ISREG(resolved->status.st_mode)) return;
    const auto known = looked_.find(resolved->target);
    if (known != looked_.end()) into.artifacts.push_back(*known->second);
    else look_at_target(resolved->target, into);
    if (into.artifacts.empty()) return;
    for (const auto& link : resolved->links) {
      if (auto kept = keep(sizeof(Artifact) + 4 * link.size()); !kept)
        return into.problems.push_back({link, kept.error()});
      Artifact artifact = into.artifacts.front();
      artifact.path = link;
      artifact.mode.reset();
      artifact.link_target = source_.read_link(link).value_or("");
      artifact.resolved = resolved->target;
      into.artifacts.push_back(std::move(artifact));
    }
    if (known != looked_.end()) into.artifacts.erase(into.artifacts.begin());
  }

  // Many links may lead to one file that no rule asks for.
  void look_at_target(const std::string& path, Look& into) const {
    if (source_.is_installed_root()) return look_at_file(path, into);
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = targets_.find(path); known != targets_.end()) return void(into = known->second);
    }
    look_at_file(path, into);
    for (const auto& artifact : into.artifacts) (void)keep(kept_size(artifact));
    const std::lock_guard lock(mutex_);
    targets_.emplace(path, into);
  }

  // What a build would read through a link, though nobody who installs the files will have it.
  void look_outside(const std::string& link, Look& into) const {
    const auto dangling = [&] {
      into.problems.push_back({link, Error{ErrorKind::dangling, "dangling link out of the tree", std::nullopt}});
    };
    if (source_.is_installed_root()) return dangling();
    auto found = source_.look(link, {.named = true});
    if (!found && found.error().kind == ErrorKind::changed) return dangling();
    if (!found) return into.problems.push_back({link, found.error()});
    if (!*found)
      return into.problems.push_back(
          {link, Error{ErrorKind::malformed, "link to a file that is not an artifact", std::nullopt}});
    (*found)->link_target = source_.read_link(link).value_or("");
    into.artifacts.push_back(std::move(**found));
  }

  void look_at_file(const std::string& path, Look& into, KnownNames* known = nullptr) const {
    auto found = look_into(path, known);
    if (!found) return into.problems.push_back({path, found.error()});
    if (*found)
      if (auto kept = keep_facts(**found); !kept) return into.problems.push_back({path, kept.error()});
    if (*found) into.artifacts.push_back(std::move(**found));
    else if (is_stranger(path)) into.strangers.push_back(path);
  }

  // A package has counted what is in it when it was read.
  Result<void> keep_facts(Artifact& artifact) const {
    constexpr std::uint64_t kNodes = 160;  // of the sets that hold its path
    if (source_.is_installed_root()) return {};
    if (options_.condense) options_.condense(artifact, result_);
    return keep(kept_size(artifact) + kNodes + 2 * artifact.path.size());
  }

  // rustc passes over empty files of metadata without a word; in kernel trees they are problems.
  bool is_stranger(const std::string& path) const {
    if (is_in_kernel(path)) return true;
    if (!path.ends_with(".rmeta")) return wanted_(file_name_of(path));
    const auto status = source_.status(path);
    return status && status->st_size > 0;
  }

  bool is_in_kernel(std::string_view path) const { return !index_.holding(path).empty(); }

  LookResult look_into(const std::string& path, KnownNames* known = nullptr) const {
    const bool is_named = named_.contains(path);
    const LookRequest request{is_named, options_.members, &options_.path_leaks, options_.link_facts && is_named,
                              exports_.get()};
    auto artifact = known ? known->look(path, request) : source_.look(path, request);
    if (artifact && *artifact) return artifact;
    const auto status = source_.status(path);
    if (!artifact && !is_named && !status && status.error().kind == ErrorKind::changed)
      return fail(ErrorKind::changed, "vanished while the tree was read");
    if (!artifact) return artifact;
    const auto size = status ? static_cast<std::uint64_t>(status->st_size) : 0;
    if (options_.sources && is_editor_source(directory_of(path), file_name_of(path))) {
      Artifact source{.path = path, .size = size};
      if (status) source.mode = status->st_mode & kPermissions;
      source.is_source = true;
      return source;
    }
    const bool is_empty = status && S_ISREG(status->st_mode) && size == 0;
    if (is_named && is_empty)
      return fail(ErrorKind::empty, "empty: left by `cargo check` for a program, or by an interrupted build");
    if (is_named)
      return fail(ErrorKind::unsupported, "not an artifact: no crate metadata, archive, object, library or program");
    if (is_in_kernel(path) && is_empty && path.ends_with(".rmeta"))
      return fail(ErrorKind::empty, "empty: the build was interrupted, or the disk was full");
    return std::nullopt;
  }

  std::size_t operand_length(std::string_view path) const {
    for (const auto& operand : options_.paths)
      if (operand != "." && is_below(path, operand))
        return path == operand ? directory_of(operand).size() : operand.size();
    return 0;
  }

  void find_auxiliary() {
    std::set<std::size_t> with_crates;
    std::set<std::size_t> with_custom_target;
    for (const auto& artifact : result_.artifacts) {
      if (!artifact.crate) continue;
      for (const auto kernel : index_.holding(artifact.path)) {
        with_crates.insert(kernel);
        if (artifact.crate->target_json || artifact.crate->target_path) with_custom_target.insert(kernel);
      }
    }
    for (std::size_t i = 0; i < result_.kernels.size(); ++i) {
      auto& kernel = result_.kernels[i];
      if (options_.kernel_kinds.empty()) continue;
      // With crates and without CONFIG_RUST the configuration was made anew.
      if (!kernel.config.is_set("RUST") && !with_crates.contains(i)) continue;
      const bool has_custom_target = with_custom_target.contains(i);
      for (const auto* row : auxiliary_files(kernel.config, has_custom_target)) add_auxiliary(kernel, row->path);
    }
  }

  void add_auxiliary(KernelRoot& kernel, std::string_view row) {
    const auto path = join_path(kernel.path, row);
    auto resolved = resolve(source_, path, kernel.path.size(), operands_);
    // Not there: a kernel of another version does not make this file.
    if (!resolved && resolved.error().kind == ErrorKind::changed) return;
    if (!resolved) return problem(path, resolved.error());
    if (!S_ISREG(resolved->status.st_mode)) return;
    // Nothing but its place makes it an auxiliary file.
    if (!source_.is_installed_root() && !kernel.holds(resolved->target))
      return problem(path, Error{ErrorKind::escaping, "link leads out of the kernel tree", std::nullopt});
    kernel.auxiliary.push_back(resolved->target);
    const auto text = source_.share_text(resolved->target);
    if (path.ends_with("/target.json") && !kernel.target_json && text) kernel.target_json = *text;
    // What a package holds is in there, whatever it is.
    if (!source_.is_installed_root()) {
      if (!text) return problem(resolved->target, text.error());
      if (const auto& is_so = checked_claim(row, *text); !is_so) return problem(resolved->target, is_so.error());
    }
    for (const auto& link : resolved->links) {
      if (link != path) {
        add_directory_link(link);
        continue;
      }
      kernel.auxiliary.push_back(link);
      Artifact artifact{
          .path = link, .link_target = source_.read_link(link).value_or(""), .resolved = resolved->target};
      if (seen_.insert(link).second) result_.artifacts.push_back(std::move(artifact));
    }
    if (!seen_.insert(resolved->target).second) return;
    // helpers_module.bc is bitcode, the others are text.
    auto found = look_into(resolved->target);
    if (!found) return problem(resolved->target, found.error());
    Artifact artifact = *found ? **found : Artifact{.path = resolved->target};
    artifact.size = static_cast<std::uint64_t>(resolved->status.st_size);
    artifact.mode = resolved->status.st_mode & kPermissions;
    result_.artifacts.push_back(std::move(artifact));
  }

  // Many kernels may have the same text.
  const Result<void>& checked_claim(std::string_view row, const Shared<std::string>& text) {
    auto& [kept_text, is_so] = claims_[{text.get(), row}];
    if (kept_text) return is_so;
    kept_text = text;
    constexpr std::uint64_t kStepsPerByte = 8;
    add_work(kStepsPerByte * text->size());
    return is_so = check_claim(row, *text);
  }

  void sort_result() {
    std::ranges::sort(result_.artifacts, {}, &Artifact::path);
    std::ranges::sort(result_.problems, {}, &Problem::path);
    std::ranges::sort(result_.strangers);
    std::ranges::sort(result_.folders);
    std::ranges::sort(result_.dep_infos);
    std::ranges::sort(result_.directory_links, {}, &Directory::path);
    const auto repeated = std::ranges::unique(result_.directory_links, {}, &Directory::path);
    result_.directory_links.erase(repeated.begin(), repeated.end());
  }

  const ScanOptions& options_;
  Source& source_;
  NameFilter wanted_;
  NameFilter wanted_in_kernel_;
  std::vector<std::string> directories_;
  std::vector<std::string> operands_;  ///< how far links may lead
  std::vector<WalkEntry> entries_;
  std::set<std::string, std::less<>> named_;            ///< files that the user named: looked at whatever their name
  std::vector<WalkEntry> others_;                       ///< files that are only searched for paths
  std::set<std::string, std::less<>> seen_;             ///< paths that are in the result
  std::map<std::string_view, const Artifact*> looked_;  ///< what files are, while links are looked at
  mutable std::mutex mutex_;
  mutable std::map<std::string, Look> targets_;  ///< what was found behind links
  std::map<std::pair<const std::string*, std::string_view>, std::pair<Shared<std::string>, Result<void>>> claims_;
  KernelIndex index_;
  std::shared_ptr<const ExportTable> exports_;
  ScanResult result_;
};

}  // namespace

ScanResult scan_source(const ScanOptions& options, Source& source, const NamedInputs& operands) {
  return Scanner(options, source, operands).run();
}

}  // namespace rartifacts
