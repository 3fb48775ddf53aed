// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What Mach-O and PE libraries export stands in a trie, in a table of ordinals, in a symbol table, each with three generations of
// headers. LIEF knows them all; it is opened here, and only here.
#include <algorithm>

#include "bytes/size_limits.h"
#include "container/sections.h"
#include "modules/foreign_library.h"
#include "modules/load.h"

namespace rartifacts {
namespace {

struct Taken {
  const std::vector<std::string_view>& prefixes;
  bool has_underscore;
  std::vector<std::string> names;
};

void take_name(void* context, const char* name, std::size_t length) {
  auto& taken = *static_cast<Taken*>(context);
  std::string_view text(name, length);
  if (taken.has_underscore && text.starts_with('_')) text.remove_prefix(1);
  if (std::ranges::any_of(taken.prefixes, [&](auto prefix) { return text.starts_with(prefix); }))
    taken.names.emplace_back(text);
}

}  // namespace

Result<std::vector<std::string>> foreign_exports(View file, const std::vector<std::string_view>& prefixes) {
  const auto format = object_format(file.head(64));
  View library = file;
  if (format == ObjectFormat::macho_fat) {
    auto slice = first_macho_slice(file);
    if (!slice) return pass(slice);
    library = *slice;
  }
  // LIEF copies the file, and makes up to six times as much of it. The largest proc macros have 20 MB.
  if (library.size() > size_limits::exports_of_library.most) return over(size_limits::exports_of_library);
  const auto read = load_module<rartifacts_read_exports>("lief", kReadExports);
  if (!read) return pass(read);
  auto bytes = library.fetch(0, library.size());
  if (!bytes) return pass(bytes);
  Taken taken{prefixes, format != ObjectFormat::pe, {}};
  if ((*read)(bytes->data(), bytes->size(), take_name, &taken) != 0)
    return fail(ErrorKind::malformed, "the tables of exports are damaged, or of a form that LIEF does not know");
  // The symbol table and the trie of a Mach-O library both have each name.
  std::ranges::sort(taken.names);
  taken.names.erase(std::ranges::unique(taken.names).begin(), taken.names.end());
  return taken.names;
}

}  // namespace rartifacts
