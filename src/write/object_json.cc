// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/object_json.h"

#include <rartifacts/audit.h>

#include "write/artifact_json.h"

namespace rartifacts {
namespace {

void write_symbol(Json& json, const UndefinedSymbol& symbol) {
  json.begin_object().member("symbol", symbol.name).member("demangled", symbol.demangled);
  json.member("crate", symbol.crate).member("weak", symbol.is_weak).member("exported", symbol.is_exported).end_object();
}

void write_summary(Json& json, std::string_view key, const std::vector<std::string_view>& names) {
  const auto summary = summarized(names);
  json.key(key).begin_object().key("c").begin_array();
  for (const auto name : summary.c) json.value(name);
  json.end_array().key("rust").begin_array();
  for (const auto& [crate, count] : summary.rust)
    json.begin_object()
        .member("crate", crate.empty() ? std::nullopt : std::optional(crate))
        .member("symbols", count)
        .end_object();
  json.end_array().end_object();
}

// Every group, so that who looks for one need not ask whether it is there.
void write_undefined(Json& json, const std::vector<UndefinedSymbol>& symbols) {
  json.key("undefined").begin_object();
  for (const auto& row : symbol_group_table) {
    json.key(row.name).begin_array();
    for (const auto& symbol : symbols)
      if (symbol.group == row.group) write_symbol(json, symbol);
    json.end_array();
  }
  json.end_object();
}

void write_link(Json& json, const LinkFacts& link) {
  std::vector<std::string_view> defined;
  defined.reserve(link.defined.size());
  for (const auto& symbol : link.defined) defined.push_back(symbol.name);
  write_summary(json, "defined", defined);
  write_undefined(json, link.undefined);
  json.key("relocations").begin_array();
  for (const auto& use : link.relocations)
    json.begin_object()
        .member("type", use.type)
        .member("name", relocation_name(use.e_machine, use.type))
        .member("count", use.count)
        .member("module_loader", is_module_relocation(use.e_machine, use.type))
        .member("section", use.section)
        .member("symbol", use.symbol)
        .end_object();
  json.end_array().key("sources").begin_array();
  for (const auto& source : link.sources)
    json.begin_object()
        .member("language", source.language)
        .member("producer", source.producer)
        .member("count", source.count)
        .end_object();
  json.end_array();
  json.member("objects", link.objects).member("bitcode_only", link.bitcode);
  json.member("without_stack_note", link.without_stack_note);
}

void write_system_libraries(Json& json, const LinkFacts& link) {
  json.key("system_libraries").begin_array();
  for (const auto& library : system_libraries(link)) {
    json.begin_object().member("name", library.name).key("symbols").begin_array();
    for (const auto symbol : library.symbols) json.value(symbol);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_fitness(Json& json, const Artifact& artifact) {
  json.key("kernel_fitness").begin_object().key("obstacles").begin_array();
  for (const auto& finding : kernel_fitness(artifact))
    json.begin_object()
        .member("rule", row_of(finding.rule).id)
        .member("severity", rartifacts::name_of(finding.severity))
        .member("message", finding.message)
        .end_object();
  json.end_array().key("undecided").begin_array();
  for (const auto what : undecided_fitness(artifact)) json.value(what);
  json.end_array().end_object();
}

void write_traces(Json& json, const ObjectFacts& facts) {
  if (!facts.traces.empty()) {
    json.key("traces").begin_array();
    for (const auto& [trace, evidence] : facts.traces) {
      const auto& row = row_of(trace);
      json.begin_object().member("trace", row.name).member("proof", row.is_proof);
      json.member("evidence", evidence).end_object();
    }
    json.end_array();
  }
  if (facts.crates.empty()) return;
  json.key("crates").begin_array();
  for (const auto& crate : facts.crates)
    json.begin_object()
        .member("name", crate.name)
        .member("version", crate.version)
        .member("source", crate.source)
        .end_object();
  json.end_array();
}

std::string_view name_of(ModuleSignature::State state) {
  static constexpr std::string_view kNames[] = {"absent", "well-formed", "malformed"};
  return kNames[static_cast<std::size_t>(state)];
}

void write_list(Json& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

}  // namespace

void write_object(Json& json, const Artifact& artifact) {
  if (!artifact.object && !artifact.link) return;
  const auto facts = artifact.object.value_or(ObjectFacts{});
  json.key("object").begin_object();
  json.member("language", facts.language ? std::optional(rartifacts::name_of(*facts.language)) : std::nullopt);
  json.member("producer", facts.producer);
  write_traces(json, facts);
  if (artifact.link) {
    write_link(json, *artifact.link);
    if (artifact.kind == Kind::staticlib) write_system_libraries(json, *artifact.link);
    write_fitness(json, artifact);
  }
  json.end_object();
}

void write_exports(Json& json, const std::vector<std::string>& names) {
  write_summary(json, "exports", {names.begin(), names.end()});
}

void write_module(Json& json, const ModuleFacts& module) {
  json.key("module").begin_object();
  for (const auto* tag : {"name", "vermagic", "license", "version", "srcversion"}) json.member(tag, module.value(tag));
  write_list(json, "depends", module.depends());
  write_list(json, "import_ns", module.import_namespaces());
  json.key("modinfo").begin_array();
  for (const auto& [tag, text] : module.modinfo)
    json.begin_object().member("tag", tag).member("value", text).end_object();
  json.end_array();
  json.member("signature", name_of(module.signature.state));
  json.member("btf", module.has_btf);
  json.member("versions", module.versions).member("extended_versions", module.extended_versions);
  json.end_object();
}

}  // namespace rartifacts
