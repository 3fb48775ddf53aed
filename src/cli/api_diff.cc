// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/api_diff.h>

#include <algorithm>
#include <map>
#include <set>

#include "bytes/budget.h"
#include "bytes/unicode.h"
#include "cli/commands.h"
#include "cli/crates.h"
#include "cli/operands.h"
#include "cli/terminal.h"
#include "diff/declaration.h"
#include "diff/numbered_names.h"
#include "scan/source_check.h"
#include "source/digest.h"
#include "write/api_difference.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

/// The text that rustc counts in: without a byte order mark, and with a newline for each CR LF.
std::string as_rustc_reads(std::string content) {
  const auto start = content.size() - without_byte_order_mark(content).size();
  std::size_t size = 0;
  for (auto i = start; i < content.size(); ++i)
    if (content[i] != '\r' || i + 1 == content.size() || content[i + 1] != '\n') content[size++] = content[i];
  content.resize(size);
  return content;
}

/// What forms of expressions and patterns a struct or variant takes.
std::string shape_of(const Items& items, DefIndex index, ItemKind kind) {
  if (kind != ItemKind::struct_type && kind != ItemKind::variant) return {};
  std::string_view form = "with named fields";
  bool has_private = false;
  for (const auto member : items.members(index)) {
    if (items.kind(member) == ItemKind::ctor)
      form = items.kind_text(member).contains("Const") ? "without fields" : "like a tuple";
    has_private = has_private || (items.kind(member) == ItemKind::field && kind == ItemKind::struct_type &&
                                  items.visibility(member).level != Visibility::Level::everywhere);
  }
  return fmt::format("{} {}{}", name_of(kind), form, has_private ? ", some of them private" : "");
}

/// Source files of the crates on one side: their checksums, and their content where it is proved to be what was compiled.
class SourceTexts {
 public:
  explicit SourceTexts(const std::string& directory) : directory_(directory) {}

  Result<void> add_to(ApiItem& item, const InterfaceItem& from) {
    if (!from.crate && from.dependency) {
      item.is_at_hand = false;
      item.place = fmt::format("{} {}", from.dependency->svh, from.index);
    }
    if (!from.crate || from.index == 0) return {};  // the declaration of a crate would be all of its source
    const auto& items = *from.crate->items;
    auto known = sources_of(items);
    if (!known) return pass(known);
    const auto& sources = **known;
    item.shape = shape_of(items, from.index, item.kind);
    const auto span = items.span(from.index);
    const auto& recorded = items.source_files();
    if (!recorded) return {};
    const auto* file = span && recorded->at(span->file) ? &*recorded->at(span->file) : nullptr;
    item.is_expanded = !file || span->is_expanded;
    if (item.is_expanded) item.place = sources.checksums;
    if (file) item.place += fmt::format("{} {} {}", file->checksum, span->offset, span->length);
    if (!file || item.kind == ItemKind::mod) return {};
    item.text = text_at(sources, *file, *span, item.kind, items.shown_name(from.index));
    item.holder = holder_of(sources, items, from.index);
    // A crate may say of each item that it stands wherever the source is longest.
    const auto size = (item.text ? item.text->size() : 0) + item.holder.size();
    if (auto charged = work(size); !charged) return charged;
    return keep(size + item.place.size());
  }

 private:
  struct Sources {
    std::string checksums;                     ///< of them all, in one
    std::map<std::string, std::string> texts;  ///< by path
  };

  static std::optional<std::string> text_at(const Sources& sources, const SourceFile& file, const SourceSpan& span,
                                            ItemKind kind, const std::string& name) {
    const auto text = sources.texts.find(file.path);
    if (text == sources.texts.end() || span.offset > text->second.size()) return std::nullopt;
    return declaration_text(text->second, span, kind, name);
  }

  static std::string holder_of(const Sources& sources, const Items& items, DefIndex index) {
    const auto parent = items.parent(index);
    const auto span = items.kind(parent) == ItemKind::impl ? items.span(parent) : std::nullopt;
    const auto& recorded = items.source_files();
    if (!span || !recorded->at(span->file)) return {};
    return text_at(sources, *recorded->at(span->file), *span, ItemKind::impl, "").value_or("");
  }

  Result<const Sources*> sources_of(const Items& items) {
    const auto known = sources_.find(&items);
    if (known != sources_.end()) return &known->second;
    Sources sources;
    if (const auto& recorded = items.source_files()) {
      std::set<std::string_view> checksums;
      for (const auto& file : *recorded)
        if (file) checksums.insert(file->checksum);
      Sha256 all;
      for (const auto checksum : checksums) all.add(as_bytes(checksum));
      sources.checksums = all.hex();
    }
    if (const auto& recorded = items.source_files(); recorded && !directory_.empty()) {
      auto checked = check_sources(*recorded, directory_, {}, true);
      if (!checked) return pass(checked);
      for (auto& file : *checked)
        if (file.state == SourceState::same)
          sources.texts.emplace(file.recorded.path, as_rustc_reads(std::move(file.content)));
    }
    return &sources_.emplace(&items, std::move(sources)).first->second;
  }

  const std::string& directory_;
  std::map<const Items*, Sources> sources_;
};

Result<ApiSide> api_side(const CrateChoice& choice, const std::string& directory) {
  const FindCrate find = [&](const Dependency& dependency) { return choice.shelf->find(dependency); };
  auto interface = public_interface(*choice.crate, true, find);
  if (!interface) return pass(interface);
  SourceTexts texts(directory);
  ApiSide side{.items = {}, .aliases = aliases_in(*choice.crate, *interface)};
  side.items.reserve(interface->size());
  for (const auto& item : *interface) {
    auto& added = side.items.emplace_back(ApiItem{.kind = item.kind, .path = item.path, .definition = item.definition});
    if (auto done = texts.add_to(added, item); !done) return pass(done);
  }
  return side;
}

void tell_left_out(std::size_t left_out, const std::string& path) {
  if (left_out > 0)
    complain(printable(
        fmt::format("{}: {} items are not compared: their names cannot be read without the crates that they are from",
                    path, left_out)));
}

Result<CrateChoice> choose_readable(const std::string& path, const std::string& crate) {
  auto choice = choose_crate(path, crate);
  if (choice && !choice->crate->items->has_kinds())
    return fail(ErrorKind::malformed, "{}: {}", path, choice->crate->items->notes().front());
  if (choice)
    for (const auto& note : choice->crate->items->notes()) complain(printable(fmt::format("{}: {}", path, note)));
  return choice;
}

}  // namespace

ExitCode run_api_diff(const DiffCommand& command) {
  std::vector<CrateApiDifference> differences;
  auto crates = command.crates;
  if (crates.empty()) crates.emplace_back();
  for (const auto& name : crates) {
    const auto before = choose_readable(command.before, name);
    if (!before) return refuse(before.error()), ExitCode::input;
    const auto after = choose_readable(command.after, name);
    if (!after) return refuse(after.error()), ExitCode::input;
    auto old_side = api_side(*before, command.source_before);
    if (!old_side) return refuse(old_side.error()), ExitCode::input;
    auto new_side = api_side(*after, command.source_after);
    if (!new_side) return refuse(new_side.error()), ExitCode::input;
    const auto& old_items = *before->crate->items;
    const auto& new_items = *after->crate->items;
    if (old_items.rustc() == new_items.rustc()) {
      name_numbered(*old_side, new_items);
      name_numbered(*new_side, old_items);
    }
    const auto [left_out, left_out_now] = leave_out_numbered({*old_side, old_items}, {*new_side, new_items});
    tell_left_out(left_out, command.before);
    tell_left_out(left_out_now, command.after);
    differences.push_back({after->crate->name, before->crate->items->rustc(), after->crate->items->rustc(),
                           diff_api(*old_side, *new_side),
                           !command.source_before.empty() && !command.source_after.empty()});
    if (command.breaking)
      std::erase_if(differences.back().difference.items,
                    [](const auto& item) { return !row_of(item.change).is_breaking; });
  }
  const auto printed = print(command.format == "json"       ? api_difference_json(differences)
                             : command.format == "markdown" ? api_difference_markdown(differences)
                                                            : api_difference_text(differences));
  if (printed != ExitCode::done) return printed;
  const bool is_breaking =
      std::ranges::any_of(differences, [](const auto& crate) { return crate.difference.is_breaking(); });
  return is_breaking ? ExitCode::findings : ExitCode::done;
}

}  // namespace rartifacts
