// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/items.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>

#include "metadata/item_file.h"
#include "metadata/words.h"

namespace rartifacts {
namespace {

constexpr std::size_t kIndent = 4;

/// Finds and proves the definitions with whatever row of the table of encodings fits.
Result<void> prove_definitions(ItemFile& file, const std::function<Result<void>(ItemFile&)>& prove) {
  std::optional<Error> first_error;
  for (const auto& encoding : item_encodings_for(file.release)) {
    file.encoding = encoding;
    auto read = read_item_tables(file);
    if (read) read = prove(file);
    file.is_guessed = file.is_guessed || first_error.has_value();
    if (read || read.error().kind != ErrorKind::unsupported) return read;
    if (!first_error) first_error = read.error();
  }
  return std::unexpected(*first_error);
}

void sort_members(ItemFile& file) {
  const auto size = file.definitions.size();
  file.member_starts.assign(size + 1, 0);
  for (DefIndex i = 1; i < size; ++i)
    if (!file.definitions[i].is_absent) ++file.member_starts[file.definitions[i].parent + 1];
  for (std::size_t i = 1; i <= size; ++i) file.member_starts[i] += file.member_starts[i - 1];
  file.members.resize(file.member_starts[size]);
  auto next = file.member_starts;
  for (DefIndex i = 1; i < size; ++i)
    if (!file.definitions[i].is_absent) file.members[next[file.definitions[i].parent]++] = i;
}

}  // namespace

Result<std::unique_ptr<ItemFile>> open_items(View blob, const std::function<Result<void>(ItemFile&)>& read) {
  auto header = read_metadata_header(blob);
  if (!header) return pass(header);
  auto file = std::make_unique<ItemFile>(blob);
  file->header = *header;
  if (!header->release || header->release->minor < kFirstItems)
    return fail(ErrorKind::unsupported, "items: not read of {}, rustc 1.{} is the first", header->rustc, kFirstItems);
  file->release = std::min(header->release->minor, kNewestItems);
  std::optional<Error> first_error;
  for (const auto* layout : layout_candidates(*header)) {
    auto crate = decode_root(blob, *header, *layout, &file->places);
    if (!crate) {
      if (!first_error)
        first_error = Error{crate.error().kind, "items: unknown layout: " + crate.error().what, crate.error().offset};
      continue;
    }
    file->crate = std::move(*crate);
    if (file->crate.is_stub)
      return fail(ErrorKind::unsupported, "items: a stub has none: the .rmeta beside it has them");
    if (file->places.tables == 0 || !file->crate.stable_crate_id)
      return unknown_items("the crate root goes on otherwise");
    const auto& id = *file->crate.stable_crate_id;
    std::from_chars(id.data(), id.data() + id.size(), file->crate_id, 16);
    file->symbols = layout->symbol;
    file->is_guessed = first_error.has_value() || header->release->minor > kNewestItems;
    auto proved = prove_definitions(*file, read);
    if (proved) return file;
    if (proved.error().kind != ErrorKind::unsupported) return pass(proved);
    // An error of a row that fits the root says more than one of a row that does not.
    if (!first_error || !first_error->what.starts_with("items: unknown layout: definition"))
      first_error = proved.error();
    break;
  }
  return std::unexpected(*first_error);
}

Items::Items(std::unique_ptr<ItemFile> file) : file_(std::move(file)) {}
Items::Items(Items&&) noexcept = default;
Items& Items::operator=(Items&&) noexcept = default;
Items::~Items() = default;

Result<Items> Items::read(View blob) {
  auto items = open(blob);
  if (!items) return items;
  if (auto proved = items->prove(); !proved) return pass(proved);
  return items;
}

Result<Items> Items::open(View blob) {
  auto file = open_items(blob, read_definitions);
  if (!file) return pass(file);
  auto& items = **file;
  if (!items.crate.is_proc_macro.value_or(false)) harvest_words(items);
  if (auto kinds = read_kinds(items)) {
    items.has_kinds = true;
    find_reexports(items);
  } else if (kinds.error().kind == ErrorKind::unsupported) {
    items.kind_problem = kinds.error().what;
    for (auto& definition : items.definitions) definition.kind = 0;
  } else {
    return pass(kinds);
  }
  return Items(std::move(*file));
}

DefIndex Items::size() const { return static_cast<DefIndex>(file_->definitions.size()); }
const Crate& Items::crate() const { return file_->crate; }
bool Items::is_proc_macro() const { return file_->crate.is_proc_macro.value_or(false); }
const std::string& Items::rustc() const { return file_->header.rustc; }
bool Items::has_kinds() const { return file_->has_kinds; }
bool Items::has_reexports() const { return file_->has_reexports; }

std::vector<std::string> Items::notes() const {
  std::vector<std::string> notes;
  if (!file_->has_kinds) notes.push_back(file_->kind_problem + ": names are proved, kinds are unknown");
  if (file_->has_kinds && file_->release < kFirstTagSpans && !is_proc_macro())
    notes.push_back(fmt::format("re-exports are not read from metadata of rustc before 1.{}", kFirstTagSpans));
  else if (file_->has_kinds && !file_->has_reexports && !is_proc_macro())
    notes.push_back("the re-exports cannot be read, so items that are public only through them are not listed");
  if (file_->kinds_guessed)
    notes.push_back("kinds are read as another release of rustc numbers them: no other numbering fits");
  if (const auto count = file_->unresolved.size(); count > 0)
    notes.push_back(fmt::format("{} names are words of rustc that are not known here", count));
  return notes;
}

DefIndex Items::parent(DefIndex index) const { return file_->definitions[index].parent; }

Result<void> Items::prove() const { return finish_proof(*file_); }

std::optional<std::string_view> Items::name(DefIndex index) const {
  rartifacts::prove(*file_, index);
  return file_->name(file_->definitions[index]);
}

bool Items::is_anonymous(DefIndex index) const { return file_->definitions[index].data == DefData::anon_assoc_ty; }

std::string Items::shown_name(DefIndex index) const {
  rartifacts::prove(*file_, index);
  return file_->shown_name(file_->definitions[index]);
}

std::string Items::path(DefIndex index, std::string_view crate_name) const {
  rartifacts::prove(*file_, index);
  return file_->path(index, crate_name);
}

ItemKind Items::kind(DefIndex index) const { return file_->kind(index); }

std::string_view Items::kind_text(DefIndex index) const {
  const auto number = file_->definitions[index].kind;
  return number == 0 || number > file_->kinds.size() ? "unknown" : file_->kinds[number - 1].text;
}

Visibility Items::visibility(DefIndex index) const {
  if (!file_->has_kinds) return {};
  // One that cannot be read is as good as private.
  const auto visibility = read_visibility(*file_, index);
  return visibility ? *visibility : Visibility{Visibility::Level::module, 0};
}

bool Items::is_doc_hidden(DefIndex index) const { return file_->is_doc_hidden(index); }

std::optional<std::vector<DefIndex>> Items::children(DefIndex index) const {
  if (!file_->has_kinds) return std::nullopt;
  const bool are_macros = is_proc_macro();
  const auto array = are_macros ? ItemTable::Array{} : file_->tables[file_->child_table].array(index);
  if (are_macros ? index != 0 || file_->places.macros == 0 : array.position == 0) return std::nullopt;
  auto children = are_macros ? read_macros(*file_) : read_children(*file_, index, array);
  if (!children && !file_->problem) file_->problem = children.error();
  return children ? std::optional(std::move(*children)) : std::nullopt;
}

std::vector<ReExport> Items::reexports(DefIndex module) const {
  auto records = read_reexports(*file_, module);
  if (!records && !file_->problem) file_->problem = records.error();
  return records ? std::move(*records) : std::vector<ReExport>();
}

Result<void> Items::check() const {
  if (file_->problem) return std::unexpected(*file_->problem);
  return {};
}

std::vector<DefIndex> Items::inherent_impls(DefIndex type) const {
  if (!std::exchange(file_->looked_for_impls, true)) find_inherent_impls(*file_);
  return read_inherent_impls(*file_, type);
}

std::vector<DefIndex> Items::members(DefIndex index) const {
  if (file_->member_starts.empty()) sort_members(*file_);
  return {file_->members.begin() + file_->member_starts[index],
          file_->members.begin() + file_->member_starts[index + 1]};
}

const Result<std::vector<std::optional<SourceFile>>>& Items::source_files() const {
  if (!file_->sources) file_->sources = read_source_files(*file_);
  return *file_->sources;
}

std::optional<SourceSpan> Items::span(DefIndex index) const {
  source_files();
  return read_span(*file_, index);
}

std::optional<std::string_view> Items::predefined(std::uint32_t symbol) const { return file_->predefined.find(symbol); }

bool Items::may_be(std::uint32_t symbol, std::string_view word) const {
  if (const auto known = predefined(symbol)) return *known == word;
  const bool may_have_new_words = file_->header.release->minor > kNewestItems;
  return (may_have_new_words || predefined_words().contains(word)) && !file_->predefined.contains(word);
}

std::string Items::listing() const {
  std::string out;
  const auto numbered_path = [&](DefIndex index) {
    std::string path;
    for (; index != 0; index = parent(index)) {
      const auto number = file_->definitions[index].number;
      path = fmt::format("::{}{}{}", shown_name(index), number != 0 ? fmt::format("#{}", number) : "", path);
    }
    return "crate" + path;
  };
  const auto write = [&](const auto& self, DefIndex index, std::size_t depth) -> void {
    const auto visible = visibility(index);
    const auto where = visible.level == Visibility::Level::everywhere
                           ? "Public"
                           : fmt::format("Restricted(\"{}\")", numbered_path(visible.module));
    out += fmt::format("{:{}}{} {} {} {{", "", depth * kIndent, where, kind_text(index),
                       index == 0                                   ? "crate"
                       : has_symbol(file_->definitions[index].data) ? shown_name(index)
                                                                    : "???");
    const auto array = file_->tables[file_->child_table].array(index);
    const auto list = array.position == 0 ? std::nullopt : children(index);
    if (!list) {
      out += "}\n";
      return;
    }
    out += '\n';
    // A macro is listed wherever it is written, and holds nothing: else lists could lead back to themselves.
    const bool is_macro = file_->definitions[index].data == DefData::macro_ns;
    for (const auto child : *list)
      if (child != 0 && !is_macro) self(self, child, depth + 1);
    out += fmt::format("{:{}}}}\n", "", depth * kIndent);
  };
  if (has_kinds()) write(write, 0, 0);
  return out;
}

std::vector<std::optional<std::string>> prove_predefined(View blob, const std::vector<std::uint32_t>& symbols) {
  std::vector<std::optional<std::string>> words(symbols.size());
  const auto file = open_items(blob, read_definitions);
  if (!file) return words;
  for (std::size_t i = 0; i < symbols.size(); ++i) words[i] = (*file)->predefined.find(symbols[i]);
  return words;
}

}  // namespace rartifacts
