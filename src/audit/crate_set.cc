// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Crates outside of kernel trees
// ==============================
//
// A cargo target directory, the libraries of a compiler, a folder of crates, a package of them. What will be compiled against them is
// not known, so each crate is asked for what it needs itself, as `rustc --extern NAME=FILE` would ask. Where rustc looks then follows
// from where the crate stands (locate/places.cc). Without the compiler's own folder (neither --rustc nor --sysroot) crates that only it
// can have are not checked, and counted.
#include <rartifacts/graph.h>
#include <rartifacts/locate.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "audit/blame.h"
#include "audit/crate_neighbours.h"
#include "audit/findings.h"
#include "audit/kernel_crates.h"
#include "bytes/budget.h"
#include "bytes/path.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

class CrateAudit {
 public:
  CrateAudit(const ScanResult& result, const AuditOptions& options, Findings& findings)
      : result_(result),
        options_(options),
        findings_(findings),
        places_(result, options.search),
        blame_(result, places_.shelf(), options, findings) {
    for (const auto& artifact : result.artifacts) {
      if (findings.is_in_kernel(artifact.path)) continue;
      if (!(artifact.metadata || artifact.proc_macro || artifact.kind == Kind::rlib)) continue;
      (places_.is_out_of_reach(artifact.path) ? unreachable_ : files_).push_back(&artifact);
    }
    neighbours_ = CrateNeighbours(files_, options.rustc);
  }

  void run() {
    check_predefined_names(files_, findings_);
    for (const auto* file : files_)
      if (file->crate) sysroot_part_.learn(*file->crate);
    compare_with_reader();
    for (const auto* file : files_) check_file(*file);
    for (const auto& path : result_.strangers)
      if (!places_.is_out_of_reach(path)) check_stranger(path);
    for (const auto* file : unreachable_) check_unreachable(*file);
    load_all();
    for (const auto* file : files_) check_code(*file);
    for (const auto& [name, path] : options_.search.externs) load_extern(name, path);
    compare_cores(files_, skipped_, findings_);
    findings_.count_crates(crates_.size());
  }

 private:
  // ---- What can be said of a file by itself

  // A link in deps/ may lead to it.
  void check_unreachable(const Artifact& file) {
    if (neighbours_.is_behind_link(file.path)) return;
    findings_.add(Severity::warning, Rule::stale_artifact, file.path, crate_of_file(file.path),
                  fmt::format("{} is in a directory below deps, where rustc does not look", name_in(file.path)));
  }

  void check_file(const Artifact& file) {
    check_proc_macro(file, result_.packages, options_, findings_);
    findings_.apply({Rule::corrupt_artifact, Rule::missing_crate, Rule::crate_hash_mismatch}, file.path);
    if (!file.metadata && file.kind == Kind::rlib)
      findings_.add(Rule::rlib_without_metadata, file.path, "",
                    fmt::format("{} has no readable member lib.rmeta", name_in(file.path)));
    if (file.metadata && !file.crate && is_known_layout(*file.metadata))
      findings_.add(Rule::corrupt_artifact, file.path, "", "its crate header is damaged");
    if (!file.metadata || !file.crate) return;
    if (!is_in_its_container(file)) {
      skipped_.insert(&file);
      return;
    }
    check_dependency_list(file, findings_);
    check_target(file);
    check_place(file);
    check_twin(file);
    if (file.crate->is_stub && !skipped_.contains(&file) && !is_nobodys(file)) check_stub(file);
  }

  // rustc goes by the ending of the name. `--extern` takes no other names for these two.
  bool is_in_its_container(const Artifact& file) {
    const auto name = file_name_of(file.path);
    if (!name.starts_with("lib")) return true;
    const bool is_rlib = name.ends_with(".rlib");
    if (!is_rlib && !name.ends_with(".rmeta")) return true;
    if (file.kind == (is_rlib ? Kind::rlib : Kind::rmeta)) return true;
    findings_.add(is_rlib ? Rule::rlib_without_metadata : Rule::corrupt_artifact, file.path, crate_of_file(file.path),
                  fmt::format("the name of {} does not fit its content, which is of kind {}", name,
                              rartifacts::name_of(file.kind)));
    return false;
  }

  // What has the name of a crate, and is nothing of the kind. A library may be one of C.
  void check_stranger(const std::string& path) {
    if (!path.ends_with(".rlib") && !path.ends_with(".rmeta")) return;
    if (findings_.is_in_kernel(path) || crate_of_file(path).empty()) return;
    findings_.add(path.ends_with(".rlib") ? Rule::rlib_without_metadata : Rule::corrupt_artifact, path,
                  crate_of_file(path), fmt::format("{} is not an artifact, despite its name", name_in(path)));
  }

  // Of a compiler that is older than all in our table, only the header can be read.
  static bool is_known_layout(const MetadataHeader& header) {
    return !header.release || header.release->minor >= layouts().front().first;
  }

  void check_target(const Artifact& file) {
    const auto crate = display_name(file.crate->name);
    const auto& host = options_.search.host_triple;
    if (file.kind == Kind::proc_macro && !host.empty()) {
      findings_.apply({Rule::target_mismatch}, file.path);
      if (file.crate->triple != host)
        findings_.add_with_code("E0463", Rule::target_mismatch, file.path, crate,
                                fmt::format("a proc macro for {}, and rustc runs on {}", file.crate->triple, host));
    }
    if (!options_.expect_triple || file.kind == Kind::proc_macro) return;
    findings_.apply({Rule::target_mismatch}, file.path);
    if (file.crate->triple != *options_.expect_triple && file.crate->custom_target != options_.expect_triple)
      findings_.add(Rule::target_mismatch, file.path, crate,
                    fmt::format("for {}, not for {}", file.crate->custom_target.value_or(file.crate->triple),
                                *options_.expect_triple),
                    {{"expected", *options_.expect_triple}, {"found", file.crate->triple}});
  }

  void check_place(const Artifact& file) {
    const auto around = places_.target_around(file);
    if (!around || options_.expect_triple || target_text(*file.crate) == around->text) return;
    findings_.add(Rule::target_mismatch, file.path, display_name(file.crate->name),
                  fmt::format("for {}, in a directory of crates for {}", target_of(file), around->name),
                  {{"file", target_of(file)}, {"others", around->name}});
    skipped_.insert(&file);
  }

  // Two forms of one library: rustc reads one to check and the other to link. Who needs either by hash finds it, and then the one that is
  // named beside it is the same crate (by its id) once more.
  void check_twin(const Artifact& file) {
    if (file.kind != Kind::rmeta) return;
    const auto* rlib =
        places_.shelf().at(fmt::format("{}.rlib", std::string_view(file.path).substr(0, file.path.rfind('.'))));
    if (!rlib || !rlib->artifact || !rlib->artifact->metadata || !rlib->artifact->crate) return;
    const auto& other = *rlib->artifact;
    if (other.metadata->rustc != file.metadata->rustc) {
      findings_.add(Rule::rustc_mixed, file.path, display_name(file.crate->name),
                    fmt::format("{} was made by {}, {} beside it by {}", name_in(file.path), file.metadata->rustc,
                                name_in(other.path), other.metadata->rustc),
                    {{"file", file.metadata->rustc}, {"others", other.metadata->rustc}});
    } else if (other.kind == Kind::rlib && other.crate->svh != file.crate->svh &&
               display_name(other.crate->name) == display_name(file.crate->name)) {
      const bool collide = other.crate->stable_crate_id == file.crate->stable_crate_id &&
                           (neighbours_.is_needed(file.crate->svh) || neighbours_.is_needed(other.crate->svh));
      if (auto* added = findings_.add(
              collide ? Severity::error : Severity::warning, Rule::duplicate_crate, file.path,
              display_name(file.crate->name),
              fmt::format("{} and {} beside it are from different builds: cargo check reads one, cargo build the other",
                          name_in(file.path), name_in(other.path)),
              {{file.path, file.crate->svh}, {other.path, other.crate->svh}}))
        added->rustc_error.clear();
    }
  }

  void check_stub(const Artifact& file) {
    findings_.apply({Rule::stub_without_metadata}, file.path);
    const auto full = fmt::format("{}.rmeta", std::string_view(file.path).substr(0, file.path.rfind('.')));
    const auto* beside = places_.shelf().at(full);
    const auto is_read_with = [&](const Artifact& other) {
      return other.crate && other.metadata && other.crate->svh == file.crate->svh &&
             other.metadata->rustc == file.metadata->rustc && other.metadata->version == file.metadata->version &&
             target_text(*other.crate) == target_text(*file.crate);
    };
    if (beside && beside->artifact && is_read_with(*beside->artifact)) return;
    const auto crate = display_name(file.crate->name);
    findings_.add(Rule::stub_without_metadata, file.path, crate,
                  fmt::format("{} holds a stub, and {} with the full metadata of {} is not beside it",
                              name_in(file.path), name_in(full), crate),
                  {{"svh", file.crate->svh}});
  }

  // rustc looks for it nowhere.
  bool is_nobodys(const Artifact& file) const {
    return neighbours_.is_runtime_library(file) || neighbours_.is_only_linked(file);
  }

  // ---- The compiler that will read the set

  void compare_with_reader() {
    if (!options_.rustc) return;
    std::map<std::string, std::vector<const Artifact*>> foreign;
    for (const auto* file : files_) {
      if (!file->metadata || !file->crate) continue;
      findings_.apply({Rule::rustc_mismatch}, file->path);
      const auto usual = file->metadata->release ? metadata_version_of(*file->metadata->release) : std::nullopt;
      const bool is_same = file->metadata->rustc == *options_.rustc;
      if (is_same && (!usual || *usual == file->metadata->version)) continue;
      skipped_.insert(file);
      if (const auto* twin = is_same ? nullptr : neighbours_.twin_of(*file))
        findings_.add(Rule::stale_artifact, file->path, display_name(file->crate->name),
                      fmt::format("made by {}, but {} was made by the rustc that will read the set: a leftover",
                                  file->metadata->rustc, name_in(twin->path)),
                      {{"file", file->metadata->rustc}, {"reader", *options_.rustc}});
      else
        foreign[is_same ? fmt::format("{} with metadata version {}", file->metadata->rustc, file->metadata->version)
                        : file->metadata->rustc]
            .push_back(file);
    }
    for (const auto& [rustc, files] : foreign) {
      const auto others = files.size() == 1 ? "" : fmt::format(" (and {} more)", files.size() - 1);
      findings_.add(Rule::rustc_mismatch, files.front()->path, display_name(files.front()->crate->name),
                    fmt::format("made by {}{}, but {} will read it", rustc, others, *options_.rustc),
                    {{"file", rustc}, {"files", std::to_string(files.size())}, {"reader", *options_.rustc}});
    }
  }

  // ---- What each crate needs

  // Crates that need little first: of all that miss a crate, the one nearest to it is named.
  void load_all() {
    auto sorted = files_;
    std::erase_if(sorted, [&](const Artifact* file) {
      return !file->crate || !file->metadata || !file->crate->dependencies || skipped_.contains(file) ||
             is_nobodys(*file);
    });
    std::ranges::stable_sort(sorted, {}, [](const Artifact* file) { return file->crate->dependencies->size(); });
    for (const auto* file : sorted) {
      crates_.emplace(display_name(file->crate->name), file->crate->svh);
      load(*file, places_.locator_for(*file));
    }
  }

  /// What a search has told of a dependency: of a set of many crates each stands on nearly all lists.
  struct Answer {
    const Located* found = nullptr;
    bool is_settled = false;    ///< nothing is left to say of it
    bool is_unchecked = false;  ///< left so, because only a sysroot could have it

    const Located& ask(const CratePlaces& places, CrateLocator& locator, const Dependency& needed) {
      if (!found) found = &places.find(locator, needed);
      return *found;
    }
  };
  using Answers = std::unordered_map<const Dependency*, Answer>;

  /// A crate whose list is gone through. A chain of crates may be longer than the stack is deep.
  struct Loading {
    const Artifact* user = nullptr;
    std::vector<bool> part;  ///< of its list, what only a sysroot could have
    std::size_t next = 0;
  };

  void load(const Artifact& first, CrateLocator& locator) {
    auto& answers = answers_[&locator];
    std::vector<Loading> open;
    const auto enter = [&](const Artifact& user) {
      if (loaded_.emplace(&user, &locator).second && user.crate->dependencies)
        open.push_back({&user, sysroot_part(user, locator, answers)});
    };
    enter(first);
    while (!open.empty()) {
      auto& now = open.back();
      if (now.next == now.user->crate->dependencies->size()) open.pop_back();
      else if (const auto* found = load_next(now, locator, answers)) enter(*found);
    }
  }

  // Judges the next crate on the list. Returns it when its own list is to be gone through first.
  const Artifact* load_next(Loading& now, CrateLocator& locator, Answers& answers) {
    const auto& user = *now.user;
    const auto& list = *user.crate->dependencies;
    const auto i = now.next++;
    const auto& needed = list[i];
    auto& answer = answers[&needed];
    if (answer.is_settled || (answer.is_unchecked && now.part[i])) return nullptr;
    const auto name = places_.name_of(needed, locator);
    crates_.emplace(name, needed.svh);
    const auto& found = answer.ask(places_, locator, needed);
    if (found.state == Located::State::chosen) {
      if (locator.reader().links) check_link(user, needed, name, found);
      answer.is_settled = found.rlib || found.dylib || !locator.reader().links;
      return is_ours(*found.metadata) ? nullptr : found.metadata;
    }
    if (now.part[i]) {
      findings_.leave_unchecked({name, needed.svh, user.path});
      answer.is_unchecked = true;
    } else if (i > 0 && lacks_target(user, locator) && sysroot_part_.of(*user.crate)[i]) {
      return nullptr;  // std, or core, is what is said to be missing
    } else if (is_outdated(user)) {
      call_stale(user, name);
      now.next = list.size();
    } else if (reported_.emplace(name, needed.svh).second) {
      blame_.report({name, &needed, user.path, "", ""}, found, locator);
    }
    return nullptr;
  }

  // The compiler has nothing for this target, and nobody has built std for it.
  bool lacks_target(const Artifact& user, CrateLocator& locator) const {
    return places_.lacks_sysroot(user) && sysroot_part_.of(*user.crate).front() &&
           places_.find(locator, user.crate->dependencies->front()).state == Located::State::absent;
  }

  // An earlier build of a crate that is there anew: nobody needs it, and what it needs has been replaced as well.
  bool is_outdated(const Artifact& file) {
    const auto [known, is_new] = outdated_.try_emplace(&file);
    if (is_new) known->second = has_newer_build(file);
    return known->second;
  }

  bool has_newer_build(const Artifact& file) {
    const auto& own = *file.crate;
    if (!own.stable_crate_id || neighbours_.is_needed(own.svh)) return false;
    const auto stem = [](const Artifact& one) { return std::string_view(one.path).substr(0, one.path.rfind('.')); };
    const auto is_newer = [&](const Artifact* other) {
      return other->crate && other->metadata && other->crate->stable_crate_id == own.stable_crate_id &&
             other->crate->svh != own.svh && directory_of(other->path) == directory_of(file.path) &&
             stem(*other) != stem(file) && has_all(*other);
    };
    add_work(8 * files_.size());
    return std::ranges::any_of(files_, is_newer);
  }

  bool has_all(const Artifact& file) {
    const auto [known, is_new] = whole_.try_emplace(&file);
    if (is_new) known->second = finds_all(file);
    return known->second;
  }

  bool finds_all(const Artifact& file) {
    if (!file.crate->dependencies || skipped_.contains(&file)) return false;
    auto& locator = places_.locator_for(file);
    const auto& list = *file.crate->dependencies;
    auto& answers = answers_[&locator];
    const auto part = sysroot_part(file, locator, answers);
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!part[i] && answers[&list[i]].ask(places_, locator, list[i]).state != Located::State::chosen) return false;
    return true;
  }

  // Which of the crates on its list only a sysroot could have, when none is known.
  std::vector<bool> sysroot_part(const Artifact& user, CrateLocator& locator, Answers& answers) {
    const auto& list = *user.crate->dependencies;
    auto part = places_.knows_sysroot(user) ? std::vector<bool>(list.size()) : sysroot_part_.of(*user.crate);
    // std that was compiled with the set (-Z build-std) is no other compiler's.
    for (std::size_t i = 0; i < list.size(); ++i)
      if (part[i] && answers[&list[i]].ask(places_, locator, list[i]).state == Located::State::chosen)
        return std::vector<bool>(list.size());
    return part;
  }

  void call_stale(const Artifact& file, const std::string& missing) {
    findings_.add(
        Severity::warning, Rule::stale_artifact, file.path, display_name(file.crate->name),
        fmt::format("nothing needs {}: there is a newer build of the crate, and no longer the {} that this one "
                    "was compiled against",
                    name_in(file.path), missing));
  }

  bool is_ours(const Artifact& artifact) const {
    return !result_.artifacts.empty() && &artifact >= &result_.artifacts.front() &&
           &artifact <= &result_.artifacts.back();
  }

  // `--extern NAME=PATH`, or NAME alone, which is looked for in the folders of -L.
  void load_extern(const std::string& name, const std::string& path) {
    const auto user = std::ranges::find_if(files_, [](const Artifact* file) { return file->metadata && file->crate; });
    if (user == files_.end()) return;
    auto& near = places_.locator_for(**user);
    CrateReader reader = near.reader();
    if (options_.rustc) reader.rustc = *options_.rustc, reader.metadata_version.reset();
    CrateLocator locator(places_.shelf(), std::move(reader), near.folders());
    const auto found = locator.find({name, nullptr, path.empty() ? std::vector<std::string>() : std::vector{path}});
    const auto& place = path.empty() && !locator.folders().empty() ? locator.folders().front().path : path;
    if (found.state != Located::State::chosen) blame_.report({name, nullptr, "", "--extern", place}, found, locator);
  }

  void check_link(const Artifact& user, const Dependency& needed, const std::string& name, const Located& found) {
    if (found.rlib || found.dylib || needed.kind == DependencyKind::macros_only) return;
    const auto is_told = [&](const RefusedFile& one) { return skipped_.contains(one.file->artifact); };
    if (std::ranges::any_of(found.refused, is_told)) return;
    if (!reported_.emplace("link " + name, needed.svh).second) return;
    findings_.add_with_code(
        "", Rule::missing_crate, user.path, name,
        fmt::format("{} needs the code of crate {}, and there is only {}, which holds metadata: no .rlib",
                    name_in(user.path), name, name_in(found.metadata->path)));
  }

  // A compiler's own crates are asked for by name, and linked: metadata alone is not enough.
  void check_code(const Artifact& file) {
    if (file.kind != Kind::rmeta || !file.crate || !file.metadata || skipped_.contains(&file)) return;
    if (!sysroot_triple(directory_of(file.path))) return;
    const auto& near = places_.locator_for(file);
    auto reader = near.reader();
    reader.links = true;
    const Dependency own{.name = file.crate->name, .svh = file.crate->svh};
    const auto name = display_name(own.name);
    const auto found = CrateLocator(places_.shelf(), std::move(reader), near.folders()).find({name, &own, {}});
    if (found.state != Located::State::chosen || found.rlib || found.dylib) return;
    if (reported_.emplace("link " + name, own.svh).second)
      findings_.add_with_code("", Rule::missing_crate, file.path, name,
                              fmt::format("{} holds the metadata of crate {}, and no .rlib beside it has the code",
                                          name_in(file.path), name));
  }

  const ScanResult& result_;
  const AuditOptions& options_;
  Findings& findings_;
  CratePlaces places_;
  Blame blame_;
  SysrootPart sysroot_part_;
  std::vector<const Artifact*> files_;
  std::vector<const Artifact*> unreachable_;  ///< below a folder of cargo's
  CrateNeighbours neighbours_;
  std::set<const Artifact*> skipped_;  ///< of another rustc than the reader
  std::set<std::pair<const Artifact*, const CrateLocator*>> loaded_;
  std::map<const CrateLocator*, Answers> answers_;
  std::unordered_map<const Artifact*, bool> outdated_, whole_;  ///< what was asked of a file before
  std::set<std::pair<std::string, std::string>> crates_;        ///< name and SVH of all that are there or needed
  std::set<std::pair<std::string, std::string>> reported_;      ///< of these, what was blamed
};

}  // namespace

void audit_crates(const ScanResult& result, const AuditOptions& options, Findings& findings) {
  CrateAudit(result, options, findings).run();
}

}  // namespace rartifacts
