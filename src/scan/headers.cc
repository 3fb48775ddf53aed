// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/headers.h"

#include <algorithm>
#include <array>

#include "bytes/path.h"

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

}  // namespace

void look_for_build_tools(const Source& source, KernelRoot& kernel) {
  const auto find = [&](std::string_view path) {
    return resolve(source, join_path(kernel.path, path), kernel.path.size());
  };
  if (!find("scripts/Makefile.build")) return;
  kernel.lacks_exports = !find("Module.symvers");
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
