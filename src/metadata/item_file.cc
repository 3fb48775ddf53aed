// SPDX-License-Identifier: MIT OR Apache-2.0
#include "metadata/item_file.h"

#include <array>

namespace rartifacts {

std::optional<std::string_view> ItemFile::name(const Definition& definition) const {
  if (definition.text) return definition.stored();
  return predefined.find(definition.size_or_word);
}

std::string ItemFile::shown_name(const Definition& definition) const {
  if (const auto known = name(definition)) return std::string(*known);
  if (definition.predefined() < Definition::kNone) return unknown_word(definition.predefined());
  return fmt::format("{{{}#{}}}", name_of(definition.data), definition.number);
}

std::string ItemFile::path(DefIndex index, std::string_view crate_name) const {
  std::array<DefIndex, kDeepestItem> parts;
  std::size_t depth = 0, size = crate_name.size();
  for (; index != 0; index = definitions[index].parent) {
    size += 2 + name(definitions[index]).value_or("{AnonConst#1}").size();
    if (definitions[index].data != DefData::foreign_mod) parts[depth++] = index;
  }
  std::string path;
  path.reserve(size);
  path += crate_name;
  while (depth > 0) {
    const auto& part = definitions[parts[--depth]];
    path += "::";
    if (const auto known = name(part)) path += *known;
    else path += shown_name(part);
  }
  return path;
}

bool ItemFile::is_doc_hidden(DefIndex index) const {
  if (hash_table == 0) return false;
  const auto& flags = tables[hash_table - 1];
  if (flags.width != 1 || index >= flags.size) return false;
  const auto byte = blob.fetch(flags.position + index, 1);
  return byte && (byte->front() & 1) != 0;
}

Result<ProvedItem> prove_item(View blob, DefIndex index, std::string_view crate_name) {
  const auto file = open_items(blob, [index](ItemFile& read) { return read_definition(read, index); });
  if (!file) return pass(file);
  if (!(*file)->unresolved.empty()) return fail(ErrorKind::unsupported, "items: a word that is not known");
  const auto last = static_cast<DefIndex>((*file)->definitions.size() - 1);
  const auto& definition = (*file)->definitions[last];
  ProvedItem item{.path = (*file)->path(last, crate_name),
                  .rustc = (*file)->header.rustc,
                  .predefined = std::nullopt,
                  .name = (*file)->shown_name(definition),
                  .is_hidden = (*file)->is_doc_hidden(index)};
  if (definition.predefined() < Definition::kNone) item.predefined = definition.predefined();
  return item;
}

}  // namespace rartifacts
