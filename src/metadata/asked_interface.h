// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/interface.h>

namespace rartifacts {

/// The index of a name that is shown as `predefined#635`.
std::optional<std::uint32_t> predefined_index(std::string_view name);

/// The public interface with members, and crates that the paths `asked` lead through gone into.
Result<std::vector<InterfaceItem>> interface_around(const NamedItems& crate, const std::vector<std::string>& asked,
                                                    const FindCrate& find, const FindItem& find_item);

}  // namespace rartifacts
