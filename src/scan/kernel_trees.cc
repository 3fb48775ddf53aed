// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/kernel_trees.h"

#include <algorithm>
#include <map>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "kernel/root.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

class KernelFinder {
 public:
  KernelFinder(const Source& source, ScanResult& result) : source_(source), result_(result) {}

  void add_image(const std::string& config_path) {
    auto places = modules_of_config(config_path);
    if (places.empty()) return;
    auto config = read_config(config_path);
    if (!config) return result_.problems.push_back({config_path, config.error()});
    KernelRoot image;
    image.path = places.front();
    image.release = file_name_of(image.path);
    image.places = std::move(places);
    image.config_path = config_path;
    image.config = std::move(*config);
    image.is_image = true;
    result_.images.push_back(std::move(image));
  }

  void add_kernel(const std::string& config_path) {
    const auto directory = directory_of(config_path);
    if (file_name_of(config_path) != kConfigFile || !directory.ends_with(kConfigDirectory)) return;
    auto root = directory.substr(0, directory.size() - kConfigDirectory.size());
    if (!root.empty() && !root.ends_with('/')) return;
    while (root.ends_with('/')) root.remove_suffix(1);
    auto config = read_config(config_path);
    if (!config) return result_.problems.push_back({config_path, config.error()});
    KernelRoot kernel;
    kernel.path = root;
    kernel.places = {kernel.path};
    kernel.config_path = config_path;
    kernel.config = std::move(*config);
    result_.kernels.push_back(std::move(kernel));
  }

  void drop_inner() {
    std::ranges::sort(result_.kernels, {},
                      [](const KernelRoot& kernel) { return std::pair(kernel.path.size(), kernel.path); });
    std::vector<KernelRoot> outer;
    KernelIndex known;
    for (auto& kernel : result_.kernels) {
      if (!known.holding(kernel.path).empty()) continue;
      known.add(kernel.path, outer.size());
      outer.push_back(std::move(kernel));
    }
    result_.kernels = std::move(outer);
  }

 private:
  Result<KernelConfig> read_config(const std::string& path) {
    auto text = source_.share_text(path);
    if (!text) return pass(text);
    auto& config = configs_[text->get()];
    if (!config) config.emplace(KernelConfig::parse(**text), *text);
    return config->first;
  }

  const Source& source_;
  ScanResult& result_;
  /// Configurations by their text, which lives as long: several kernels may have the same.
  std::map<const std::string*, std::optional<std::pair<KernelConfig, Shared<std::string>>>> configs_;
};

/// A file of a tree. A link leads no further than into the tree.
Result<ResolvedPath> find_in_tree(const Source& source, const KernelRoot& kernel, std::string_view file) {
  const auto places = source.is_installed_root() ? std::vector<std::string>() : kernel.places;
  return resolve(source, join_path(kernel.path, file), kernel.path.size(), places);
}

template <class Visit>
void for_each_tree(ScanResult& result, Visit visit) {
  for (auto& kernel : result.kernels) visit(kernel);
  if (result.around && !result.around->config_path.empty()) visit(*result.around);
}

}  // namespace

bool take_around(const Source& source, const std::string& path, std::optional<KernelRoot>& around) {
  const bool is_list = file_name_of(path) == kExportsFile;
  if (is_list) {
    auto text = source.read_text(path);
    if (!text) return false;
    if (!around) around.emplace();
    around->exports = std::make_shared<const ExportTable>(*text);
  }
  for (auto folder = directory_of(path);; folder = directory_of(folder)) {
    if (around && !around->config_path.empty()) break;
    auto config_path = join_path(join_path(folder, kConfigDirectory), kConfigFile);
    if (auto text = source.read_text(config_path)) {
      KernelRoot kernel;
      kernel.path = folder;
      kernel.places = {kernel.path};
      kernel.config_path = std::move(config_path);
      kernel.config = KernelConfig::parse(*text);
      if (around) kernel.exports = around->exports;
      around = std::move(kernel);
    }
    if (folder.empty()) break;
  }
  return is_list;
}

void find_kernels(const Source& source, const std::vector<WalkEntry>& entries, ScanResult& result) {
  KernelFinder finder(source, result);
  for (const auto& entry : entries) {
    finder.add_image(entry.path);
    finder.add_kernel(entry.path);
  }
  finder.drop_inner();
}

void read_exports(const Source& source, ScanResult& result) {
  std::map<FileVersion, std::shared_ptr<const ExportTable>> tables;  // of files with several names
  for_each_tree(result, [&](KernelRoot& kernel) {
    if (kernel.exports) return;
    const auto file = find_in_tree(source, kernel, kExportsFile);
    if (!file) return;
    auto* known = file->status.st_nlink > 1 ? &tables[version_of(file->status)] : nullptr;
    if (known && *known) return void(kernel.exports = *known);
    constexpr std::uint64_t kPerByte = 2;  // of the text: what a table takes
    const auto text = source.share_text(file->target);
    if (!text || !keep(kPerByte * (*text)->size())) return;
    kernel.exports = std::make_shared<const ExportTable>(**text);
    if (known) *known = kernel.exports;
  });
}

void read_releases(const Source& source, ScanResult& result) {
  if (std::ranges::none_of(result.artifacts, [](const auto& artifact) { return artifact.module.has_value(); })) return;
  for_each_tree(result, [&](KernelRoot& kernel) {
    const auto file = find_in_tree(source, kernel, kReleaseFile);
    const auto text = file ? source.share_text(file->target) : pass(file);
    if (!text) return;
    const auto release = std::string_view(**text).substr(0, (*text)->find_first_of(" \n"));
    if (keep(release.size())) kernel.release = release;
  });
}

}  // namespace rartifacts
