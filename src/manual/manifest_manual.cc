// SPDX-License-Identifier: MIT OR Apache-2.0
//
// rartifacts-manifest(5), from the schema: a member is what its description says, or that of the definition it refers to.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rartifacts/manifest.h>

#include <nlohmann/json.hpp>

#include "manual/roff.h"

namespace rartifacts {
namespace {

using Schema = nlohmann::ordered_json;
using Pointer = Schema::json_pointer;

const Schema* referred(const Schema& schema, const Schema& member) {
  const auto reference = member.find("$ref");
  if (reference == member.end()) return nullptr;
  const auto name = reference->get<std::string>();
  const auto& definitions = schema.at("$defs");
  const auto at = definitions.find(name.substr(name.rfind('/') + 1));
  return at == definitions.end() ? nullptr : &*at;
}

// `string`, `string or null`, `1`, or the words of an enumeration.
std::string type_of(const Schema& schema, const Schema& member) {
  std::vector<std::string> words;
  if (const auto constant = member.find("const"); constant != member.end()) return constant->dump();
  for (const auto* key : {"enum", "type"}) {
    const auto found = member.find(key);
    if (found == member.end()) continue;
    for (const auto& each : found->is_array() ? *found : Schema::array({*found}))
      words.push_back(each.is_string() && std::string_view(key) == "enum" ? "`" + each.get<std::string>() + "`"
                      : each.is_string()                                  ? each.get<std::string>()
                                                                          : each.dump());
    return fmt::format("{}", fmt::join(words, std::string_view(key) == "enum" ? ", " : " or "));
  }
  for (const auto* key : {"anyOf", "oneOf"})
    if (const auto found = member.find(key); found != member.end()) {
      for (const auto& each : *found)
        if (auto type = type_of(schema, each); !type.empty()) words.push_back(std::move(type));
      return fmt::format("{}", fmt::join(words, " or "));
    }
  const auto* definition = referred(schema, member);
  return definition ? type_of(schema, *definition) : "";
}

std::string schema_description(const Schema& schema, const Schema& member) {
  if (const auto own = member.find("description"); own != member.end()) return own->get<std::string>();
  const auto* definition = referred(schema, member);
  return definition ? schema_description(schema, *definition) : "";
}

std::string members_list(const Schema& schema, const Schema& properties) {
  std::string out;
  for (const auto& [name, member] : properties.items()) {
    const auto type = type_of(schema, member);
    const auto tag = roff_bold(name) + (type.empty() ? "" : " (" + roff_text(type) + ')');
    auto text = schema_description(schema, member);
    out += roff_item(tag, text.empty() ? "\\&" : roff_text(text));
  }
  return out;
}

}  // namespace

std::string manifest_manual(std::string_view text, HelpPages pages, const ManualEdition& edition) {
  constexpr std::string_view kManifestPage = "rartifacts-manifest";
  const auto schema = Schema::parse(text);
  auto out = roff_head(kManifestPage, 5, edition, "the list of Rust artifacts that `rartifacts scan` writes") +
             roff_title("Description") + roff_text(schema.at("description").get<std::string>()) + '\n' +
             roff_title("Forms");
  for (const auto& format : format_table()) out += roff_item(roff_bold(format.name), roff_text(format.what));
  out += roff_title("Members") + members_list(schema, schema.at("properties")) + ".SS Members of directories\n" +
         members_list(schema, schema.at(Pointer("/properties/directories/items/properties")));
  for (const auto& [name, definition] : schema.at("$defs").items()) {
    const auto properties = definition.find("properties");
    if (properties == definition.end()) continue;
    out +=
        fmt::format(".SS Members of {}\n{}\n", roff_literal(name), roff_text(schema_description(schema, definition))) +
        members_list(schema, *properties);
  }
  return out + roff_see_also(kManifestPage, pages);
}

}  // namespace rartifacts
