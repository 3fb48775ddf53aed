// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <string_view>

namespace rartifacts {

/// True when bytes start as crate metadata of any version does.
bool is_metadata(Bytes head);
/// True for the member that holds the metadata of an rlib: `lib.rmeta`, up to rustc 1.24 `rust.metadata.bin`.
bool is_metadata_member(std::string_view name);

}  // namespace rartifacts
