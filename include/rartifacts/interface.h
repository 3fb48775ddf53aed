// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/items.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// The items of a crate and its name, which is the first part of their paths.
struct NamedItems {
  std::string name;
  const Items* items = nullptr;
};

/// The crate at hand that satisfies a dependency, by SVH; null when there is none, or it cannot be read.
using FindCrate = std::function<const NamedItems*(const Dependency&)>;

/// One definition of that crate, proved: enough for what is only named. Nothing when it cannot be read so.
using FindItem = std::function<std::optional<ProvedItem>(const Dependency&, DefIndex)>;

/// A path under which something can be named from outside of the crate.
struct InterfaceItem {
  ItemKind kind = ItemKind::unknown;
  std::string path;  ///< `kernel::clk::Clk`, of a parameter `kernel::clk::Clk::<T>`
  /// Where it is defined, when the path is that of a re-export. Only the name of the crate when that is not at hand.
  std::string definition;
  const NamedItems* crate = nullptr;       ///< the crate that defines it, when it is at hand
  const Dependency* dependency = nullptr;  ///< that crate, when it is another one
  DefIndex index = 0;                      ///< its number there
  bool is_hidden = false;                  ///< it, or the module it is listed in, is marked #[doc(hidden)]
  bool is_first = true;    ///< what is inside of it is listed under this path; of an alias, under another
  bool is_member = false;  ///< a field, variant, parameter, or item of a trait or impl
};

/// `bang`, `attribute`, `derive`, or several with commas between, of what is a macro.
std::string macro_kinds(const Items& items, DefIndex macro);

/// What a user of the crate can name: public items of public modules and public re-exports, from the root on. Modules that are
/// re-exported are followed, those of other crates as far as `find` finds them, but no crate as a whole; each is gone through
/// once, under its shortest path. `members` adds fields, variants, parameters, and items of traits and inherent impls. Sorted by path, then kind.
/// With `find_item`, crates of which only names are needed are not read as a whole, and their items have no `crate`.
/// Error: `too_large` when the paths get longer than those of any crate.
Result<std::vector<InterfaceItem>> public_interface(const NamedItems& crate, bool members, const FindCrate& find,
                                                    const FindItem& find_item = {});

/// Paths whose contents are listed under another one, and that one.
using PathAliases = std::map<std::string, std::string, std::less<>>;
PathAliases aliases_in(const NamedItems& crate, const std::vector<InterfaceItem>& interface);

/// `path` where it is listed: what is inside of an alias stands under another path. Gives up where `is_there` never holds.
std::string without_aliases(std::string path, const PathAliases& aliases,
                            const std::function<bool(const std::string&)>& is_there);

/// What a crate does not offer of the paths that it was asked for, as they were asked.
struct MissingItems {
  struct Undecided {
    std::string path;
    std::string reason;  ///< `crate core is not at hand`
  };
  std::vector<std::string> missing;
  std::vector<Undecided> undecided;  ///< they lead to what cannot be read here
};

/// The paths among `asked` that cannot be named, in their order. Understands paths through re-exported modules.
Result<MissingItems> missing_from(const NamedItems& crate, const std::vector<std::string>& asked, const FindCrate& find,
                                  const FindItem& find_item = {});

/// A path as people write it, without `r#` and a leading `::`, as items have it. Nothing for what is no path of an item.
std::optional<std::string> item_path(std::string_view text);

/// What an item is in, and its own name: of `kernel::list::List::<impl Into<a::B>>` the latter is `<impl Into<a::B>>`.
std::pair<std::string_view, std::string_view> split_path(std::string_view path);

/// The path of an item whose last part is that of `path`, and which is otherwise most like it; empty when there is none.
std::string nearest_path(const std::vector<InterfaceItem>& interface, std::string_view path);

}  // namespace rartifacts
#pragma GCC visibility pop
