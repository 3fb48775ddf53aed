// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan_result.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What rustc looks for in a folder: `-L KIND=DIR`. Natives are libraries of C, so no crate is found there.
enum class FolderKind { all, dependency, crate, native };
std::optional<FolderKind> folder_kind_of(std::string_view name);

/// Whose crates a folder has: a sysroot has one for the target, and one for the machine that compiles, where proc macros run.
enum class FolderMachine { any, target, host };

/// A folder that is searched; folders below it are not.
struct SearchFolder {
  std::string path;
  FolderKind kind = FolderKind::all;
  FolderMachine machine = FolderMachine::any;
};

/// A file with the name of a crate: one that was read, or one that could not be, or is something else.
struct CrateFile {
  std::string_view path;
  const Artifact* artifact = nullptr;
  const Problem* problem = nullptr;
};

/// The files of some sets, by folder and name. Looks at the results it was filled from, which must outlive it.
class CrateFiles {
 public:
  void add(const ScanResult& result);
  bool has_folder(std::string_view folder) const { return folders_.contains(folder); }
  /// The file at this very path; nothing when there is none.
  const CrateFile* at(std::string_view path) const;
  /// Files in `folder` whose name starts with `prefix`, sorted by name.
  std::vector<const CrateFile*> starting_with(std::string_view folder, std::string_view prefix) const;
  /// The crate that files in `folder` are named after whose names end in `extra`, whatever is in them; empty when it is none or
  /// several.
  const std::string& name_ending(std::string_view folder, std::string_view extra) const;
  /// A file of the crate with that hash, wherever it is.
  const Artifact* anywhere(std::string_view svh) const;

 private:
  void put(CrateFile file);

  std::map<std::string_view, std::map<std::string_view, CrateFile>, std::less<>> folders_;
  std::map<std::string_view, const Artifact*> by_svh_;
  mutable std::map<std::pair<std::string_view, std::string_view>, std::string> endings_;  ///< what was asked before
};

/// The compiler that looks for crates, and what for. What is empty is not compared.
struct CrateReader {
  std::string rustc;                             ///< its whole version string
  std::optional<std::uint8_t> metadata_version;  ///< byte 7 of the metadata that it writes
  std::string target;                            ///< as `target_text` has it
  std::string host;                              ///< the same of proc macros
  bool links = false;                            ///< machine code is needed too, not only metadata
};

/// What is compared of a crate's target: the triple, and the text of a custom one.
std::string target_text(const Crate& crate);

/// A crate that is wanted by name; when a crate has recorded it, with that hash.
struct SoughtCrate {
  std::string name;
  const Dependency* dependency = nullptr;
  std::vector<std::string> paths;  ///< `--extern NAME=PATH`: look nowhere else
};

/// Why a file is not taken, the one that rustc reports rather last.
enum class Refusal {
  silent,          ///< another crate, or an empty .rmeta: rustc passes over it without a word
  unread,          ///< it cannot be read now, so that nothing is known
  file_name,       ///< E0463: named by `--extern`, and not called as a library is
  corrupt,         ///< E0786
  version,         ///< E0514
  static_library,  ///< E0462
  target,          ///< E0461
  hash,            ///< E0460
};

struct RefusedFile {
  const CrateFile* file = nullptr;
  Refusal why = Refusal::silent;
};

/// What became of a search.
struct Located {
  enum class State {
    chosen,
    refused,    ///< there are files of that name, and none will do
    ambiguous,  ///< E0464: `rivals` have different hashes
    stub_only,  ///< only a stub of the metadata was found: `rivals` has it
    absent,     ///< E0463
  };
  State state = State::absent;
  const CrateFile* rmeta = nullptr;
  const CrateFile* rlib = nullptr;
  const CrateFile* dylib = nullptr;
  const Artifact* metadata = nullptr;  ///< chosen: the file whose metadata is read
  std::vector<RefusedFile> refused;
  std::vector<const CrateFile*> rivals;

  /// The refusal that rustc reports; nothing when it would be silent about all of them.
  const RefusedFile* reported() const;
};

/// One search: where, and for whom. Asks the shelf, never the file system.
class CrateLocator {
 public:
  CrateLocator(const CrateFiles& shelf, CrateReader reader, std::vector<SearchFolder> folders)
      : shelf_(shelf), reader_(std::move(reader)), folders_(std::move(folders)) {}

  const Located& find(const SoughtCrate& sought);
  const CrateReader& reader() const { return reader_; }
  const std::vector<SearchFolder>& folders() const { return folders_; }

 private:
  struct Group;
  class Groups;
  using Candidate = std::pair<std::string, const CrateFile*>;  ///< by what stands between the name and the ending

  Located search(const SoughtCrate& sought) const;
  bool look_by_name(const SoughtCrate& sought, bool is_macro, Located& found) const;
  bool look_with(const SoughtCrate& sought, bool is_macro, std::string_view extra, std::set<std::string_view>& seen,
                 Located& found) const;
  bool look_at_paths(const SoughtCrate& sought, bool is_macro, Located& found) const;
  bool choose(const SoughtCrate& sought, bool is_macro, const Groups& groups, Located& found) const;
  Located extract(const SoughtCrate& sought, bool is_macro, const Group& group,
                  std::vector<RefusedFile>& refused) const;
  std::optional<Refusal> refusal(const CrateFile& file, std::size_t flavor, const SoughtCrate& sought,
                                 bool is_macro) const;

  const CrateFiles& shelf_;
  CrateReader reader_;
  std::vector<SearchFolder> folders_;
  std::map<std::pair<std::string, std::string>, Located> known_;
};

/// Tells, without a sysroot at hand, which crates on a list only a sysroot can have. Nothing marks them: they are told by where they
/// stand. The list begins with std (or core) and all that it was compiled against, the panic runtime last; what proc_macro and test
/// bring along stands right behind them, in every list the same.
class SysrootPart {
 public:
  /// To be called for all crates of a set first; they must outlive it.
  void learn(const Crate& crate);
  /// One flag for each dependency.
  std::vector<bool> of(const Crate& crate) const;

 private:
  /// A part of a list.
  struct Followers {
    const Dependencies* list;
    std::size_t first, size;
    const Dependency& operator[](std::size_t i) const { return (*list)[first + i]; }
  };
  std::size_t lead(const Dependencies& list) const;

  /// What follows the crate with that SVH on every list that has it.
  std::map<std::string_view, Followers> followers_;
};

/// True when the file is unreadable, or elsewhere: nothing is known about it, and nothing is said.
bool says_nothing(const Problem& problem);

/// The metadata version that a released rustc writes; nothing for what is no release, or not known.
std::optional<std::uint8_t> metadata_version_of(const Release& release);

/// What the user says of the search, beside the set itself.
struct SearchOptions {
  std::vector<SearchFolder> folders;                         ///< of `-L`
  std::vector<std::pair<std::string, std::string>> externs;  ///< of `--extern`: name, and path or nothing
  std::string host_triple;                                   ///< of the rustc that will read; empty: not known
  std::optional<std::string> sysroot;                        ///< of the rustc that will read
  std::shared_ptr<const ScanResult> elsewhere;               ///< what is in these folders and in the sysroot
};

/// What all crates of a folder are compiled for.
struct FolderTarget {
  std::string name;  ///< the triple, or the name of a custom target
  std::string text;  ///< as `target_text` has it
};

/// Where rustc looks for what the crates of a set need. Looks at what it was made from, which must outlive it.
class CratePlaces {
 public:
  CratePlaces(const ScanResult& result, const SearchOptions& search);

  const CrateFiles& shelf() const { return shelf_; }
  /// The search as the crate in `user`, whose metadata was read, has it done.
  CrateLocator& locator_for(const Artifact& user);
  /// Where the compiler's own crates are for `user` is known, or there are none.
  bool knows_sysroot(const Artifact& user) const;
  /// The compiler's own folder for the target of `user` is known, and there is nothing in it.
  bool lacks_sysroot(const Artifact& user) const;
  /// What rustc compiles for where the file stands: all crates in a folder of cargo's or of a compiler's are for one target. Nothing
  /// elsewhere, and of proc macros.
  std::optional<FolderTarget> target_around(const Artifact& file) const;
  /// Below a folder of cargo's that has crates, where nobody looks.
  bool is_out_of_reach(std::string_view path) const;
  const Located& find(CrateLocator& locator, const Dependency& needed) const;
  /// The name that is looked for.
  std::string name_of(const Dependency& needed, const CrateLocator& locator) const;

 private:
  /// How many crates of a folder are for a target.
  struct TargetUse {
    std::string name, triple;
    std::size_t crates = 0;
  };

  std::vector<SearchFolder> own_folders(const std::string& folder) const;
  std::optional<std::string> sysroot_for(const std::string& rustc, const std::string& triple) const;
  const KernelRoot* kernel_of(const Artifact& file) const;
  void count_target(const Artifact& file);
  std::optional<FolderTarget> target_in(std::string_view folder) const;
  bool is_linked(const Artifact& file) const;

  const ScanResult& result_;
  const SearchOptions& search_;
  CrateFiles shelf_;
  std::map<std::pair<std::string, std::string>, std::string> sysroots_;     ///< in the set: rustc and target, to folder
  std::map<std::string_view, std::map<std::string, TargetUse>> targets_;    ///< by folder, and text
  mutable std::map<std::string_view, std::optional<FolderTarget>> around_;  ///< by folder; what was asked before
  std::map<std::tuple<std::string, std::string, std::string, bool>, CrateLocator> locators_;
};

/// Where rustc looks for crates when it compiles a module: rust/, and what it leads to when it is a link.
std::vector<SearchFolder> kernel_folders(const ScanResult& result, const KernelRoot& kernel);

/// `<sysroot>/lib/rustlib/<triple>/lib`, which is searched in addition to every `-L`.
std::string sysroot_folder(std::string_view sysroot, std::string_view triple);
/// The triple of a path like this; nothing when it is no such folder.
std::optional<std::string> sysroot_triple(std::string_view folder);

}  // namespace rartifacts
#pragma GCC visibility pop
