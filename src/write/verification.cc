// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/verification.h"

#include "bytes/budget.h"
#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

std::string_view name_of(Discrepancy discrepancy) {
  return discrepancy_table[static_cast<std::size_t>(discrepancy)].name;
}

std::string count_of(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string verification_text(const Verification& verification) {
  std::string out;
  for (const auto& deviation : verification.deviations) {
    const auto line = fmt::format("{}: {} [{}]\n", printable(deviation.path), printable(deviation.message),
                                  name_of(deviation.discrepancy));
    if (!keep(line.size())) return {};
    out += line;
  }
  for (const auto& what : verification.not_compared) out += fmt::format("not compared: {}\n", printable(what));
  auto compared = count_of(verification.files, "file");
  if (verification.links > 0) compared += ", " + count_of(verification.links, "link");
  if (verification.directories > 0)
    compared += fmt::format(", {} director{}", verification.directories, verification.directories == 1 ? "y" : "ies");
  out += verification.deviations.empty()
             ? fmt::format("verdict: ok: {} as the manifest says\n", compared)
             : fmt::format("verdict: {} in {}\n", count_of(verification.deviations.size(), "difference"), compared);
  return out;
}

std::string verification_json(const Verification& verification, const std::string& manifest,
                              const std::string& directory) {
  Json json(2);
  json.begin_object().member("version", 1).path_member("manifest", manifest).path_member("directory", directory);
  json.member("verdict", verification.deviations.empty() ? "ok" : "findings");
  json.member("files", verification.files).member("links", verification.links);
  json.member("directories", verification.directories);
  json.key("differences").begin_array();
  for (const auto& deviation : verification.deviations) {
    const auto before = json.text().size();
    json.begin_object()
        .path_member("path", deviation.path)
        .member("what", name_of(deviation.discrepancy))
        .member("message", deviation.message)
        .end_object();
    if (!keep(json.text().size() - before)) return {};
  }
  json.end_array().key("not_compared").begin_array();
  for (const auto& what : verification.not_compared) json.value(what);
  json.end_array().end_object();
  return json.take() + '\n';
}

}  // namespace rartifacts
