// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/api_diff.h>

#include <algorithm>
#include <map>

#include "bytes/budget.h"
#include "bytes/unicode.h"
#include "cli/commands.h"
#include "cli/crates.h"
#include "cli/operands.h"
#include "cli/terminal.h"
#include "diff/declaration.h"
#include "metadata/layout.h"
#include "scan/source_check.h"
#include "write/api_difference.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_space) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

/// The text that rustc counts in: without a byte order mark, and with a newline for each CR LF.
std::string as_rustc_reads(std::string content) {
  const auto start = content.size() - without_byte_order_mark(content).size();
  std::size_t size = 0;
  for (auto i = start; i < content.size(); ++i)
    if (content[i] != '\r' || i + 1 == content.size() || content[i + 1] != '\n') content[size++] = content[i];
  content.resize(size);
  return content;
}

/// Source files of the crates on one side: their checksums, and their content where it is proved to be what was compiled.
class SourceTexts {
 public:
  explicit SourceTexts(const std::string& directory) : directory_(directory) {}

  Result<void> add_to(ApiItem& item, const InterfaceItem& from) {
    if (!from.crate || from.index == 0) return {};  // the declaration of a crate would be all of its source
    auto files = files_of(*from.crate->items);
    if (!files) return pass(files);
    const auto span = from.crate->items->span(from.index);
    const auto& recorded = from.crate->items->source_files();
    if (!span || !recorded || !recorded->at(span->file)) return {};
    item.checksum = recorded->at(span->file)->checksum;
    const auto text = (*files)->find(recorded->at(span->file)->path);
    if (text == (*files)->end() || span->offset > text->second.size()) return {};
    item.text =
        on_one_line(declaration_text(text->second, *span, item.kind, from.crate->items->shown_name(from.index)));
    // A crate may say of each item that it stands wherever the source is longest.
    if (auto charged = work(item.text->size()); !charged) return charged;
    return keep(item.text->size());
  }

 private:
  using Texts = std::map<std::string, std::string>;

  Result<const Texts*> files_of(const Items& items) {
    const auto known = texts_.find(&items);
    if (known != texts_.end()) return &known->second;
    Texts texts;
    if (const auto& recorded = items.source_files(); recorded && !directory_.empty()) {
      auto checked = check_sources(*recorded, directory_, {}, true);
      if (!checked) return pass(checked);
      for (auto& file : *checked)
        if (file.state == SourceState::same) texts.emplace(file.recorded.path, as_rustc_reads(std::move(file.content)));
    }
    return &texts_.emplace(&items, std::move(texts)).first->second;
  }

  const std::string& directory_;
  std::map<const Items*, Texts> texts_;
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

/// Another rustc has other numbers for its words: a name that is only known as one cannot be compared.
void leave_out_numbered(ApiSide& side, const std::string& path) {
  const auto left_out = std::erase_if(side.items, [](const auto& item) { return item.path.contains(kUnknownWord); });
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
    if (before->crate->items->rustc() != after->crate->items->rustc()) {
      leave_out_numbered(*old_side, command.before);
      leave_out_numbered(*new_side, command.after);
    }
    differences.push_back({after->crate->name, before->crate->items->rustc(), after->crate->items->rustc(),
                           diff_api(*old_side, *new_side)});
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
