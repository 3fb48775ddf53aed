// SPDX-License-Identifier: MIT OR Apache-2.0
#include "classify/kept_size.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kBlock = 16;  ///< what malloc keeps for itself, and rounds up

// What a text takes besides its object: nothing when it is short.
std::uint64_t beside(const std::string& text) {
  static const auto kShort = std::string().capacity();
  return text.capacity() <= kShort ? 0 : text.capacity() + kBlock;
}

std::uint64_t beside(const std::optional<std::string>& text) { return text ? beside(*text) : 0; }

std::uint64_t beside(const std::pair<std::string, std::string>& texts) {
  return beside(texts.first) + beside(texts.second);
}

std::uint64_t beside(const CrateName& name) { return beside(name.text); }

// Each was counted when the first list had it.
std::uint64_t beside(const Dependencies& list) {
  return list.empty() ? 0 : list.size() * sizeof(const Dependency*) + kBlock;
}

std::uint64_t beside(const UndefinedSymbol& symbol) {
  return beside(symbol.name) + beside(symbol.demangled) + beside(symbol.crate) + beside(symbol.member);
}

std::uint64_t beside(const DefinedSymbol& symbol) { return beside(symbol.name) + beside(symbol.member); }

std::uint64_t beside(const RelocationUse& use) { return beside(use.section) + beside(use.symbol) + beside(use.member); }

std::uint64_t beside(const SourceGroup& group) { return beside(group.language) + beside(group.producer); }

std::uint64_t beside(const MachineUse& use) { return beside(use.member); }

std::uint64_t beside(const NativeLibrary& library) {
  return beside(library.name) + beside(library.modifiers) + beside(library.filename) + beside(library.cfg);
}

std::uint64_t beside(const FoundTrace& trace) { return beside(trace.evidence); }

std::uint64_t beside(const LinkedCrate& crate) {
  return beside(crate.name) + beside(crate.version) + beside(crate.source);
}

template <class T>
std::uint64_t beside(const std::vector<T>& all) {
  std::uint64_t size = all.empty() ? 0 : all.capacity() * sizeof(T) + kBlock;
  for (const auto& one : all) size += beside(one);
  return size;
}

std::uint64_t beside(const Crate& crate) {
  return beside(crate.name) + beside(crate.svh) + beside(crate.triple) + beside(crate.target_json) +
         beside(crate.target_path) + beside(crate.custom_target) + beside(crate.extra_filename) +
         beside(crate.stable_crate_id) + beside(crate.edition) + beside(crate.flags.symbol_mangling) +
         beside(crate.target_modifiers) + (crate.dependencies ? beside(*crate.dependencies) : 0);
}

std::uint64_t beside(const ElfFacts& elf) {
  return beside(elf.soname) + beside(elf.needed) + beside(elf.runpath) + beside(elf.versions) + beside(elf.unloadable) +
         beside(elf.build_id);
}

std::uint64_t beside(const ObjectFacts& object) {
  return beside(object.producer) + beside(object.traces) + beside(object.rustc) + beside(object.rustc_from) +
         beside(object.crates) + beside(object.unsearched);
}

std::uint64_t beside(const ModuleFacts& module) {
  return beside(module.modinfo) + beside(module.signature.why) + beside(module.checksums);
}

std::uint64_t beside(const LinkFacts& link) {
  return beside(link.machines) + beside(link.bitcode_members) + beside(link.undefined) + beside(link.defined) +
         beside(link.relocations) + beside(link.sources) + beside(link.notes) + beside(link.hard_float.member);
}

template <class T>
std::uint64_t shared_size(const Shared<T>& shared) {
  return shared ? sizeof(T) + 2 * kBlock + beside(*shared) : 0;
}

}  // namespace

std::uint64_t kept_size(const LinkFacts& link) { return sizeof link + 2 * kBlock + beside(link); }

std::uint64_t kept_size(const Artifact& artifact) {
  std::uint64_t size = sizeof artifact + beside(artifact.path) + beside(artifact.link_target) +
                       beside(artifact.resolved) + beside(artifact.notes) + shared_size(artifact.crate) +
                       shared_size(artifact.module) + shared_size(artifact.link) +
                       shared_size(artifact.native_libraries) + shared_size(artifact.exports);
  if (artifact.metadata) size += beside(artifact.metadata->rustc);
  if (artifact.elf) size += beside(*artifact.elf);
  if (artifact.object) size += beside(*artifact.object);
  for (const auto& leak : artifact.path_leaks) size += sizeof leak + beside(leak.first);
  return size;
}

}  // namespace rartifacts
