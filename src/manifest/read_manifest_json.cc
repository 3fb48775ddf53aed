// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The manifest in JSON
// ====================
//
// docs/manifest.schema.json describes it, src/write writes it.
#include <algorithm>
#include <deque>

#include "bytes/budget.h"
#include "bytes/json_tree.h"
#include "classify/kept_size.h"
#include "manifest/manifest.h"
#include "manifest/recorded_object.h"

namespace rartifacts {
namespace {

using Value = nlohmann::json;

CrateName named_in(const RecordedObject& object) {
  CrateName name;
  name.text = object.text("name");
  return name;
}

Dependency read_dependency(const RecordedObject& object) {
  Dependency dependency;
  dependency.name = named_in(object);
  dependency.svh = object.hex("svh").value_or("");
  dependency.host_svh = object.hex("host_svh");
  dependency.kind = object.one_of<DependencyKind>("kind", 3).value_or(DependencyKind::unconditional);
  dependency.extra_filename = object.text("extra_filename").value_or("");
  dependency.is_private = object.boolean("private");
  return dependency;
}

Crate read_crate(const RecordedObject& object) {
  Crate crate;
  crate.name = named_in(object);
  crate.svh = object.hex("svh").value_or("");
  if (crate.svh.empty()) object.reject("svh", "is missing");
  crate.stable_crate_id = object.hex("stable_crate_id");
  crate.triple = object.needed_text("triple");
  crate.custom_target = object.text("custom_target");
  crate.edition = object.text("edition");
  crate.panic = object.one_of<PanicStrategy>("panic", 3);
  crate.panic_in_drop = object.one_of<PanicStrategy>("panic_in_drop", 3);
  crate.is_proc_macro = object.boolean("is_proc_macro");
  crate.is_stub = object.boolean("is_stub").value_or(false);
  crate.has_root = object.has("extra_filename");
  crate.extra_filename = object.text("extra_filename").value_or("");
  crate.flags.symbol_mangling = object.text("symbol_mangling");
  if (const auto flags = object.object("flags"))
    for (const auto& row : crate_flag_table) crate.flags.*row.member = flags->boolean(row.name);
  if (object.has("dependencies")) {
    crate.dependencies.emplace();
    object.each("dependencies",
                [&](const RecordedObject& each) { crate.dependencies->push_back(read_dependency(each)); });
  }
  return crate;
}

ElfFacts read_elf_facts(const RecordedObject& object) {
  ElfFacts elf;
  elf.elf_class = object.number("class") == 64 ? 64 : 32;
  elf.little_endian = object.text("endian") != "big";
  const auto machine = elf_machine_of(object.needed_text("machine"));
  const auto type = elf_type_of(object.needed_text("type"));
  if (!machine) object.reject("machine", "is not known");
  if (!type) object.reject("type", "is not known");
  elf.e_machine = machine.value_or(std::uint16_t{0});
  elf.e_type = type.value_or(std::uint16_t{0});
  elf.soname = object.text("soname");
  elf.needed = object.texts("needed");
  for (auto& version : object.texts("versions")) elf.versions.emplace_back("", std::move(version));
  elf.build_id = object.hex("build_id");
  return elf;
}

ObjectFacts read_object_facts(const RecordedObject& object) {
  ObjectFacts facts{.language = object.one_of<Language>("language", 4), .producer = object.text("producer")};
  if (object.has("traces"))
    object.each("traces", [&](const RecordedObject& each) {
      const auto name = each.needed_text("trace");
      const auto* row = std::ranges::find(rust_trace_table, name, &RustTraceRow::name);
      if (row == rust_trace_table.end()) each.reject("trace", "is not known");
      else facts.traces.push_back({row->trace, each.needed_text("evidence")});
    });
  if (object.has("crates"))
    object.each("crates", [&](const RecordedObject& each) {
      facts.crates.push_back(
          {each.needed_text("name"), each.text("version").value_or(""), each.text("source").value_or("")});
    });
  return facts;
}

Artifact read_artifact(const RecordedObject& object) {
  Artifact artifact{.path = object.path(), .recorded = true};
  const auto kind = kind_of(object.needed_text("kind"));
  if (!kind) object.reject("kind", "is not known");
  artifact.kind = kind.value_or(Kind::auxiliary);
  artifact.side = object.one_of<Side>("side", 2).value_or(Side::target);
  artifact.size = object.number("size");
  artifact.mode = object.mode();
  artifact.link_target = object.bytes("link_target");
  artifact.sha256 = object.text("sha256");
  if (artifact.sha256 && !is_sha256(*artifact.sha256)) object.reject("sha256", "is not a SHA-256 digest");
  if (auto rustc = object.text("rustc"); rustc && object.has("metadata_version")) {
    artifact.metadata.emplace();
    artifact.metadata->rustc = std::move(*rustc);
    artifact.metadata->version = static_cast<std::uint8_t>(object.number("metadata_version"));
  }
  if (const auto crate = object.object("crate")) artifact.crate = read_crate(*crate);
  if (const auto elf = object.object("elf")) artifact.elf = read_elf_facts(*elf);
  if (const auto made = object.object("object")) {
    artifact.object = read_object_facts(*made);
    if (!artifact.metadata) artifact.object->rustc = object.text("rustc");
    if (artifact.object->rustc) artifact.object->rustc_from = object.needed_text("rustc_from");
  }
  if (const auto macro = object.object("proc_macro"))
    artifact.proc_macro = ProcMacroFacts{
        .decls_symbol = macro->text("decls_symbol"),
        .rustc_section =
            macro->one_of<ProcMacroFacts::Section>("rustc_section", 3).value_or(ProcMacroFacts::Section::missing)};
  artifact.notes = object.texts("notes");
  return artifact;
}

// What a copy is compared with.
Artifact only_compared(Artifact whole) {
  Artifact artifact{.path = std::move(whole.path), .kind = whole.kind, .recorded = true};
  artifact.size = whole.size;
  artifact.mode = whole.mode;
  artifact.link_target = std::move(whole.link_target);
  artifact.sha256 = std::move(whole.sha256);
  return artifact;
}

// Before anything of a later version is called wrong.
Result<void> check_version(const Value& root) {
  constexpr unsigned kKnown = 1;
  const auto version = root.is_object() ? root.find("version") : root.end();
  if (root.is_object() && version != root.end() && version->is_number_unsigned() && *version > kKnown)
    return fail(ErrorKind::unsupported, "version {} of the manifest: this program knows version {}",
                version->get<std::uint64_t>(), kKnown);
  return {};
}

}  // namespace

Result<RecordedManifest> read_manifest_json(TextParts& bytes, RecordedFacts facts) {
  std::optional<Error> error;
  std::deque<Artifact> artifacts;  // grows without a copy
  const auto take = [&](const Value& element, const JsonTree& partial) -> Result<void> {
    if (auto checked = check_version(partial.root); !checked) return checked;
    const RecordedObject each(element, fmt::format("artifacts[{}]", artifacts.size()), error);
    if (facts == RecordedFacts::all) {
      artifacts.push_back(read_artifact(each));
    } else {
      const Budget::Meanwhile meanwhile;  // what is read to be dropped
      artifacts.push_back(only_compared(read_artifact(each)));
    }
    if (error) return std::unexpected(*error);
    return keep(kept_size(artifacts.back()));
  };
  const auto tree = read_json_tree(bytes, "artifacts", take);
  if (!tree) return pass(tree);
  if (auto checked = check_version(tree->root); !checked) return pass(checked);
  const RecordedObject object(tree->root, "", error);
  if (object.number("version") == 0 || !object.has("artifacts"))
    object.reject("", "has no version or no artifacts: is it a manifest?");
  object.each("artifacts", [](const RecordedObject&) {});  // that it is a list
  RecordedManifest manifest{.has_identities = true};
  object.each("directories", [&](const RecordedObject& each) {
    manifest.directories.push_back({each.path(), each.bytes("link_target"), each.mode()});
  });
  if (error) return std::unexpected(*error);
  manifest.artifacts.reserve(artifacts.size());
  for (; !artifacts.empty(); artifacts.pop_front()) manifest.artifacts.push_back(std::move(artifacts.front()));
  return manifest;
}

}  // namespace rartifacts
