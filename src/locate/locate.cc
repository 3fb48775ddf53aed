// SPDX-License-Identifier: MIT OR Apache-2.0
//
// How rustc finds a crate
// =======================
//
// A crate is wanted by its name: because a source file says `use foo`, or because a crate that was loaded has `foo` on the list of
// those it was compiled against. The latter also says which one, by hash (SVH), and how its file name went on behind the name.
//
//   1. Folders. `-L dependency=DIR` serves the lists of crates, `-L crate=DIR` what the source names, `-L DIR` both. Last comes
//      the folder of libraries that belongs to the compiler, the sysroot's lib/rustlib/<target>/lib. Folders below are not entered.
//   2. Names. libfoo*.rmeta, libfoo*.rlib and libfoo*.so (foo*.dll, libfoo*.dylib: the target decides) are candidates; first those
//      that go on with the recorded text, then, if none of them will do, all. A name that is no UTF-8 is none.
//   3. Groups. Candidates with one text between the name and the ending are one library in up to three forms. The .rmeta is read
//      before the .rlib before the library. Where metadata is all that is needed, the first form that is good enough ends it.
//      Of two groups with one hash the one that was met last is kept, with the forms that it has and no others. A file that
//      several names lead to is a candidate once, under the first: of .rlib files, then .rmeta, then libraries.
//   4. Questions, put to each file in this order. The first that it fails is why it is refused:
//
//         can its metadata be read?             E0786
//         was it written by this rustc?         E0514   the whole version string
//         is it a proc macro, if one is wanted? silent
//         is it crate foo?                      silent
//         is it for this target?                E0461   proc macros: the machine that compiles
//         has it the hash that is wanted?       E0460   only if a crate wants it
//
//   5. Verdict. Two hashes that both would do are E0464. A stub of metadata needs the whole .rmeta beside it. When nothing is
//      left, all is tried again for a proc macro; then rustc reports the most telling refusal, in the order E0460, E0461,
//      E0462 (there is a static library of that name), E0514, E0786, and E0463 when there was none at all.
//
// Defined by: rust-lang/rust compiler/rustc_metadata/src/locator.rs, creader.rs; rustc_session/src/search_paths.rs.
#include <rartifacts/locate.h>

#include <algorithm>
#include <array>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

constexpr std::array<std::pair<std::string_view, FolderKind>, 4> kFolderKinds{{{"all", FolderKind::all},
                                                                               {"dependency", FolderKind::dependency},
                                                                               {"crate", FolderKind::crate},
                                                                               {"native", FolderKind::native}}};

// The forms of a library, in the order in which they are read.
enum Flavor : std::size_t { kRmetaFlavor, kRlibFlavor, kDylibFlavor, kFlavors };

// How a target names its libraries.
struct LibraryNames {
  std::string_view dll_prefix = "lib";
  std::string_view dll_suffix = ".so";
  std::string_view static_prefix = "lib";
  std::string_view static_suffix = ".a";
};

constexpr LibraryNames kAppleNames{"lib", ".dylib", "lib", ".a"};
constexpr LibraryNames kWindowsNames{"", ".dll", "lib", ".a"};

// Those of a target; of all when it is not known.
std::vector<LibraryNames> names_for(std::string_view target) {
  const auto has = [&](std::string_view part) { return target.find(part) != target.npos; };
  if (target.empty()) return {LibraryNames{}, kAppleNames, kWindowsNames};
  if (has("-windows-msvc") || has("-uefi")) return {{"", ".dll", "", ".lib"}};
  if (has("-windows")) return {kWindowsNames};
  if (has("-apple-")) return {kAppleNames};
  return {LibraryNames{}};
}

bool serves(FolderKind kind, const SoughtCrate& sought) {
  return kind == FolderKind::all || kind == (sought.dependency ? FolderKind::dependency : FolderKind::crate);
}

// What stands between `prefix` and `suffix`.
std::optional<std::string> middle(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (name.size() < prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
    return std::nullopt;
  return std::string(name.substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
}

bool is_macro_crate(const Artifact& artifact) {
  return artifact.crate->is_proc_macro.value_or(artifact.kind == Kind::proc_macro);
}

// Metadata, in the container that the ending of the name promises.
bool fits_flavor(const Artifact& artifact, std::size_t flavor) {
  if (!artifact.crate || !artifact.metadata) return false;
  if (flavor == kRmetaFlavor) return artifact.kind == Kind::rmeta;
  if (flavor == kRlibFlavor) return artifact.kind == Kind::rlib;
  return artifact.kind != Kind::rmeta && artifact.kind != Kind::rlib;
}

// A link is the file that it leads to.
std::string_view followed_path(const CrateFile& file) {
  return file.artifact && file.artifact->resolved ? std::string_view(*file.artifact->resolved) : file.path;
}

// What the file name says of a name that is a word of rustc is what is asked here; the table of that compiler knows.
std::optional<std::string_view> own_crate_name(const Artifact& artifact) {
  const auto& name = artifact.crate->name;
  if (name.source != CrateName::Source::file_name || !name.predefined) return name.text;
  return predefined_crate_name(artifact.metadata->rustc, *name.predefined);
}

}  // namespace

bool says_nothing(const Problem& problem) {
  constexpr std::array kUnknown{ErrorKind::io, ErrorKind::changed, ErrorKind::escaping, ErrorKind::absolute,
                                ErrorKind::too_large};
  return std::ranges::find(kUnknown, problem.error.kind) != kUnknown.end();
}

std::optional<FolderKind> folder_kind_of(std::string_view name) {
  const auto* row = std::ranges::find(kFolderKinds, name, &std::pair<std::string_view, FolderKind>::first);
  return row == kFolderKinds.end() ? std::nullopt : std::optional(row->second);
}

std::string target_text(const Crate& crate) {
  // Many files may share a long one, which is compared for each of them.
  if (!crate.target_json || !work(4 * crate.target_json->size())) return crate.triple;
  return crate.triple + *crate.target_json;
}

std::string sysroot_folder(std::string_view sysroot, std::string_view triple) {
  return join_path(join_path(sysroot, "lib/rustlib"), fmt::format("{}/lib", triple));
}

std::optional<std::string> sysroot_triple(std::string_view folder) {
  if (file_name_of(folder) != "lib") return std::nullopt;
  const auto own = directory_of(folder);
  if (file_name_of(directory_of(own)) != "rustlib") return std::nullopt;
  return std::string(file_name_of(own));
}

// ---- The shelf

void CrateFiles::put(CrateFile file) {
  folders_[directory_of(file.path)].insert_or_assign(file_name_of(file.path), file);
}

void CrateFiles::add(const ScanResult& result) {
  for (const auto* paths : {&result.strangers, &result.folders, &result.dep_infos})
    for (const auto& path : *paths) put({path, nullptr, nullptr});
  for (const auto& problem : result.problems) put({problem.path, nullptr, &problem});
  for (const auto& artifact : result.artifacts) {
    put({artifact.path, &artifact, nullptr});
    if (artifact.crate) by_svh_.emplace(artifact.crate->svh, &artifact);
  }
}

const CrateFile* CrateFiles::at(std::string_view path) const {
  const auto folder = folders_.find(directory_of(path));
  if (folder == folders_.end()) return nullptr;
  const auto file = folder->second.find(file_name_of(path));
  return file == folder->second.end() ? nullptr : &file->second;
}

std::vector<const CrateFile*> CrateFiles::starting_with(std::string_view folder, std::string_view prefix) const {
  std::vector<const CrateFile*> found;
  const auto files = folders_.find(folder);
  if (files == folders_.end()) return found;
  for (auto file = files->second.lower_bound(prefix); file != files->second.end() && file->first.starts_with(prefix);
       ++file)
    if (is_utf8(file->first)) found.push_back(&file->second);
  return found;
}

namespace {

// The crate that this name tells of, where it goes on with `extra`.
std::string_view crate_before(std::string_view name, std::string_view extra) {
  auto stem = name.substr(0, name.rfind('.'));
  if (stem.starts_with("lib")) stem.remove_prefix(3);
  else if (!name.ends_with(".d")) return {};
  return stem.ends_with(extra) ? stem.substr(0, stem.size() - extra.size()) : std::string_view();
}

}  // namespace

const std::string& CrateFiles::name_ending(std::string_view folder, std::string_view extra) const {
  static const std::string none;
  const auto files = folders_.find(folder);
  if (files == folders_.end() || extra.empty()) return none;
  const auto [known, is_new] = endings_.try_emplace({files->first, extra});
  auto& found = known->second;
  if (!is_new) return found;
  constexpr std::uint64_t kStepsPerName = 16;
  add_work(kStepsPerName * files->second.size());
  for (const auto& [name, file] : files->second) {
    const auto crate = crate_before(name, extra);
    if (crate.empty() || crate == found) continue;
    if (!found.empty()) return found.clear(), found;
    found = crate;
  }
  return found;
}

const Artifact* CrateFiles::anywhere(std::string_view svh) const {
  const auto known = by_svh_.find(svh);
  return known == by_svh_.end() ? nullptr : known->second;
}

// ---- The search

struct CrateLocator::Group {
  std::array<std::vector<const CrateFile*>, kFlavors> files;
};

// In the order in which they were met first.
class CrateLocator::Groups {
 public:
  Group& of(const std::string& key) {
    const auto [known, is_new] = places_.emplace(key, all_.size());
    return is_new ? all_.emplace_back() : all_[known->second];
  }
  const std::vector<Group>& all() const { return all_; }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<Group> all_;
};

const RefusedFile* Located::reported() const {
  const auto worst = std::ranges::max_element(refused, {}, &RefusedFile::why);
  return worst == refused.end() || worst->why == Refusal::silent ? nullptr : &*worst;
}

const Located& CrateLocator::find(const SoughtCrate& sought) {
  std::pair key(sought.name, sought.dependency ? sought.dependency->svh : "");
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  constexpr std::size_t kNode = 256;  // of the map, with the key
  auto found = search(sought);
  (void)keep(kNode + found.refused.capacity() * sizeof(RefusedFile));  // if that was too much, the next charge says so
  return known_.emplace(std::move(key), std::move(found)).first->second;
}

Located CrateLocator::search(const SoughtCrate& sought) const {
  Located found;
  const auto* budget = Budget::current();
  if (budget && budget->exceeded()) return found;  // nothing will be said of it
  for (const bool is_macro : {false, true}) {
    const bool is_decided =
        sought.paths.empty() ? look_by_name(sought, is_macro, found) : look_at_paths(sought, is_macro, found);
    if (is_decided) return found;
  }
  found.state = found.reported() ? Located::State::refused : Located::State::absent;
  return found;
}

bool CrateLocator::look_by_name(const SoughtCrate& sought, bool is_macro, Located& found) const {
  std::set<std::string_view> seen;
  if (sought.dependency && !sought.dependency->extra_filename.empty() &&
      look_with(sought, is_macro, sought.dependency->extra_filename, seen, found))
    return true;
  return look_with(sought, is_macro, "", seen, found);
}

bool CrateLocator::look_with(const SoughtCrate& sought, bool is_macro, std::string_view extra,
                             std::set<std::string_view>& seen, Located& found) const {
  const auto all_names = names_for(is_macro ? reader_.host : reader_.target);
  const auto stem = fmt::format("{}{}", sought.name, extra);
  const auto prefix = "lib" + stem;
  std::array<std::vector<Candidate>, kFlavors> candidates;
  const auto sort_in = [&](const CrateFile& file) {
    const auto name = file_name_of(file.path);
    std::size_t flavor = kRlibFlavor;
    auto key = middle(name, prefix, ".rlib");
    if (!key) key = middle(name, prefix, ".rmeta"), flavor = kRmetaFlavor;
    for (const auto& names : all_names)
      if (!key)
        key = middle(name, fmt::format("{}{}", names.dll_prefix, stem), names.dll_suffix), flavor = kDylibFlavor;
    if (key) candidates[flavor].emplace_back(*key, &file);
    const auto is_static = [&](const LibraryNames& names) {
      return middle(name, fmt::format("{}{}", names.static_prefix, stem), names.static_suffix).has_value();
    };
    if (!key && !is_macro && std::ranges::any_of(all_names, is_static))
      found.refused.push_back({&file, Refusal::static_library});
  };
  const auto is_bare = [](const LibraryNames& names) { return names.dll_prefix.empty(); };
  const bool has_bare_names = std::ranges::any_of(all_names, is_bare);
  Groups groups;
  for (const auto& folder : folders_) {
    if (!serves(folder.kind, sought) || folder.machine == (is_macro ? FolderMachine::target : FolderMachine::host))
      continue;
    for (const auto* file : shelf_.starting_with(folder.path, prefix)) sort_in(*file);
    if (has_bare_names)
      for (const auto* file : shelf_.starting_with(folder.path, stem)) sort_in(*file);
    for (const std::size_t flavor : {kRlibFlavor, kRmetaFlavor, kDylibFlavor}) {
      // Each has a place on the list of those that were refused, and all are gone through once more for each hash that is wanted.
      constexpr std::size_t kStepsPerCandidate = 512;
      if (!work(kStepsPerCandidate * candidates[flavor].size())) return false;
      for (const auto& [key, file] : candidates[flavor]) {
        auto& group = groups.of(key);  // it has its place among the groups, even if it stays empty
        if (seen.insert(followed_path(*file)).second) group.files[flavor].push_back(file);
      }
      candidates[flavor].clear();
    }
  }
  return choose(sought, is_macro, groups, found);
}

bool CrateLocator::look_at_paths(const SoughtCrate& sought, bool is_macro, Located& found) const {
  Groups groups;
  const auto all_names = names_for(is_macro ? reader_.host : reader_.target);
  for (const auto& path : sought.paths) {
    const auto* file = shelf_.at(path);
    const auto name = file_name_of(path);
    if (!file) continue;
    const auto is_dylib = [&](const LibraryNames& names) {
      return middle(name, names.dll_prefix, names.dll_suffix).has_value();
    };
    auto& files = groups.of("").files;
    if (middle(name, "lib", ".rlib")) files[kRlibFlavor].push_back(file);
    else if (middle(name, "lib", ".rmeta")) files[kRmetaFlavor].push_back(file);
    else if (std::ranges::any_of(all_names, is_dylib)) files[kDylibFlavor].push_back(file);
    else found.refused.push_back({file, Refusal::file_name});
  }
  return choose(sought, is_macro, groups, found);
}

bool CrateLocator::choose(const SoughtCrate& sought, bool is_macro, const Groups& groups, Located& found) const {
  std::map<std::string_view, Located> libraries;
  for (const auto& group : groups.all()) {
    auto one = extract(sought, is_macro, group, found.refused);
    if (one.state == Located::State::absent) continue;
    if (one.state != Located::State::chosen) {
      one.refused = std::move(found.refused);
      found = std::move(one);
      return true;
    }
    // Of groups with one hash rustc keeps the last.
    const std::string_view svh = one.metadata->crate->svh;
    libraries.insert_or_assign(svh, std::move(one));
  }
  if (libraries.empty()) return false;
  auto refused = std::move(found.refused);
  found = libraries.begin()->second;
  found.refused = std::move(refused);
  if (libraries.size() == 1) return true;
  found.state = Located::State::ambiguous;
  for (const auto& [svh, library] : libraries)
    for (const auto* file : {library.rmeta, library.rlib, library.dylib})
      if (file && file->artifact->crate->svh == svh) found.rivals.push_back(file);
  std::ranges::sort(found.rivals, {}, &CrateFile::path);
  return true;
}

Located CrateLocator::extract(const SoughtCrate& sought, bool is_macro, const Group& group,
                              std::vector<RefusedFile>& refused) const {
  Located one;
  const CrateFile* slot = nullptr;
  const std::array places{&one.rmeta, &one.rlib, &one.dylib};
  for (std::size_t flavor = 0; flavor < kFlavors; ++flavor) {
    const bool is_needed = reader_.links || flavor == kRmetaFlavor || (flavor == kDylibFlavor && is_macro);
    if (slot && !is_needed) continue;
    for (const auto* file : group.files[flavor]) {
      if (const auto why = refusal(*file, flavor, sought, is_macro)) {
        refused.push_back({file, *why});
        continue;
      }
      const auto& crate = *file->artifact->crate;
      if (slot && slot->artifact->crate->svh != crate.svh) {
        one.state = Located::State::ambiguous;
        one.rivals = {slot, file};
        return one;
      }
      *places[flavor] = file;
      if (!slot || (slot->artifact->crate->is_stub && !crate.is_stub)) slot = file;
    }
  }
  if (!slot) return one;
  one.state = slot->artifact->crate->is_stub ? Located::State::stub_only : Located::State::chosen;
  if (one.state == Located::State::stub_only) one.rivals = {slot};
  one.metadata = slot->artifact;
  return one;
}

std::optional<Refusal> CrateLocator::refusal(const CrateFile& file, std::size_t flavor, const SoughtCrate& sought,
                                             bool is_macro) const {
  if (file.problem && flavor == kRmetaFlavor && file.problem->error.kind == ErrorKind::empty) return Refusal::silent;
  if (file.problem) return says_nothing(*file.problem) ? Refusal::unread : Refusal::corrupt;
  if (!file.artifact || !fits_flavor(*file.artifact, flavor)) return Refusal::corrupt;
  const auto& header = *file.artifact->metadata;
  const auto& crate = *file.artifact->crate;
  if (!reader_.rustc.empty() && header.rustc != reader_.rustc) return Refusal::version;
  if (reader_.metadata_version && header.version != *reader_.metadata_version) return Refusal::version;
  if (is_macro_crate(*file.artifact) != is_macro) return Refusal::silent;
  // The same word of the same compiler, whatever the name that was made of it.
  const bool is_that_word =
      sought.dependency && crate.name.predefined && crate.name.predefined == sought.dependency->name.predefined;
  const auto name = own_crate_name(*file.artifact);
  if (sought.paths.empty() && !is_that_word && name && *name != sought.name) return Refusal::silent;
  const auto& target = is_macro ? reader_.host : reader_.target;
  if (!target.empty() && target_text(crate) != target) return Refusal::target;
  if (sought.dependency && sought.dependency->svh != crate.svh) return Refusal::hash;
  return std::nullopt;
}

}  // namespace rartifacts
