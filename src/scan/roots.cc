// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What the user named may lie on disk and in packages: each is a root of its own, scanned by itself.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "manifest/manifest.h"
#include "package/built_packages.h"
#include "package/package.h"
#include "package/stream.h"
#include "scan/scan_source.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

bool is_manifest(int base, const std::string& path) {
  constexpr std::size_t kHead = 4096;
  const auto file = open_file_below(base, path, true);
  if (!file) return false;
  std::array<char, kHead> head;
  const auto got = pread(file->fd.get(), head.data(), head.size(), 0);
  return got > 0 && is_json_manifest({head.data(), static_cast<std::size_t>(got)});
}

// A manifest stands for what it lists; the files themselves are not looked at.
ScanResult read_recorded(int base, const std::string& path) {
  ScanResult result;
  const auto file = open_file_below(base, path, true);
  auto manifest = file ? read_manifest_from(file->fd.get()) : pass(file);
  if (!manifest) {
    result.problems.push_back({path, manifest.error()});
    return result;
  }
  result.artifacts = std::move(manifest->artifacts);
  std::ranges::copy_if(manifest->directories, std::back_inserter(result.directory_links),
                       [](const Directory& directory) { return directory.link_target.has_value(); });
  return result;
}

// Stands for the packages beside it.
void take_build_record(int base, const std::string& path, NamedInputs& operands) {
  const auto text = read_text_below(base, path, true);
  if (!text) return operands.problems.push_back({path, text.error()});
  const auto names = built_packages(*text);
  if (names.empty())
    operands.problems.push_back({path, Error{ErrorKind::io, "lists no binary packages", std::nullopt}});
  for (const auto& name : names) {
    auto package = join_path(directory_of(path), name);
    if (std::ranges::find(operands.packages, package) != operands.packages.end()) continue;
    if (stat_below(base, package)) operands.packages.push_back(std::move(package));
    else operands.problems.push_back({path, Error{ErrorKind::io, name + " is not beside it", std::nullopt}});
  }
}

// Operands are followed when they are links: `/lib/modules/6.12/build` means the tree.
NamedInputs sort_operands(int base, const std::vector<std::string>& paths, bool directories_are_packages) {
  NamedInputs operands;
  for (const auto& path : paths) {
    struct stat status;
    if (fstatat(base, path.c_str(), &status, 0) != 0)
      operands.problems.push_back({path, fail_errno("cannot be opened").error()});
    else if (S_ISDIR(status.st_mode))
      (directories_are_packages ? operands.packages : operands.directories).push_back(path);
    else if (!S_ISREG(status.st_mode))
      operands.problems.push_back(
          {path, Error{ErrorKind::unsupported, "neither a file nor a directory", std::nullopt}});
    else if (const auto form = unread_form(base, path))
      operands.problems.push_back(
          {path, Error{ErrorKind::io, fmt::format("{}, which is no form of package that is read", *form), {}}});
    else if (is_build_record(path)) take_build_record(base, path, operands);
    else if (is_package(base, path)) operands.packages.push_back(path);
    else if (is_manifest(base, path)) operands.manifests.push_back(path);
    else operands.files.push_back(path);
  }
  return operands;
}

}  // namespace

std::vector<ScanResult> scan_roots(const ScanOptions& options) {
  const Budget::Run run;
  std::vector<ScanResult> roots;
  auto base = open_below(AT_FDCWD, options.base, O_PATH | O_DIRECTORY);
  if (!base) {
    roots.emplace_back().problems.push_back({options.base, base.error()});
    return roots;
  }
  auto operands = sort_operands(base->get(), options.paths, options.together);
  const auto packages = std::move(operands.packages);
  if (options.listed && (operands.directories.empty() || !operands.manifests.empty())) options.listed();
  for (const auto& path : operands.manifests) roots.push_back(read_recorded(base->get(), path));
  if ((packages.empty() && roots.empty()) || !operands.directories.empty() || !operands.files.empty() ||
      !operands.problems.empty())
    roots.push_back(scan_source(options, *open_disk(base->get()), operands));

  auto inside = options;
  for (auto* kinds : {&inside.kinds, &inside.kernel_kinds})
    kinds->insert(options.package_kinds.begin(), options.package_kinds.end());
  const NamedInputs everything{.directories = {"."}, .files = {}, .packages = {}, .manifests = {}, .problems = {}};
  const std::size_t together = options.separate ? 1 : packages.size();
  for (auto rest = std::span(packages); !rest.empty(); rest = rest.subspan(together)) {
    const auto files = rest.first(together);
    auto source = open_packages(base->get(), {files.begin(), files.end()},
                                {options.digests, options.members, options.path_leaks});
    roots.push_back(scan_source(inside, *source, everything));
    roots.back().packages = source->take_root();
  }
  // Readers for whom something else would do as well may have passed over it.
  const auto* limit = Budget::current()->exceeded();
  const auto is_told = [](const ScanResult& root) {
    return std::ranges::find(root.problems, ErrorKind::too_large,
                             [](const Problem& problem) { return problem.error.kind; }) != root.problems.end();
  };
  if (limit && !roots.empty() && std::ranges::none_of(roots, is_told))
    roots.back().problems.push_back({options.paths.front(), over(limit->limit).error()});
  return roots;
}

std::vector<ScanOptions> apart(const ScanOptions& options) {
  auto base = open_below(AT_FDCWD, options.base, O_PATH | O_DIRECTORY);
  if (!base) return {options};  // which says so
  auto operands = sort_operands(base->get(), options.paths, options.together);
  auto packages = std::move(operands.packages);
  std::ranges::sort(packages);
  const auto repeated = std::ranges::unique(packages);
  packages.erase(repeated.begin(), repeated.end());
  std::vector<ScanOptions> parts;
  const auto add = [&](std::vector<std::string> paths) {
    if (paths.empty()) return;
    parts.push_back(options);
    parts.back().paths = std::move(paths);
  };
  std::vector<std::string> on_disk;
  for (const auto& path : options.paths) {
    const bool has_problem = std::ranges::find(operands.problems, path, &Problem::path) != operands.problems.end();
    const bool stands_for_others = std::ranges::binary_search(packages, path) || is_build_record(path);
    if (has_problem || !stands_for_others) on_disk.push_back(path);
  }
  add(std::move(on_disk));
  for (auto& package : packages) add({std::move(package)});
  return parts;
}

void show_packages(ScanResult& result) {
  const auto& packages = result.packages;
  if (packages.packages.empty()) return;
  const auto show = [&](std::string& path) { path = packages.shown(path); };
  for (auto& artifact : result.artifacts) {
    show(artifact.path);
    if (artifact.resolved) show(*artifact.resolved);
  }
  for (auto& directory : result.directory_links) show(directory.path);
  for (auto& problem : result.problems) show(problem.path);
  for (auto* paths : {&result.strangers, &result.folders}) std::ranges::for_each(*paths, show);
  for (auto& kernel : result.kernels) {
    show(kernel.config_path);
    show(kernel.path);
  }
}

ScanResult joined(std::vector<ScanResult> roots) {
  ScanResult all;
  for (auto& root : roots) {
    show_packages(root);
    if (all.artifacts.empty()) all.artifacts = std::move(root.artifacts);
    else std::ranges::move(root.artifacts, std::back_inserter(all.artifacts));
    std::ranges::move(root.kernels, std::back_inserter(all.kernels));
    std::ranges::move(root.directory_links, std::back_inserter(all.directory_links));
    std::ranges::move(root.strangers, std::back_inserter(all.strangers));
    std::ranges::move(root.folders, std::back_inserter(all.folders));
    std::ranges::move(root.problems, std::back_inserter(all.problems));
    all.entries += root.entries;
  }
  std::ranges::sort(all.artifacts, {}, &Artifact::path);
  std::ranges::sort(all.problems, {}, &Problem::path);
  return all;
}

ScanResult scan(const ScanOptions& options) { return joined(scan_roots(options)); }

}  // namespace rartifacts
