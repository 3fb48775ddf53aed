// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/kernel.h>

namespace rartifacts {

/// The configuration that Kbuild writes for itself. A directory that has it, below `kConfigDirectory`, is a kernel tree.
inline constexpr std::string_view kConfigFile = "auto.conf";
inline constexpr std::string_view kConfigDirectory = "include/config";
/// What the kernel exports to modules, beside the tree's Makefile.
inline constexpr std::string_view kExportsFile = "Module.symvers";
inline constexpr std::string_view kReleaseFile = "include/config/kernel.release";

/// The folders of the modules of an installed kernel whose configuration `path` is: `boot/config-RELEASE`,
/// `lib/modules/RELEASE/config`. Empty for any other path.
std::vector<std::string> modules_of_config(std::string_view path);

/// True for text files of a kernel whose content a scan reads: configuration, release, target specification.
bool is_known_text(std::string_view path);

/// Which of many kernel trees hold a path, at the cost of its length.
class KernelIndex {
 public:
  KernelIndex() = default;
  explicit KernelIndex(const std::vector<KernelRoot>& kernels);
  void add(const std::string& place, std::size_t kernel) { by_place_[place].push_back(kernel); }
  /// Their indices, in order.
  std::vector<std::size_t> holding(std::string_view path) const;

 private:
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_place_;
};

}  // namespace rartifacts
