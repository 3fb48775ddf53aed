// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/headers.h"

#include <array>
#include <climits>

#include "bytes/budget.h"
#include "bytes/json_tree.h"
#include "bytes/path.h"
#include "kernel/root.h"

namespace rartifacts {
namespace {

/// What a module build runs, loads into its compiler, or links with.
struct BuildTool {
  std::string_view path;
  std::string_view symbol;  ///< that the configuration sets where it is needed; empty: always
  bool is_needed;           ///< by every module; the others are used where they are
};
constexpr std::array kBuildTools{
    BuildTool{"scripts/basic/fixdep", "", true},
    BuildTool{"scripts/mod/modpost", "", true},
    BuildTool{"scripts/module.lds", "", true},
    BuildTool{"tools/objtool/objtool", "OBJTOOL", true},
    BuildTool{"scripts/recordmcount", "", false},
    BuildTool{"scripts/genksyms/genksyms", "", false},
    BuildTool{"scripts/gendwarfksyms/gendwarfksyms", "", false},
    BuildTool{"scripts/sign-file", "", false},
    BuildTool{"tools/bpf/resolve_btfids/resolve_btfids", "", false},
    BuildTool{"scripts/gcc-plugins/arm_ssp_per_task_plugin.so", "", false},
    BuildTool{"scripts/gcc-plugins/latent_entropy_plugin.so", "", false},
    BuildTool{"scripts/gcc-plugins/randomize_layout_plugin.so", "", false},
    BuildTool{"scripts/gcc-plugins/sancov_plugin.so", "", false},
    BuildTool{"scripts/gcc-plugins/stackleak_plugin.so", "", false},
    BuildTool{"scripts/gcc-plugins/structleak_plugin.so", "", false},
};

constexpr std::size_t kLargestProject = std::size_t{4} << 20;
constexpr std::size_t kMostDeadPaths = 100;

// `rust/libmacros.so` of a path on whatever machine; empty for what is no part of a kernel, such as the sources of core.
std::string_view part_of_tree(std::string_view path) {
  constexpr std::string_view kFolder = "/rust/";
  if (!path.starts_with('/')) return path;
  const auto at = path.rfind(kFolder);
  if (at == path.npos || path.substr(at).starts_with("/rust/library/")) return {};
  return path.substr(at + 1);
}

}  // namespace

// generate_rust_analyzer.py: {"crates": [{"root_module": PATH, "proc_macro_dylib_path": PATH, …}, …]}
void look_for_project_paths(const Source& source, KernelRoot& kernel) {
  const auto text = source.read_text(join_path(kernel.path, "rust-project.json"));
  if (!text || text->size() > kLargestProject) return;
  std::vector<std::string> dead;
  const auto is_project = read_json_list(*text, "crates", [&](const nlohmann::json& crate) -> Result<void> {
    for (const auto* key : {"root_module", "proc_macro_dylib_path"}) {
      const auto found = crate.is_object() ? crate.find(key) : crate.end();
      if (!crate.is_object() || found == crate.end() || !found->is_string()) continue;
      const auto inside = part_of_tree(found->get_ref<const std::string&>());
      if (dead.size() == kMostDeadPaths || inside.empty() || inside.size() >= PATH_MAX || has_parent_parts(inside))
        continue;
      constexpr std::uint64_t kStatus = 2000;  // steps
      if (auto charged = work(kStatus); !charged) return charged;
      if (!source.status(join_path(kernel.path, inside))) dead.emplace_back(inside);
    }
    return {};
  });
  if (is_project) kernel.dead_paths = std::move(dead);
}

void look_for_build_tools(const Source& source, KernelRoot& kernel) {
  const auto find = [&](std::string_view path) {
    return resolve(source, join_path(kernel.path, path), kernel.path.size());
  };
  if (!find("scripts/Makefile.build")) return;
  kernel.lacks_exports = !find(kExportsFile);
  for (const auto& tool : kBuildTools) {
    const auto found = find(tool.path);
    const bool is_asked_for = tool.symbol.empty() || kernel.config.is_set(tool.symbol);
    if (!found && tool.is_needed && is_asked_for) kernel.missing_tools.emplace_back(tool.path);
    if (!found || !S_ISREG(found->status.st_mode)) continue;
    const auto look = source.look(found->target, {});
    if (look && *look && (*look)->elf) kernel.programs.emplace_back(tool.path, (*look)->elf->e_machine);
  }
}

}  // namespace rartifacts
