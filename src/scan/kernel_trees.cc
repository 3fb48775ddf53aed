// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/kernel_trees.h"

#include <algorithm>
#include <map>

#include "bytes/path.h"
#include "kernel/root.h"

namespace rartifacts {
namespace {

class KernelFinder {
 public:
  KernelFinder(const Source& source, ScanResult& result) : source_(source), result_(result) {}

  void add_image(const std::string& config_path) {
    auto places = modules_of_config(config_path);
    if (places.empty()) return;
    auto text = source_.read_text(config_path);
    if (!text) return result_.problems.push_back({config_path, text.error()});
    KernelRoot image;
    image.path = places.front();
    image.release = file_name_of(image.path);
    image.places = std::move(places);
    image.config_path = config_path;
    image.config = KernelConfig::parse(*text);
    image.is_image = true;
    result_.images.push_back(std::move(image));
  }

  void add_kernel(const std::string& config_path) {
    const auto directory = directory_of(config_path);
    if (file_name_of(config_path) != kConfigFile || !directory.ends_with(kConfigDirectory)) return;
    auto root = directory.substr(0, directory.size() - kConfigDirectory.size());
    if (!root.empty() && !root.ends_with('/')) return;
    while (root.ends_with('/')) root.remove_suffix(1);
    auto text = source_.share_text(config_path);
    if (!text) return result_.problems.push_back({config_path, text.error()});
    KernelRoot kernel;
    kernel.path = root;
    kernel.places = {kernel.path};
    kernel.config_path = config_path;
    auto& config = configs_[text->get()];
    if (!config) config.emplace(KernelConfig::parse(**text), *text);
    kernel.config = config->first;
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
  const Source& source_;
  ScanResult& result_;
  /// Configurations by their text, which lives as long: several kernels may have the same.
  std::map<const std::string*, std::optional<std::pair<KernelConfig, Shared<std::string>>>> configs_;
};

/// A file of a tree. A link leads no further than into the tree.
Result<std::string> text_in_tree(const Source& source, const KernelRoot& kernel, std::string_view file) {
  const auto places = source.is_installed_root() ? std::vector<std::string>() : kernel.places;
  const auto resolved = resolve(source, join_path(kernel.path, file), kernel.path.size(), places);
  return resolved ? source.read_text(resolved->target) : pass(resolved);
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
  for_each_tree(result, [&](KernelRoot& kernel) {
    if (kernel.exports) return;
    if (auto text = text_in_tree(source, kernel, kExportsFile))
      kernel.exports = std::make_shared<const ExportTable>(*text);
  });
}

void read_releases(const Source& source, ScanResult& result) {
  if (std::ranges::none_of(result.artifacts, [](const auto& artifact) { return artifact.module.has_value(); })) return;
  for_each_tree(result, [&](KernelRoot& kernel) {
    auto text = text_in_tree(source, kernel, kReleaseFile);
    if (text) kernel.release = text->substr(0, text->find_first_of(" \n"));
  });
}

}  // namespace rartifacts
