// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cargo-auditable adds a section `.dep-v0` to what cargo links: zlib data, in it JSON,
// {"packages":[{"name":"adler","version":"0.2.3","source":"crates.io","dependencies":[1]}]}.
#include "object/crate_list.h"

#include <nlohmann/json.hpp>

#include "bytes/inflate.h"
#include "bytes/size_limits.h"

namespace rartifacts {
namespace {

constexpr auto kMostListBytes = size_limits::crate_list.most;

// Nesting is cut off, so that a list of brackets is no stack of calls.
bool keeps(int depth, nlohmann::json::parse_event_t /*event*/, nlohmann::json& /*value*/) { return depth < 6; }

}  // namespace

Result<std::optional<std::vector<LinkedCrate>>> read_crate_list(View file) {
  auto section = find_section(file, ".dep-v0");
  if (!section) return pass(section);
  if (!*section) return std::nullopt;
  if ((*section)->size() > kMostListBytes) return over(size_limits::crate_list);
  auto packed = (*section)->fetch(0, (*section)->size());
  if (!packed) return pass(packed);
  auto text = inflate_all(*packed, DeflateForm::zlib, kMostListBytes, ".dep-v0");
  if (!text) return pass(text);
  const auto root = nlohmann::json::parse(as_text(*text), keeps, false);
  if (!root.is_object() || !root.contains("packages") || !root["packages"].is_array())
    return fail(ErrorKind::malformed, "not the JSON of cargo-auditable");
  std::vector<LinkedCrate> crates;
  for (const auto& package : root["packages"]) {
    const auto text_of = [&](const char* name) {
      const auto found = package.find(name);
      return found != package.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!package.is_object() || text_of("name").empty()) return fail(ErrorKind::malformed, "a package without a name");
    if (crates.size() >= size_limits::listed_crates.most) return over(size_limits::listed_crates);
    crates.push_back({text_of("name"), text_of("version"), text_of("source")});
  }
  return crates;
}

}  // namespace rartifacts
