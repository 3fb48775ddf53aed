// SPDX-License-Identifier: MIT OR Apache-2.0
//
// CycloneDX 1.6
// =============
//
// One component per file. The version of a crate is its SVH: metadata records no other, and two builds with the same one are the
// same to rustc. `dependencies` are the crates that each was compiled against, as far as the bill holds them. The compiler is a
// component out of scope, since nothing of it is in the files. Nothing tells the time or is drawn by lot: the same files give the
// same bill. Defined by: cyclonedx.org/docs/1.6/json (ECMA-424).
#include <algorithm>

#include "write/bill.h"
#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

// Names the component in this bill. A path that is not UTF-8 has no text that is its own.
std::string bom_ref(const Artifact& artifact) {
  return is_utf8(artifact.path) ? "path:" + artifact.path : "path_base64:" + base64(artifact.path);
}

std::string_view component_type(const Artifact& artifact) {
  if (artifact.crate) return "library";
  switch (artifact.kind) {
    case Kind::kernel_module: return "device-driver";
    case Kind::executable: return "application";
    case Kind::dylib:
    case Kind::cdylib:
    case Kind::staticlib:
    case Kind::shared_library: return "library";
    default: return "file";
  }
}

void add_property(Json& json, std::string_view name, std::string_view value) {
  json.begin_object().member("name", fmt::format("rartifacts:{}", name)).member("value", value).end_object();
}

void write_properties(Json& json, const BillItem& item) {
  const auto& artifact = *item.artifact;
  json.key("properties").begin_array();
  add_property(json, "kind", name_of(artifact.kind));
  add_property(json, "side", name_of(artifact.side));
  if (!is_utf8(artifact.path)) add_property(json, "path_base64", base64(artifact.path));
  if (artifact.metadata) add_property(json, "rustc", artifact.metadata->rustc);
  if (artifact.crate) {
    add_property(json, "svh", artifact.crate->svh);
    add_property(json, "triple", artifact.crate->triple);
    if (artifact.crate->stable_crate_id) add_property(json, "stable_crate_id", *artifact.crate->stable_crate_id);
  }
  if (artifact.elf && artifact.elf->build_id) add_property(json, "build_id", *artifact.elf->build_id);
  for (const auto& missing : item.missing_uses) add_property(json, "missing_dependency", missing);
  json.end_array();
}

void write_component(Json& json, const BillItem& item) {
  const auto& artifact = *item.artifact;
  json.begin_object().member("type", component_type(artifact)).member("bom-ref", bom_ref(artifact));
  json.member("name", item.name);
  if (artifact.crate) json.member("version", artifact.crate->svh);
  if (artifact.sha256) {
    json.key("hashes").begin_array().begin_object();
    json.member("alg", "SHA-256").member("content", *artifact.sha256).end_object().end_array();
  }
  json.key("evidence").begin_object().key("occurrences").begin_array();
  json.begin_object().member("location", artifact.path).end_object().end_array().end_object();
  write_properties(json, item);
  json.end_object();
}

void write_compiler(Json& json, const std::string& compiler) {
  json.begin_object().member("type", "application").member("bom-ref", "compiler:" + compiler);
  json.member("name", "rustc").member("version", compiler).member("scope", "excluded");
  if (const auto purl = purl_of_rustc(compiler)) json.member("purl", *purl);
  json.end_object();
}

void write_bom_metadata(Json& json, const Manifest& manifest) {
  json.key("metadata").begin_object();
  json.key("tools").begin_object().key("components").begin_array().begin_object();
  json.member("type", "application").member("name", "rartifacts").member("version", RARTIFACTS_VERSION);
  json.end_object().end_array().end_object();
  json.key("component").begin_object().member("type", "application").member("bom-ref", "root");
  json.member("name", manifest.root).end_object().end_object();
}

}  // namespace

Result<std::string> write_cyclonedx(const Manifest& manifest) {
  const auto bill = bill_of(manifest);
  Json json(2);
  json.begin_object().member("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
  json.member("bomFormat", "CycloneDX").member("specVersion", "1.6").member("version", 1);
  write_bom_metadata(json, manifest);
  json.key("components").begin_array();
  for (const auto& item : bill.items) {
    write_component(json, item);
    hand_over(manifest, json);
  }
  for (const auto& compiler : bill.compilers) write_compiler(json, compiler);
  json.end_array();
  json.key("dependencies").begin_array();
  json.begin_object().member("ref", "root").key("dependsOn").begin_array();
  for (const auto& item : bill.items) json.value(bom_ref(*item.artifact));
  json.end_array().end_object();
  for (const auto& item : bill.items) {
    json.begin_object().member("ref", bom_ref(*item.artifact)).key("dependsOn").begin_array();
    for (const auto* used : item.uses) json.value(bom_ref(*used));
    json.end_array().end_object();
    hand_over(manifest, json);
  }
  json.end_array().end_object();
  return json.take() + "\n";
}

}  // namespace rartifacts
