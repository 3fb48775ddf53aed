// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cargo-auditable adds a section `.dep-v0` to what cargo links: zlib data, in it JSON,
// {"packages":[{"name":"adler","version":"0.2.3","source":"crates.io","dependencies":[1]}]}.
#include "object/crate_list.h"

#include "bytes/inflate.h"
#include "bytes/json_tree.h"
#include "bytes/size_limits.h"

namespace rartifacts {
namespace {

constexpr auto kMostListBytes = size_limits::crate_list.most;

std::string text_of(const nlohmann::json& package, const char* name) {
  const auto found = package.find(name);
  return found != package.end() && found->is_string() ? found->get<std::string>() : std::string();
}

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
  std::vector<LinkedCrate> crates;
  const auto is_list = read_json_list(as_text(*text), "packages", [&](const nlohmann::json& package) -> Result<void> {
    auto name = package.is_object() ? text_of(package, "name") : std::string();
    if (name.empty()) return fail(ErrorKind::malformed, "a package without a name");
    if (crates.size() >= size_limits::listed_crates.most) return over(size_limits::listed_crates);
    crates.push_back({std::move(name), text_of(package, "version"), text_of(package, "source")});
    return {};
  });
  if (!is_list) return pass(is_list);
  if (!*is_list) return fail(ErrorKind::malformed, "not the JSON of cargo-auditable");
  return crates;
}

}  // namespace rartifacts
