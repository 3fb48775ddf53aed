// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/difference.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

std::string_view name_of(Change change) { return change_table[static_cast<std::size_t>(change)].name; }

bool has(const CrateChange& crate, Change change) {
  return std::ranges::find(crate.changes, change) != crate.changes.end();
}

std::string crate_count(std::size_t count) {
  return count == 0 ? "no crate" : fmt::format("{} crate{}", count, count == 1 ? "" : "s");
}

std::string joined(const std::set<std::string>& all) {
  return all.empty() ? "none" : printable(fmt::format("{}", fmt::join(all, ", ")));
}

// What both sets have in common is said once; where they differ, both are shown.
std::string heading(std::string_view title, const std::set<std::string>& before, const std::set<std::string>& after) {
  if (before == after) return fmt::format("{:<9} {}\n", title, joined(after));
  return fmt::format("{:<9} - {}\n{:<9} + {}\n", title, joined(before), "", joined(after));
}

std::string crate_line(const CrateChange& crate) {
  const auto& shown = crate.after ? *crate.after : *crate.before;
  std::string words;
  for (const auto change : crate.changes) words += (words.empty() ? "" : ", ") + std::string(name_of(change));
  const char sign = !crate.before ? '+' : !crate.after ? '-' : '~';
  auto line = fmt::format("{} {}: {}", sign, printable(crate.name), words);
  if (crate.before && crate.after && crate.before->crate->svh != crate.after->crate->svh)
    line += fmt::format(" {} -> {}", printable(crate.before->crate->svh), printable(crate.after->crate->svh));
  else line += fmt::format(" {}", printable(shown.crate->svh));
  if (has(crate, Change::moved))
    return line + fmt::format(" ({} -> {})\n", printable(crate.before->path), printable(crate.after->path));
  return line + fmt::format(" ({})\n", printable(shown.path));
}

char sign_of(Change change) { return change == Change::added ? '+' : change == Change::removed ? '-' : '~'; }

std::string summary(const Difference& difference) {
  if (is_empty(difference)) return fmt::format("no difference: {}", crate_count(difference.unchanged));
  std::map<Change, std::size_t> counts;
  for (const auto& crate : difference.crates)
    for (const auto change : crate.changes) ++counts[change];
  std::string out =
      fmt::format("{} before, {} after", crate_count(difference.before.crates), crate_count(difference.after.crates));
  if (difference.unchanged > 0) out += fmt::format(": {} the same", difference.unchanged);
  for (const auto& [change, count] : counts)
    out += fmt::format("{}{} {}", change == counts.begin()->first && difference.unchanged == 0 ? ": " : ", ", count,
                       name_of(change));
  if (!difference.files.empty())
    out += fmt::format("; {} other file{}", difference.files.size(), difference.files.size() == 1 ? "" : "s");
  return out;
}

void write_side(Json& json, std::string_view key, const std::string& name, const DiffSide& side) {
  json.key(key).begin_object().path_member("name", name).member("crates", side.crates);
  for (const auto& [title, all] : {std::pair("rustc", &side.compilers), std::pair("targets", &side.targets)}) {
    json.key(title).begin_array();
    for (const auto& text : *all) json.value(text);
    json.end_array();
  }
  json.end_object();
}

void write_crate(Json& json, std::string_view key, const Artifact* artifact) {
  json.key(key);
  if (!artifact) return void(json.null());
  json.begin_object().path_member("path", artifact->path).member("svh", artifact->crate->svh);
  json.key("rustc");
  if (artifact->metadata) json.value(artifact->metadata->rustc);
  else json.null();
  json.member("target", artifact->crate->custom_target.value_or(artifact->crate->triple)).end_object();
}

}  // namespace

bool is_empty(const Difference& difference) { return difference.crates.empty() && difference.files.empty(); }

std::string difference_text(const Difference& difference, const DiffNames& names) {
  std::string out;
  if (!is_empty(difference)) {
    out += fmt::format("--- {}: {}\n", printable(names.before), crate_count(difference.before.crates));
    out += fmt::format("+++ {}: {}\n", printable(names.after), crate_count(difference.after.crates));
    out += heading("rustc", difference.before.compilers, difference.after.compilers);
    out += heading("target", difference.before.targets, difference.after.targets);
  }
  for (const auto& crate : difference.crates) out += crate_line(crate);
  for (const auto& file : difference.files)
    out += fmt::format("{} {}: {}\n", sign_of(file.change), printable(file.path), name_of(file.change));
  for (const auto& what : difference.not_compared) out += fmt::format("not compared: {}\n", printable(what));
  return out + summary(difference) + '\n';
}

std::string difference_json(const Difference& difference, const DiffNames& names) {
  Json json(2);
  json.begin_object().member("version", 1).member("verdict", is_empty(difference) ? "same" : "different");
  write_side(json, "before", names.before, difference.before);
  write_side(json, "after", names.after, difference.after);
  json.member("unchanged", difference.unchanged).key("crates").begin_array();
  for (const auto& crate : difference.crates) {
    json.begin_object().member("name", crate.name).key("changes").begin_array();
    for (const auto change : crate.changes) json.value(name_of(change));
    json.end_array();
    write_crate(json, "before", crate.before);
    write_crate(json, "after", crate.after);
    json.end_object();
  }
  json.end_array().key("files").begin_array();
  for (const auto& file : difference.files)
    json.begin_object().path_member("path", file.path).member("change", name_of(file.change)).end_object();
  json.end_array().key("not_compared").begin_array();
  for (const auto& what : difference.not_compared) json.value(what);
  json.end_array().end_object();
  return json.take() + '\n';
}

}  // namespace rartifacts
