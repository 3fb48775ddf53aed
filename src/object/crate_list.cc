// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cargo-auditable adds a section `.dep-v0` to what cargo links: zlib data, in it JSON,
// {"packages":[{"name":"adler","version":"0.2.3","source":"crates.io","dependencies":[1]}]}.
#include "object/crate_list.h"

#include <zlib.h>

#include <nlohmann/json.hpp>

namespace rartifacts {
namespace {

constexpr std::size_t kMostListBytes = std::size_t{1} << 20;  ///< ten times the largest that is known
constexpr std::size_t kMostCrates = 20'000;

Result<std::string> inflated_list(Bytes packed) {
  std::string out;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return fail(ErrorKind::io, "zlib does not start");
  stream.next_in = const_cast<std::uint8_t*>(packed.data());
  stream.avail_in = static_cast<unsigned>(packed.size());
  int status = Z_OK;
  while (status == Z_OK && out.size() < kMostListBytes) {
    constexpr std::size_t kStep = std::size_t{64} << 10;
    const auto filled = out.size();
    out.resize(filled + kStep);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream.avail_out = kStep;
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status == Z_OK) return fail(ErrorKind::too_large, "more than {} MiB unpacked", kMostListBytes >> 20);
  if (status != Z_STREAM_END) return fail(ErrorKind::malformed, "zlib data that is damaged");
  return out;
}

// Nesting is cut off, so that a list of brackets is no stack of calls.
bool keeps(int depth, nlohmann::json::parse_event_t /*event*/, nlohmann::json& /*value*/) { return depth < 6; }

}  // namespace

Result<std::optional<std::vector<LinkedCrate>>> read_crate_list(View file) {
  auto section = find_section(file, ".dep-v0");
  if (!section) return pass(section);
  if (!*section) return std::nullopt;
  if ((*section)->size() > kMostListBytes) return fail(ErrorKind::too_large, "{} bytes", (*section)->size());
  auto packed = (*section)->fetch(0, (*section)->size());
  if (!packed) return pass(packed);
  auto text = inflated_list(*packed);
  if (!text) return pass(text);
  const auto root = nlohmann::json::parse(*text, keeps, false);
  if (!root.is_object() || !root.contains("packages") || !root["packages"].is_array())
    return fail(ErrorKind::malformed, "not the JSON of cargo-auditable");
  std::vector<LinkedCrate> crates;
  for (const auto& package : root["packages"]) {
    const auto text_of = [&](const char* name) {
      const auto found = package.find(name);
      return found != package.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!package.is_object() || text_of("name").empty()) return fail(ErrorKind::malformed, "a package without a name");
    if (crates.size() >= kMostCrates) return fail(ErrorKind::too_large, "more than {} crates", kMostCrates);
    crates.push_back({text_of("name"), text_of("version"), text_of("source")});
  }
  return crates;
}

}  // namespace rartifacts
