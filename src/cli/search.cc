// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/search.h"

#include <fcntl.h>
#include <rartifacts/scan.h>
#include <rartifacts/select.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <climits>
#include <filesystem>
#include <set>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "cli/operands.h"
#include "cli/rustc.h"
#include "kernel/root.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

std::string tidied_absolute_path(const std::string& path) {
  std::error_code error;
  const auto full = std::filesystem::absolute(path, error);
  return error ? path : "/" + tidied_path(full.string());
}

bool is_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// The targets of crates outside of kernel trees: kernels bring their own core.
std::set<std::string> triples_in(const std::vector<ScanResult>& roots) {
  std::set<std::string> triples;
  for (const auto& root : roots) {
    const KernelIndex kernels(root.kernels);
    for (const auto& artifact : root.artifacts)
      if (artifact.crate && artifact.metadata && !artifact.crate->custom_target &&
          kernels.holding(artifact.path).empty())
        triples.insert(artifact.crate->triple);
  }
  return triples;
}

Result<void> add_folders(const AuditCommand& command, SearchOptions& search) {
  for (const auto& text : command.folders) {
    const auto equals = text.find('=');
    auto kind = equals == text.npos ? std::nullopt : folder_kind_of(text.substr(0, equals));
    const auto folder = kind ? text.substr(equals + 1) : text;
    const auto path = tidied_absolute_path(folder);
    if (!is_folder(path)) return fail(ErrorKind::io, "-L {}: not a directory", text);
    search.folders.push_back({path, kind.value_or(FolderKind::all)});
  }
  return {};
}

Result<void> add_externs(const AuditCommand& command, SearchOptions& search) {
  for (const auto& text : command.externs) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto path = equals == text.npos ? "" : tidied_absolute_path(text.substr(equals + 1));
    if (name.empty()) return fail(ErrorKind::unsupported, "--extern {}: give NAME or NAME=PATH", text);
    if (!path.empty() && !is_file(path)) return fail(ErrorKind::io, "--extern {}: there is no such file", text);
    search.externs.emplace_back(name, path);
  }
  return {};
}

Result<std::shared_ptr<const ScanResult>> read_folders(const std::vector<std::string>& paths) {
  auto options = scan_for(Profile::oot);
  options.base = "/";
  options.recurse = false;
  for (const auto& path : paths) options.paths.push_back(path.substr(1));
  auto result = std::make_shared<ScanResult>(scan(options));
  show_as_typed(*result, {.base = "/", .paths = {}, .absolute = true});
  // What is in a folder that cannot be read is not known, and nothing can be said to be missing.
  for (const auto& problem : result->problems)
    if (std::ranges::find(paths, problem.path) != paths.end() && is_folder(problem.path))
      return fail(problem.error.kind, "{}: {}", problem.path, problem.error.what);
  return result;
}

/// Where ld.so looks when its cache has not the library.
constexpr std::array<std::string_view, 4> kLibraryFolders{"/lib64", "/usr/lib64", "/lib", "/usr/lib"};

// What ldconfig has found, as one text: paths, each with a NUL behind it. Empty when it never ran.
std::string loader_cache() {
  auto text = read_text_below(AT_FDCWD, "/etc/ld.so.cache", true);
  return text ? *std::move(text) : "";
}

}  // namespace

namespace {

// One folder of DT_RUNPATH, with $ORIGIN, the folder of the library itself, filled in; nothing when another variable is in it.
std::optional<std::string> filled_in(std::string_view text, const std::string& origin) {
  static constexpr std::array<std::string_view, 2> kOrigin{"${ORIGIN}", "$ORIGIN"};
  std::string folder;
  for (auto at = text.find('$'); at != text.npos; at = text.find('$')) {
    folder += text.substr(0, at);
    text.remove_prefix(at);
    const auto* variable = std::ranges::find_if(kOrigin, [&](auto name) { return text.starts_with(name); });
    if (variable == kOrigin.end() || origin.contains('$')) return std::nullopt;
    if (folder.size() < PATH_MAX) folder += origin;  // no longer one is a folder
    text.remove_prefix(variable->size());
  }
  folder += text;
  return folder.empty() ? "." : std::move(folder);
}

// Those of DT_RUNPATH, each once; nothing when one of them is not known.
std::optional<std::set<std::string>> run_path(std::string_view text, const std::string& origin) {
  std::set<std::string> folders;
  for (;;) {
    const auto colon = text.find(':');
    auto folder = filled_in(text.substr(0, colon), origin);
    if (!folder) return std::nullopt;
    if (folder->size() < PATH_MAX) folders.insert(*std::move(folder));
    if (colon == text.npos) return folders;
    text.remove_prefix(colon + 1);
  }
}

// Takes away what stands in a folder. It is opened once: links may lead to it, long ways.
Result<void> erase_found(const std::string& folder, std::vector<std::string>& libraries) {
  constexpr std::uint64_t kStepsPerFolder = std::uint64_t{1} << 17;
  constexpr std::uint64_t kStepsPerFile = 2048;
  if (libraries.empty()) return {};
  if (auto charged = work(kStepsPerFolder); !charged) return charged;
  const auto directory = open_below(AT_FDCWD, folder, O_PATH | O_DIRECTORY);
  if (!directory) return {};
  if (auto charged = work(kStepsPerFile * libraries.size()); !charged) return charged;
  std::erase_if(libraries, [&](const std::string& name) {
    struct stat status;
    return fstatat(directory->get(), name.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
  });
  return {};
}

// Where the loader of this machine looks.
class Loader {
 public:
  explicit Loader(const SearchOptions& search) : search_(search), cache_(loader_cache()) {
    const std::string_view all = cache_;
    for (std::size_t at = 0, end; (end = all.find('\0', at)) != all.npos; at = end + 1)
      if (const auto path = all.substr(at, end - at); path.contains('/')) cached_.insert(file_name_of(path));
  }

  /// False for another loader, whose ways are not known.
  bool is_known() const { return !cache_.empty(); }

  /// What it does not find of `needed`.
  Result<std::vector<std::string>> missing(const std::vector<std::string>& needed,
                                           const std::set<std::string>& folders) const {
    std::vector<std::string> missing;
    std::vector<std::string> of_rustc;
    for (const auto& library : std::set<std::string_view>(needed.begin(), needed.end())) {
      if (library.contains('/') || cached_.contains(library)) continue;
      // What rustc itself is made of is loaded already.
      const bool is_of_rustc = library.starts_with("libstd-") || library.starts_with("librustc_driver-");
      (is_of_rustc ? of_rustc : missing).emplace_back(library);
    }
    if (search_.sysroot) {
      if (auto done = erase_found(join_path(*search_.sysroot, "lib"), of_rustc); !done) return pass(done);
      std::ranges::move(of_rustc, std::back_inserter(missing));
    }
    for (const auto& folder : folders)
      if (auto done = erase_found(folder, missing); !done) return pass(done);
    for (const auto folder : kLibraryFolders)
      if (auto done = erase_found(std::string(folder), missing); !done) return pass(done);
    return missing;
  }

 private:
  const SearchOptions& search_;
  std::string cache_;
  std::set<std::string_view> cached_;  ///< names of the files in it
};

}  // namespace

std::set<std::pair<std::string, std::string>> absent_libraries(const std::vector<ScanResult>& roots,
                                                               const std::string& base, const SearchOptions& search) {
  constexpr std::uint64_t kNodeSize = 128;
  std::set<std::pair<std::string, std::string>> absent;
  std::optional<Loader> loader;
  for (const auto& root : roots) {
    if (!root.packages.packages.empty()) continue;
    for (const auto& artifact : root.artifacts) {
      if (!artifact.proc_macro || !artifact.elf) continue;
      if (!loader) loader.emplace(search);
      if (!loader->is_known()) return {};
      const std::string origin(directory_of(tidied_absolute_path(join_path(base, artifact.path))));
      const auto folders =
          artifact.elf->runpath ? run_path(*artifact.elf->runpath, origin) : std::optional(std::set<std::string>());
      if (!folders) continue;
      auto missing = loader->missing(artifact.elf->needed, *folders);
      if (!missing) return {};  // over a limit: there will be no verdict
      for (auto& library : *missing) {
        if (!keep(kNodeSize + artifact.path.size() + library.size())) return {};
        absent.emplace(artifact.path, std::move(library));
      }
    }
  }
  return absent;
}

Result<SearchOptions> plan_search(const AuditCommand& command) {
  SearchOptions search;
  if (auto done = add_folders(command, search); !done) return pass(done);
  if (auto done = add_externs(command, search); !done) return pass(done);
  if (!command.sysroot.empty()) {
    search.sysroot = tidied_absolute_path(command.sysroot);
  } else if (!command.rustc.empty()) {
    // Who has no answer has no sysroot: what only that could tell is counted as not checked.
    if (auto sysroot = sysroot_of_rustc(command.rustc)) search.sysroot = *std::move(sysroot);
  }
  return search;
}

Result<void> read_places(SearchOptions& search, const std::vector<ScanResult>& roots) {
  std::vector<std::string> to_read;
  to_read.reserve(search.folders.size() + search.externs.size());
  for (const auto& folder : search.folders) to_read.push_back(folder.path);
  for (const auto& [name, file] : search.externs)
    if (!file.empty()) to_read.push_back(file);
  auto triples = triples_in(roots);
  // Kernel trees alone have nothing from a sysroot.
  if (triples.empty() && to_read.empty()) search.sysroot.reset();
  if (!search.host_triple.empty()) triples.insert(search.host_triple);
  if (search.sysroot)
    for (const auto& triple : triples)
      if (auto folder = sysroot_folder(*search.sysroot, triple); is_folder(folder))
        to_read.push_back(std::move(folder));
  if (to_read.empty()) return {};
  auto elsewhere = read_folders(to_read);
  if (!elsewhere) return pass(elsewhere);
  search.elsewhere = *std::move(elsewhere);
  return {};
}

}  // namespace rartifacts
