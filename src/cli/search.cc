// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/search.h"

#include <fcntl.h>
#include <rartifacts/scan.h>
#include <rartifacts/select.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "bytes/path.h"
#include "cli/operands.h"
#include "cli/rustc.h"
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
  for (const auto& root : roots)
    for (const auto& artifact : root.artifacts)
      if (artifact.crate && artifact.metadata && !artifact.crate->custom_target &&
          std::ranges::none_of(root.kernels, [&](const auto& kernel) { return kernel.holds(artifact.path); }))
        triples.insert(artifact.crate->triple);
  return triples;
}

Result<void> add_folders(const AuditCommand& command, SearchOptions& search, std::vector<std::string>& to_read) {
  for (const auto& text : command.folders) {
    const auto equals = text.find('=');
    auto kind = equals == text.npos ? std::nullopt : folder_kind_of(text.substr(0, equals));
    const auto folder = kind ? text.substr(equals + 1) : text;
    const auto path = tidied_absolute_path(folder);
    if (!is_folder(path)) return fail(ErrorKind::io, "-L {}: not a folder", text);
    search.folders.push_back({path, kind.value_or(FolderKind::all)});
    to_read.push_back(path);
  }
  return {};
}

Result<void> add_externs(const AuditCommand& command, SearchOptions& search, std::vector<std::string>& to_read) {
  for (const auto& text : command.externs) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto path = equals == text.npos ? "" : tidied_absolute_path(text.substr(equals + 1));
    if (name.empty()) return fail(ErrorKind::unsupported, "--extern {}: give NAME or NAME=PATH", text);
    if (!path.empty() && !is_file(path)) return fail(ErrorKind::io, "--extern {}: there is no such file", text);
    if (!path.empty()) to_read.push_back(path);
    search.externs.emplace_back(name, path);
  }
  return {};
}

void add_sysroot(const AuditCommand& command, const std::set<std::string>& triples, SearchOptions& search,
                 std::vector<std::string>& to_read) {
  if (!command.sysroot.empty()) {
    search.sysroot = tidied_absolute_path(command.sysroot);
  } else if (!command.rustc.empty()) {
    // Who has no answer has no sysroot: what only that could tell is counted as not checked.
    if (auto sysroot = sysroot_of_rustc(command.rustc)) search.sysroot = *std::move(sysroot);
  }
  if (!search.sysroot) return;
  for (const auto& triple : triples)
    if (auto folder = sysroot_folder(*search.sysroot, triple); is_folder(folder)) to_read.push_back(std::move(folder));
}

std::shared_ptr<const ScanResult> read_folders(const std::vector<std::string>& paths) {
  auto options = scan_for(Profile::oot);
  options.base = "/";
  options.recurse = false;
  for (const auto& path : paths) options.paths.push_back(path.substr(1));
  auto result = std::make_shared<ScanResult>(scan(options));
  show_as_typed(*result, {.base = "/", .paths = {}, .absolute = true});
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

std::set<std::string> absent_libraries(const std::vector<ScanResult>& roots) {
  std::set<std::string> absent;
  for (const auto& root : roots)
    for (const auto& artifact : root.artifacts)
      if (artifact.proc_macro && artifact.elf && root.packages.packages.empty())
        absent.insert(artifact.elf->needed.begin(), artifact.elf->needed.end());
  if (absent.empty()) return absent;
  const auto cache = loader_cache();
  if (cache.empty()) return {};  // another loader, whose ways are not known
  std::erase_if(absent, [&](const std::string& name) {
    const auto stands_in = [&](std::string_view folder) { return is_file(join_path(folder, name)); };
    return name.find('/') != name.npos || cache.find('/' + name + '\0') != cache.npos ||
           std::ranges::any_of(kLibraryFolders, stands_in);
  });
  return absent;
}

Result<SearchOptions> plan_search(const AuditCommand& command, const std::vector<ScanResult>& roots,
                                  const std::string& host_triple) {
  SearchOptions search;
  search.host_triple = host_triple;
  std::vector<std::string> to_read;
  if (auto done = add_folders(command, search, to_read); !done) return pass(done);
  if (auto done = add_externs(command, search, to_read); !done) return pass(done);
  auto triples = triples_in(roots);
  if (triples.empty() && to_read.empty()) return search;
  if (!host_triple.empty()) triples.insert(host_triple);
  add_sysroot(command, triples, search, to_read);
  if (!to_read.empty()) search.elsewhere = read_folders(to_read);
  return search;
}

}  // namespace rartifacts
