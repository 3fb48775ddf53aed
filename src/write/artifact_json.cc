// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/artifact_json.h"

#include "write/object_json.h"

namespace rartifacts {
namespace {

template <class T>
std::optional<std::string_view> name_of(const std::optional<T>& value) {
  return value ? std::optional(name_of(*value)) : std::nullopt;
}

void note_name(std::vector<std::string>& notes, const CrateName& name, const std::string& whose) {
  if (!name.predefined) return;
  if (!name.text) {
    notes.push_back(
        fmt::format("{}: predefined#{}, a word that only this build of rustc knows", whose, *name.predefined));
  } else if (name.source == CrateName::Source::rustc_table) {
    notes.push_back(
        fmt::format("{}: {} is predefined#{} in the table of this rustc", whose, *name.text, *name.predefined));
  }
}

void write_dependency(Json& json, const Dependency& dependency) {
  json.begin_object()
      .member("name", dependency.name.text)
      .member("svh", dependency.svh)
      .member("host_svh", dependency.host_svh)
      .member("kind", name_of(dependency.kind))
      .member("private", dependency.is_private)
      .member("extra_filename", dependency.extra_filename)
      .end_object();
}

void write_flags(Json& json, const CrateFlags& flags) {
  json.key("flags").begin_object();
  for (const auto& row : crate_flag_table) json.member(row.name, flags.*row.member);
  json.end_object();
}

void write_crate(Json& json, const Crate& crate) {
  json.key("crate").begin_object();
  json.member("name", crate.name.text).member("svh", crate.svh).member("stable_crate_id", crate.stable_crate_id);
  json.member("triple", crate.triple).member("custom_target", crate.custom_target);
  json.member("edition", crate.edition).member("panic", name_of(crate.panic));
  json.member("panic_in_drop", name_of(crate.panic_in_drop));
  json.member("is_proc_macro", crate.is_proc_macro).member("is_stub", crate.is_stub);
  if (crate.has_root) {
    json.member("extra_filename", crate.extra_filename);
    json.member("symbol_mangling", crate.flags.symbol_mangling);
    write_flags(json, crate.flags);
  } else {
    json.key("extra_filename").null();
  }
  json.key("dependencies");
  if (crate.dependencies) {
    json.begin_array();
    for (const auto& dependency : *crate.dependencies) write_dependency(json, dependency);
    json.end_array();
  } else {
    json.null();
  }
  json.end_object();
}

void write_native_libraries(Json& json, const std::vector<NativeLibrary>& libraries) {
  json.key("native_libraries").begin_array();
  for (const auto& library : libraries)
    json.begin_object()
        .member("name", library.name.text)
        .member("kind", rartifacts::name_of(library.kind))
        .member("modifiers", library.modifiers)
        .member("filename", library.filename)
        .member("cfg", library.cfg)
        .member("imports", library.imports)
        .end_object();
  json.end_array();
}

void write_elf(Json& json, const ElfFacts& elf) {
  json.key("elf").begin_object();
  json.member("class", elf.elf_class).member("endian", elf.little_endian ? "little" : "big");
  json.member("machine", elf_machine_name(elf.e_machine)).member("type", elf_type_name(elf.e_type));
  json.member("soname", elf.soname).key("needed").begin_array();
  for (const auto& library : elf.needed) json.value(library);
  json.end_array().key("versions").begin_array();
  for (const auto& version : newest_versions(elf)) json.value(version);
  json.end_array().member("build_id", elf.build_id).end_object();
}

}  // namespace

std::string mode_text(unsigned mode) { return fmt::format("{:04o}", mode); }

std::vector<std::string> all_notes(const Artifact& artifact) {
  auto notes = artifact.notes;
  if (artifact.link) notes.insert(notes.end(), artifact.link->notes.begin(), artifact.link->notes.end());
  if (artifact.native_libraries)
    for (std::size_t i = 0; i < artifact.native_libraries->size(); ++i)
      note_name(notes, (*artifact.native_libraries)[i].name, fmt::format("native library {}", i + 1));
  if (!artifact.crate) return notes;
  note_name(notes, artifact.crate->name, "crate name");
  if (!artifact.crate->dependencies) return notes;
  for (std::size_t i = 0; i < artifact.crate->dependencies->size(); ++i)
    note_name(notes, (*artifact.crate->dependencies)[i].name, fmt::format("dependency {}", i + 1));
  return notes;
}

void write_artifact(Json& json, const Artifact& artifact, std::optional<std::size_t> public_items) {
  json.begin_object().path_member("path", artifact.path);
  json.member("kind", name_of(artifact.kind)).member("side", name_of(artifact.side)).member("size", artifact.size);
  if (artifact.mode) json.member("mode", mode_text(*artifact.mode));
  if (artifact.link_target) json.path_member("link_target", *artifact.link_target);
  if (artifact.sha256) json.member("sha256", *artifact.sha256);
  if (artifact.metadata)
    json.member("rustc", artifact.metadata->rustc).member("metadata_version", artifact.metadata->version);
  else if (artifact.object && artifact.object->rustc)
    json.member("rustc", *artifact.object->rustc).member("rustc_from", artifact.object->rustc_from);
  if (artifact.crate) write_crate(json, *artifact.crate);
  if (artifact.native_libraries) write_native_libraries(json, *artifact.native_libraries);
  if (public_items) json.member("public_items", *public_items);
  if (artifact.elf) write_elf(json, *artifact.elf);
  write_object(json, artifact);
  if (artifact.exports) write_exports(json, *artifact.exports);
  if (artifact.module) write_module(json, *artifact.module);
  if (artifact.proc_macro)
    json.key("proc_macro")
        .begin_object()
        .member("decls_symbol", artifact.proc_macro->decls_symbol)
        .member("rustc_section", name_of(artifact.proc_macro->rustc_section))
        .end_object();
  if (artifact.members) {
    json.key("members").begin_array();
    for (const auto& member : *artifact.members)
      json.begin_object()
          .path_member("name", member.name)
          .member("size", member.size)
          .member("language", name_of(member.language))
          .member("role", member.role ? std::optional(std::string(name_of(*member.role))) : std::nullopt)
          .member("external", member.external)
          .end_object();
    json.end_array();
  }
  json.key("notes").begin_array();
  for (const auto& note : all_notes(artifact)) json.value(note);
  json.end_array().end_object();
}

}  // namespace rartifacts
