// SPDX-License-Identifier: MIT OR Apache-2.0
#include "kernel/auxiliary_claims.h"

#include <rartifacts/container.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bytes/unicode.h"

namespace rartifacts {
namespace {

bool is_plain_text(std::string_view text) {
  bool is_ascii = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) return false;
    is_ascii = is_ascii && byte < 0x80;
  }
  return is_ascii || is_utf8(text);
}

// `-C`, `--cfg`: the next line may be its value.
bool is_bare_option(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return is_ascii_letter(c) || c == '-'; });
}

// rustc reads the value of --cfg as it reads Rust, and a string has an end.
bool has_open_string(std::string_view line) {
  bool is_open = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_open && line[i] == '\\') ++i;
    else if (line[i] == '"') is_open = !is_open;
  }
  return is_open;
}

// What rustc takes as @file: one argument a line. A private key begins with dashes too, with more of them.
bool is_options(std::string_view text) {
  if (!is_plain_text(text)) return false;
  bool takes_value = false;
  bool is_cfg = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    const auto name = line.substr(std::min<std::size_t>(line.starts_with("--") ? 2 : 1, line.size()));
    const bool is_option = line.starts_with('-') && !name.empty() && is_ascii_letter(name.front());
    if (!is_option && !takes_value) return false;
    if ((is_cfg || line.starts_with("--cfg=")) && has_open_string(line)) return false;
    is_cfg = line == "--cfg";
    takes_value = is_option && is_bare_option(line);
  }
  return true;
}

bool is_json_object(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && text[first] == '{' && nlohmann::json::accept(text);
}

bool is_bitcode(std::string_view bytes) {
  return object_format(as_bytes(bytes.substr(0, 64))) == ObjectFormat::bitcode;
}

struct Claim {
  std::string_view ending;
  bool (*holds)(std::string_view content);
  std::string_view what;
};
constexpr std::array kClaims{
    Claim{"rustc_cfg", is_options, "lines of options for rustc"},
    Claim{"target.json", is_json_object, "a JSON object"},
    Claim{".rs", is_plain_text, "text"},
    Claim{".bc", is_bitcode, "LLVM bitcode"},
};

}  // namespace

Result<void> check_claim(std::string_view path, std::string_view content) {
  for (const auto& claim : kClaims)
    if (path.ends_with(claim.ending) && !claim.holds(content))
      return fail(ErrorKind::malformed, "not {}, so it is not what its name says", claim.what);
  return {};
}

}  // namespace rartifacts
