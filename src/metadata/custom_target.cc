// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Names of custom targets
// =======================
//
// A kernel for x86 is compiled for `scripts/target.json`, and rustc calls that target `target-11037152212728156790` in its
// messages. The number is SipHash-1-3 of the JSON text as Rust hashes a string (the bytes, then FF), so reformatting the file
// makes another target (E0461). Up to 1.62 the *path* of the file was hashed instead, by the rules of `Path: Hash`, which
// changed over time; only the rules of 1.41 and 1.62 have been compared with those compilers.
#include "metadata/layout.h"
#include "metadata/siphash.h"

namespace rartifacts {
namespace {

void append_u64(std::string& out, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

// 1.41: each component is an enum variant and a length-prefixed string; 1 is the root, 4 a normal name.
// 1.62: the names joined without a separator, then their total length.
std::optional<std::string> hashed_path(std::string_view path, int minor) {
  if (!path.starts_with('/') || (minor != 41 && minor != 62)) return std::nullopt;
  const bool by_component = minor == 41;
  std::string message;
  if (by_component) append_u64(message, 1);
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    if (name.empty() || name == "." || name == "..") return std::nullopt;
    if (by_component) append_u64(message, 4), append_u64(message, name.size());
    message += name;
  }
  if (!by_component) append_u64(message, message.size());
  return message;
}

}  // namespace

std::optional<std::string> custom_target_name(const Crate& crate, int minor) {
  std::optional<std::string> message;
  if (crate.target_json) message = *crate.target_json + '\xff';
  else if (crate.target_path) message = hashed_path(*crate.target_path, minor);
  if (!message) return std::nullopt;
  return fmt::format("{}-{}", crate.triple, siphash13(as_bytes(*message)));
}

}  // namespace rartifacts
