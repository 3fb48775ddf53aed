// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Crates outside of kernel trees
// ==============================
//
// A cargo target directory, the libraries of a compiler, a folder of crates, a package of them. What will be compiled against them is
// not known, so each crate is asked for what it needs itself, as `rustc --extern NAME=FILE` would ask. Where rustc looks
// then follows from where the crate stands:
//
//     …/deps                        that folder, as cargo says with -L dependency=…/deps; of a cross build also that of the host,
//                                   where proc macros are (target/TRIPLE/debug/deps, target/debug/deps)
//     beside or in examples/        the deps/ there: cargo puts links to what was asked for one level up
//     rustlib/TRIPLE/lib            that folder: it belongs to a compiler, and serves other crates of that compiler too
//     any other                     that folder
//
// and the folders of -L, and the compiler's own. Without the latter (neither --rustc nor --sysroot) crates that only it can have
// are not checked, and counted.
#include <rartifacts/graph.h>
#include <rartifacts/locate.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "audit/blame.h"
#include "audit/findings.h"
#include "audit/kernel_crates.h"
#include "bytes/path.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

/// Cargo's name for the folder of crates.
constexpr std::string_view kDeps = "deps";

class CrateAudit {
 public:
  CrateAudit(const ScanResult& result, const AuditOptions& options, Findings& findings)
      : result_(result), options_(options), findings_(findings), blame_(result, shelf_, options, findings) {
    shelf_.add(result);
    if (options.search.elsewhere) shelf_.add(*options.search.elsewhere);
    for (const auto& artifact : result.artifacts)
      if ((artifact.metadata || artifact.proc_macro || artifact.kind == Kind::rlib) &&
          !findings.is_in_kernel(artifact.path))
        files_.push_back(&artifact);
  }

  void run() {
    check_predefined_names(files_, findings_);
    for (const auto* file : files_) {
      if (file->crate) sysroot_part_.learn(*file->crate);
      if (const auto triple = sysroot_triple(directory_of(file->path)); triple && file->metadata)
        sysroots_[{file->metadata->rustc, *triple}] = directory_of(file->path);
    }
    for (const auto* file : files_) check_file(*file);
    for (const auto& path : result_.strangers) check_stranger(path);
    compare_with_reader();
    load_all();
    for (const auto& [name, path] : options_.search.externs) load_extern(name, path);
    compare_cores();
    findings_.count_crates(crates_.size());
  }

 private:
  // ---- What can be said of a file by itself

  void check_file(const Artifact& file) {
    check_proc_macro(file, result_.packages, options_, findings_);
    findings_.apply({Rule::corrupt_artifact, Rule::missing_crate, Rule::crate_hash_mismatch}, file.path);
    if (!file.metadata && file.kind == Kind::rlib)
      findings_.add(Rule::rlib_without_metadata, file.path, "",
                    fmt::format("{} has no readable member lib.rmeta", name_in(file.path)));
    if (file.metadata && !file.crate && is_known_layout(*file.metadata))
      findings_.add(Rule::corrupt_artifact, file.path, "", "its crate header cannot be believed");
    if (!file.metadata || !file.crate) return;
    check_dependency_list(file, findings_);
    check_target(file);
    check_twin(file);
    if (file.crate->is_stub && !is_runtime_library(file)) check_stub(file);
  }

  // What has the name of a crate, and is nothing of the kind.
  void check_stranger(const std::string& path) {
    if (findings_.is_in_kernel(path) || crate_of_file(path).empty()) return;
    findings_.add(path.ends_with(".rlib") ? Rule::rlib_without_metadata : Rule::corrupt_artifact, path,
                  crate_of_file(path), fmt::format("{} is no artifact, whatever its name says", name_in(path)));
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

  // Two forms of one library, of two compilers: whoever reads one of them cannot read the other.
  void check_twin(const Artifact& file) {
    if (file.kind != Kind::rmeta) return;
    const auto* rlib = shelf_.at(fmt::format("{}.rlib", std::string_view(file.path).substr(0, file.path.rfind('.'))));
    if (!rlib || !rlib->artifact || !rlib->artifact->metadata ||
        rlib->artifact->metadata->rustc == file.metadata->rustc)
      return;
    const auto& other = rlib->artifact->metadata->rustc;
    findings_.add(Rule::rustc_mixed, file.path, display_name(file.crate->name),
                  fmt::format("{} was made by {}, {} beside it by {}", name_in(file.path), file.metadata->rustc,
                              name_in(rlib->artifact->path), other),
                  {{"file", file.metadata->rustc}, {"others", other}});
  }

  void check_stub(const Artifact& file) {
    findings_.apply({Rule::stub_without_metadata}, file.path);
    const auto full = fmt::format("{}.rmeta", std::string_view(file.path).substr(0, file.path.rfind('.')));
    const auto* beside = shelf_.at(full);
    if (beside && beside->artifact && beside->artifact->crate && beside->artifact->crate->svh == file.crate->svh)
      return;
    const auto crate = display_name(file.crate->name);
    findings_.add(Rule::stub_without_metadata, file.path, crate,
                  fmt::format("{} holds a stub, and {} with the full metadata of {} is not beside it",
                              name_in(file.path), name_in(full), crate),
                  {{"svh", file.crate->svh}});
  }

  // A library among no crates is there for programs to run with. What it was compiled from is linked into it.
  bool is_runtime_library(const Artifact& file) const {
    if (file.kind != Kind::dylib) return false;
    const auto folder = directory_of(file.path);
    return std::ranges::none_of(files_, [&](const Artifact* other) {
      return directory_of(other->path) == folder && (other->kind == Kind::rmeta || other->kind == Kind::rlib);
    });
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
      if (const auto* twin = is_same ? nullptr : twin_of(*file))
        findings_.add(Rule::stale_artifact, file->path, display_name(file->crate->name),
                      fmt::format("left over by {}: {} is of the rustc that will read the set", file->metadata->rustc,
                                  name_in(twin->path)),
                      {{"file", file->metadata->rustc}, {"reader", *options_.rustc}});
      else
        foreign[is_same ? fmt::format("{} with metadata version {}", file->metadata->rustc, file->metadata->version)
                        : file->metadata->rustc]
            .push_back(file);
    }
    for (const auto& [rustc, files] : foreign) {
      const auto others = files.size() == 1 ? "" : fmt::format(" (and {} more)", files.size() - 1);
      findings_.add(Rule::rustc_mismatch, files.front()->path, display_name(files.front()->crate->name),
                    fmt::format("made by {}{}, the rustc that will read it is {}", rustc, others, *options_.rustc),
                    {{"file", rustc}, {"files", std::to_string(files.size())}, {"reader", *options_.rustc}});
    }
  }

  // The same crate beside it, made by the compiler that will read the set.
  const Artifact* twin_of(const Artifact& file) const {
    const auto twin = std::ranges::find_if(files_, [&](const Artifact* other) {
      return other->crate && other->metadata && other->metadata->rustc == *options_.rustc && other->kind == file.kind &&
             other->crate->name.text && other->crate->name.text == file.crate->name.text &&
             directory_of(other->path) == directory_of(file.path);
    });
    return twin == files_.end() ? nullptr : *twin;
  }

  // ---- Where rustc looks

  bool has(const std::string& folder) const { return shelf_.has_folder(folder); }

  std::vector<SearchFolder> own_folders(const std::string& folder) const {
    if (file_name_of(folder) == kDeps) {
      std::vector<SearchFolder> found{{folder, FolderKind::dependency}};
      const auto profile = directory_of(folder);
      const auto base = directory_of(directory_of(profile));
      auto host = join_path(join_path(base, file_name_of(profile)), kDeps);
      if (host != folder && has(host)) found.push_back({std::move(host), FolderKind::dependency});
      return found;
    }
    const auto below = join_path(folder, kDeps);
    if (has(below)) return own_folders(below);
    const auto beside = join_path(directory_of(folder), kDeps);
    if (file_name_of(folder) == "examples" && has(beside)) return own_folders(beside);
    return {{folder, FolderKind::all}};
  }

  // The folder of the compiler's own crates for that target: one that is known, or one in the set that is of the same compiler.
  std::optional<std::string> sysroot_for(const std::string& rustc, const std::string& triple) const {
    if (options_.search.sysroot) return sysroot_folder(*options_.search.sysroot, triple);
    const auto known = sysroots_.find({rustc, triple});
    return known == sysroots_.end() ? std::nullopt : std::optional(known->second);
  }

  CrateLocator& locator_for(const Artifact& file) {
    const std::string folder(directory_of(file.path));
    CrateReader reader{file.metadata->rustc, file.metadata->version, target_text(*file.crate),
                       options_.search.host_triple, is_linked(file)};
    const std::tuple key(folder, reader.rustc, reader.target, reader.links);
    const auto known = locators_.find(key);
    if (known != locators_.end()) return known->second;
    auto folders = own_folders(folder);
    std::ranges::copy(options_.search.folders, std::back_inserter(folders));
    if (const auto* kernel = kernel_of(file))
      std::ranges::copy(kernel_folders(result_, *kernel), std::back_inserter(folders));
    for (const auto& triple : {file.crate->triple, options_.search.host_triple})
      if (auto own = triple.empty() ? std::nullopt : sysroot_for(reader.rustc, triple))
        folders.push_back({std::move(*own), FolderKind::all});
    return locators_.emplace(key, CrateLocator(shelf_, std::move(reader), std::move(folders))).first->second;
  }

  // A module's own folder has crates that were compiled for the kernel beside it, and Kbuild has rustc look there too.
  const KernelRoot* kernel_of(const Artifact& file) const {
    const auto kernel = std::ranges::find_if(result_.kernels, [&](const KernelRoot& each) {
      const auto* main = shelf_.at(join_path(each.path, "rust/libkernel.rmeta"));
      return main && main->artifact && main->artifact->crate &&
             target_text(*main->artifact->crate) == target_text(*file.crate);
    });
    return kernel == result_.kernels.end() ? nullptr : &*kernel;
  }

  // With an .rlib beside it a crate is there to be linked, and then everything that it needs has to be.
  bool is_linked(const Artifact& file) const {
    if (file.kind != Kind::rmeta) return file.kind == Kind::rlib;
    const auto* rlib = shelf_.at(fmt::format("{}.rlib", std::string_view(file.path).substr(0, file.path.rfind('.'))));
    return rlib && rlib->artifact && rlib->artifact->crate && rlib->artifact->crate->svh == file.crate->svh;
  }

  // ---- What each crate needs

  // Crates that need little first: of all that miss a crate, the one nearest to it is named.
  void load_all() {
    auto sorted = files_;
    std::erase_if(sorted, [&](const Artifact* file) {
      return !file->crate || !file->metadata || !file->crate->dependencies || skipped_.contains(file) ||
             is_runtime_library(*file);
    });
    std::ranges::stable_sort(sorted, {}, [](const Artifact* file) { return file->crate->dependencies->size(); });
    for (const auto* file : sorted) {
      crates_.emplace(display_name(file->crate->name), file->crate->svh);
      load(*file, locator_for(*file));
    }
  }

  void load(const Artifact& user, CrateLocator& locator) {
    if (!loaded_.emplace(&user, &locator).second || !user.crate->dependencies) return;
    const auto& list = *user.crate->dependencies;
    // No compiler has crates for a target that somebody has described in a file.
    const bool knows_sysroot =
        user.crate->custom_target || sysroot_for(user.metadata->rustc, user.crate->triple) || kernel_of(user);
    auto part = knows_sysroot ? std::vector<bool>(list.size()) : sysroot_part_.of(*user.crate);
    // std that was compiled with the set (-Z build-std) is no other compiler's.
    for (std::size_t i = 0; i < list.size(); ++i)
      if (part[i] && find(locator, list[i]).state == Located::State::chosen) part.assign(list.size(), false);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto& needed = list[i];
      crates_.emplace(display_name(needed.name), needed.svh);
      const auto& found = find(locator, needed);
      if (found.state == Located::State::chosen) {
        if (locator.reader().links) check_link(user, needed, found);
        if (!is_ours(*found.metadata)) load(*found.metadata, locator);
      } else if (part[i]) {
        findings_.leave_unchecked({display_name(needed.name), needed.svh, user.path});
      } else {
        blame(user, needed, found, locator);
      }
    }
  }

  static const Located& find(CrateLocator& locator, const Dependency& needed) {
    return locator.find({display_name(needed.name), &needed, {}});
  }

  bool is_ours(const Artifact& artifact) const {
    return !result_.artifacts.empty() && &artifact >= &result_.artifacts.front() &&
           &artifact <= &result_.artifacts.back();
  }

  // `--extern NAME=PATH`, or NAME alone, which is looked for in the folders of -L.
  void load_extern(const std::string& name, const std::string& path) {
    const auto user = std::ranges::find_if(files_, [](const Artifact* file) { return file->metadata && file->crate; });
    if (user == files_.end()) return;
    auto& near = locator_for(**user);
    CrateReader reader = near.reader();
    if (options_.rustc) reader.rustc = *options_.rustc, reader.metadata_version.reset();
    CrateLocator locator(shelf_, std::move(reader), near.folders());
    const auto found = locator.find({name, nullptr, path.empty() ? std::vector<std::string>() : std::vector{path}});
    const auto& place = path.empty() && !locator.folders().empty() ? locator.folders().front().path : path;
    if (found.state != Located::State::chosen) blame_.report({name, nullptr, "", "--extern", place}, found, locator);
  }

  void check_link(const Artifact& user, const Dependency& needed, const Located& found) {
    if (found.rlib || found.dylib || needed.kind == DependencyKind::macros_only) return;
    const auto name = display_name(needed.name);
    if (!reported_.emplace("link " + name, needed.svh).second) return;
    findings_.add_with_code(
        "", Rule::missing_crate, user.path, name,
        fmt::format("{} needs the code of crate {}, and there is only {}, which holds metadata: no .rlib",
                    name_in(user.path), name, name_in(found.metadata->path)));
  }

  void blame(const Artifact& user, const Dependency& needed, const Located& found, const CrateLocator& locator) {
    const auto name = display_name(needed.name);
    if (reported_.emplace(name, needed.svh).second) blame_.report({name, &needed, user.path, "", ""}, found, locator);
  }

  // ---- Two crates core

  // Whoever uses crates of both gets `found duplicate lang item`.
  void compare_cores() {
    using Users = std::map<std::string, const Artifact*>;  // by SVH of core
    std::map<std::tuple<std::string, std::string, std::string>, Users> cores;
    for (const auto* file : files_) {
      if (!file->crate || !file->crate->dependencies || skipped_.contains(file)) continue;
      for (const auto& needed : *file->crate->dependencies)
        if (needed.name.text == "core")
          cores[{std::string(directory_of(file->path)), file->metadata->rustc, target_text(*file->crate)}].emplace(
              needed.svh, file);
    }
    for (const auto& [place, users] : cores) {
      if (users.size() < 2) continue;
      const auto& one = *users.begin()->second;
      const auto& other = *std::next(users.begin())->second;
      if (auto* added = findings_.add(
              Severity::warning, Rule::duplicate_crate, other.path, "core",
              fmt::format("{} and {} were compiled against two different crates core: no crate can use both",
                          name_in(one.path), name_in(other.path)),
              {{one.path, users.begin()->first}, {other.path, std::next(users.begin())->first}}))
        added->rustc_error = "E0152";
    }
  }

  const ScanResult& result_;
  const AuditOptions& options_;
  Findings& findings_;
  CrateFiles shelf_;
  Blame blame_;
  SysrootPart sysroot_part_;
  std::vector<const Artifact*> files_;
  std::map<std::pair<std::string, std::string>, std::string> sysroots_;  ///< in the set: rustc and target, to folder
  std::set<const Artifact*> skipped_;                                    ///< of another rustc than the reader
  std::map<std::tuple<std::string, std::string, std::string, bool>, CrateLocator> locators_;
  std::set<std::pair<const Artifact*, const CrateLocator*>> loaded_;
  std::set<std::pair<std::string, std::string>> crates_;    ///< name and SVH of all that are there or needed
  std::set<std::pair<std::string, std::string>> reported_;  ///< of these, what was blamed
};

}  // namespace

void audit_crates(const ScanResult& result, const AuditOptions& options, Findings& findings) {
  CrateAudit(result, options, findings).run();
}

}  // namespace rartifacts
