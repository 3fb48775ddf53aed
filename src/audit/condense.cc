// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What of a file the rules look at
// ================================
//
// A module has a hundred names of symbols, and a kernel has thousands of modules. The rules name at most those that nothing
// defines, so the others are dropped as soon as a file was read.
#include <algorithm>

#include "audit/findings.h"

namespace rartifacts {
namespace {

// As check_undefined, kernel_fitness and check_runtime ask.
bool may_be_missed(const UndefinedSymbol& symbol, const LinkFacts& link) {
  if (symbol.is_weak) return false;
  if (symbol.group == SymbolGroup::runtime) return true;
  if (symbol.is_exported) return false;
  return link.exports_known || symbol.group == SymbolGroup::std || is_float_routine(symbol.name);
}

template <class T, class Predicate>
void drop_if(std::vector<T>& all, const Predicate& is_needless) {
  std::erase_if(all, is_needless);
  all.shrink_to_fit();
}

void condense_link(Artifact& artifact, bool is_for_kernel) {
  auto& link = artifact.link.edit();
  if (is_for_kernel || artifact.module) drop_if(link.defined, [](const auto&) { return true; });
  drop_if(link.relocations,
          [](const auto& use) { return is_module_relocation(use.e_machine, use.type).value_or(true); });
  // Of names that are too long for __versions the first one is shown.
  const auto longest = max_version_name(artifact);
  bool has_long = !artifact.module;
  drop_if(link.undefined, [&](const UndefinedSymbol& symbol) {
    const bool is_first_long = !has_long && !symbol.is_weak && symbol.name.size() > longest;
    has_long = has_long || is_first_long;
    return !is_first_long && !may_be_missed(symbol, link);
  });
}

}  // namespace

void condense(Artifact& artifact, const ScanResult& so_far, Purpose purpose) {
  artifact.exports.reset();
  artifact.native_libraries.reset();
  if (artifact.object) artifact.object = ObjectFacts{.language = artifact.object->language};
  const bool has_kernel = !so_far.kernels.empty();
  if (artifact.module) {
    auto& module = artifact.module.edit();
    auto vermagic = module.value("vermagic");
    module.modinfo.clear();
    if (vermagic) module.modinfo.emplace_back("vermagic", std::move(*vermagic));
    module.modinfo.shrink_to_fit();
    if (!has_kernel && !(so_far.around && so_far.around->exports)) module.checksums = {};
  }
  if (artifact.crate && !has_kernel) artifact.link.reset();
  const bool is_for_kernel =
      purpose == Purpose::kernel || (purpose == Purpose::automatic && (has_kernel || so_far.around));
  if (artifact.link) condense_link(artifact, is_for_kernel);
}

}  // namespace rartifacts
