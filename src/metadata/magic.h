// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

namespace rartifacts {

inline constexpr std::string_view kMetadataMagic{"rust\0\0\0", 7};
/// Up to version 4 a length stands in front, which is zero.
inline constexpr std::string_view kMetadataMagic4{"\0\0\0\0rust\0\0\0", 11};

/// True when bytes start as crate metadata of any version does.
inline bool is_metadata(Bytes head) {
  return as_text(head).starts_with(kMetadataMagic) || as_text(head).starts_with(kMetadataMagic4);
}

/// The member that holds the metadata of an rlib; up to rustc 1.24 it had another name.
inline constexpr std::string_view kMetadataMember = "lib.rmeta";
inline constexpr int kLastOldMember = 24;
inline bool is_metadata_member(std::string_view name) { return name == kMetadataMember || name == "rust.metadata.bin"; }
/// Names the members of an rlib that are Rust (rustc 1.97 and later).
inline constexpr std::string_view kLinkMember = "lib.rmeta-link";

}  // namespace rartifacts
