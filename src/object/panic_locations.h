// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <optional>
#include <string>

namespace rartifacts {

/// What the source paths in a linked file tell.
struct PanicLocations {
  std::optional<std::string> proven;  ///< the path of a `core::panic::Location` that is in the file as rustc writes it
  std::optional<std::string> mentioned;  ///< a path of Rust's library that nothing refers to as a panic does
  std::optional<std::string> commit;     ///< 40 hex digits of `/rustc/<commit>/library/…`
  std::optional<std::string> release;    ///< `1.63.0`, of a distribution's `…/rustc-1.63.0…/library/…`
  bool is_partial = false;               ///< some constants were not looked through, for their size
};

/// Looks through the constants of an ELF, PE or Mach-O file. Errors: as of reading it; `too_large` when it is a stream and they
/// have passed by.
Result<PanicLocations> find_panic_locations(View file);

}  // namespace rartifacts
