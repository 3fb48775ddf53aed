// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Where rustc looks for what a crate needs
// ========================================
//
// Nobody has said so of a crate that is simply there. It follows from where the crate stands:
//
//     a kernel tree                 rust/, and what it leads to when it is a link: Kbuild gives rustc -L rust/ and no sysroot. The
//                                   crates of a module beside the tree are compiled against it
//     …/deps                        that folder, as cargo says with -L dependency=…/deps; of a cross build also that of the host,
//                                   where proc macros are (target/TRIPLE/debug/deps, target/debug/deps)
//     beside or in examples/        the deps/ there: cargo puts links to what was asked for one level up
//     below …/deps                  nobody looks there
//     rustlib/TRIPLE/lib            that folder: it belongs to a compiler, and serves other crates of that compiler too
//     any other                     that folder
//
// and the folders of -L, and the compiler's own.
//
// What rustc compiles for follows from that place too: target/TRIPLE/debug/deps and rustlib/TRIPLE/lib say it. All crates in
// target/debug/deps are for the machine that compiles, whose name is not there: it is what most of them are for.
#include <rartifacts/graph.h>
#include <rartifacts/locate.h>

#include <algorithm>

#include "bytes/budget.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

/// Cargo's name for the folder of crates.
constexpr std::string_view kDeps = "deps";

// cargo check makes metadata of a proc macro too.
bool is_for_host(const Artifact& file) {
  return file.kind == Kind::proc_macro || file.crate->is_proc_macro.value_or(false);
}

const KernelRoot* tree_around(const ScanResult& result, std::string_view path) {
  add_work(result.kernels.size());
  const auto kernel = std::ranges::find_if(result.kernels, [&](const auto& each) { return each.holds(path); });
  return kernel == result.kernels.end() ? nullptr : &*kernel;
}

}  // namespace

// The first of the directories that can be links is rust/.
std::vector<SearchFolder> kernel_folders(const ScanResult& result, const KernelRoot& kernel) {
  const auto rust = join_path(kernel.path, "rust");
  std::vector<SearchFolder> folders{{rust, FolderKind::all}};
  const auto& links = result.directory_links;
  add_work(links.size());
  const bool is_link = std::ranges::find(links, rust, &Directory::path) != links.end();
  if (is_link && kernel.places.size() > 1) folders.push_back({kernel.places[1], FolderKind::all});
  return folders;
}

CratePlaces::CratePlaces(const ScanResult& result, const SearchOptions& search) : result_(result), search_(search) {
  shelf_.add(result);
  if (search.elsewhere) shelf_.add(*search.elsewhere);
  for (const auto& file : result.artifacts) {
    count_target(file);
    if (const auto triple = sysroot_triple(directory_of(file.path)); triple && file.metadata)
      sysroots_[{file.metadata->rustc, *triple}] = directory_of(file.path);
  }
}

void CratePlaces::count_target(const Artifact& file) {
  if (!file.crate || !file.metadata || is_for_host(file)) return;
  const auto folder = directory_of(file.path);
  if (file_name_of(folder) != kDeps && !sysroot_triple(folder)) return;
  auto& use = targets_[folder][target_text(*file.crate)];
  use.name = file.crate->custom_target.value_or(file.crate->triple);
  use.triple = file.crate->triple;
  ++use.crates;
}

std::optional<FolderTarget> CratePlaces::target_in(std::string_view folder) const {
  const auto known = targets_.find(folder);
  if (known == targets_.end()) return std::nullopt;
  const auto sysroot = sysroot_triple(folder);
  const auto said = sysroot.value_or(std::string(file_name_of(directory_of(directory_of(folder)))));
  const auto weight = [&](const auto& target) {
    const auto& use = target.second;
    return std::tuple(use.triple == said, use.crates, use.triple == search_.host_triple);
  };
  const auto most = std::ranges::max_element(known->second, {}, weight);
  // Only a file tells what a custom target is.
  const bool is_custom = most->first != most->second.triple;
  if (sysroot && most->second.triple != said && !is_custom) return FolderTarget{said, said};
  return FolderTarget{most->second.name, most->first};
}

std::optional<FolderTarget> CratePlaces::target_around(const Artifact& file) const {
  if (!file.crate || is_for_host(file) || targets_.empty()) return std::nullopt;
  const auto folder = directory_of(file.path);
  const auto [known, is_new] = around_.try_emplace(folder);
  if (is_new) known->second = target_in(own_folders(std::string(folder)).front().path);
  return known->second;
}

bool CratePlaces::is_out_of_reach(std::string_view path) const {
  const auto own = directory_of(path);
  if (file_name_of(own) == kDeps) return false;
  for (auto folder = directory_of(own); !folder.empty() && folder != "/"; folder = directory_of(folder))
    if (file_name_of(folder) == kDeps && shelf_.has_folder(folder)) return true;
  return false;
}

std::vector<SearchFolder> CratePlaces::own_folders(const std::string& folder) const {
  const auto has = [&](const std::string& path) { return shelf_.has_folder(path); };
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
std::optional<std::string> CratePlaces::sysroot_for(const std::string& rustc, const std::string& triple) const {
  if (search_.sysroot) return sysroot_folder(*search_.sysroot, triple);
  const auto known = sysroots_.find({rustc, triple});
  return known == sysroots_.end() ? std::nullopt : std::optional(known->second);
}

// A module's own folder has crates that were compiled for the kernel beside it, and Kbuild has rustc look there too.
const KernelRoot* CratePlaces::kernel_of(const Artifact& file) const {
  if (const auto* own = tree_around(result_, file.path)) return own;
  const auto kernel = std::ranges::find_if(result_.kernels, [&](const KernelRoot& each) {
    const auto* main = shelf_.at(join_path(each.path, "rust/libkernel.rmeta"));
    return main && main->artifact && main->artifact->crate &&
           target_text(*main->artifact->crate) == target_text(*file.crate);
  });
  return kernel == result_.kernels.end() ? nullptr : &*kernel;
}

bool CratePlaces::knows_sysroot(const Artifact& user) const {
  // No compiler has crates for a target that somebody has described in a file.
  return user.crate->custom_target || sysroot_for(user.metadata->rustc, user.crate->triple) || kernel_of(user);
}

bool CratePlaces::lacks_sysroot(const Artifact& user) const {
  const auto folder = sysroot_for(user.metadata->rustc, user.crate->triple);
  return folder && !shelf_.has_folder(*folder);
}

// With an .rlib beside it a crate is there to be linked, and then everything that it needs has to be.
bool CratePlaces::is_linked(const Artifact& file) const {
  if (file.kind != Kind::rmeta) return file.kind == Kind::rlib;
  const auto* rlib = shelf_.at(fmt::format("{}.rlib", std::string_view(file.path).substr(0, file.path.rfind('.'))));
  return rlib && rlib->artifact && rlib->artifact->crate && rlib->artifact->crate->svh == file.crate->svh;
}

CrateLocator& CratePlaces::locator_for(const Artifact& user) {
  const std::string folder(directory_of(user.path));
  CrateReader reader{user.metadata->rustc, user.metadata->version, target_text(*user.crate), search_.host_triple,
                     is_linked(user)};
  if (auto target = target_around(user)) reader.target = std::move(target->text);
  const std::tuple key(folder, reader.rustc, reader.target, reader.links);
  const auto known = locators_.find(key);
  if (known != locators_.end()) return known->second;
  auto folders = own_folders(folder);
  std::ranges::copy(search_.folders, std::back_inserter(folders));
  if (const auto* kernel = kernel_of(user))
    for (auto& place : kernel_folders(result_, *kernel))
      if (place.path != folder) folders.push_back(std::move(place));
  const auto& host = search_.host_triple.empty() ? user.crate->triple : search_.host_triple;
  const bool is_one = host == user.crate->triple;
  if (auto own = sysroot_for(reader.rustc, user.crate->triple))
    folders.push_back({std::move(*own), FolderKind::all, is_one ? FolderMachine::any : FolderMachine::target});
  if (auto own = is_one ? std::nullopt : sysroot_for(reader.rustc, host))
    folders.push_back({std::move(*own), FolderKind::all, FolderMachine::host});
  return locators_.emplace(key, CrateLocator(shelf_, std::move(reader), std::move(folders))).first->second;
}

// Of a name that only the compiler knows, a damaged file may still tell what it is, and so may what cargo left beside it.
std::string CratePlaces::name_of(const Dependency& needed, const CrateLocator& locator) const {
  if (!needed.name.text) {
    const auto* known = shelf_.anywhere(needed.svh);
    if (known && known->crate->name.text) return *known->crate->name.text;
    for (const auto& folder : locator.folders())
      if (auto name = shelf_.name_ending(folder.path, needed.extra_filename); !name.empty()) return name;
  }
  return display_name(needed.name);
}

const Located& CratePlaces::find(CrateLocator& locator, const Dependency& needed) const {
  return locator.find({name_of(needed, locator), &needed, {}});
}

}  // namespace rartifacts
