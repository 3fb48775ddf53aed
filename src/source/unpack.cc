// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Compressed modules
// ==================
//
// `make modules_install` compresses modules when CONFIG_MODULE_COMPRESS says so, after it has signed them. The content passes
// through memory as a whole, so two limits hold: no module is longer than kMaxModule, and none gets kMaxRatio times as long once it
// is longer than kAnyRatio. Zeros in xz have a ratio of 7000; modules, with all debug information, were seen with 10.
#include "source/unpack.h"

#include <algorithm>
#include <array>

#include "modules/load.h"
#include "modules/unpack.h"

namespace rartifacts {
namespace {

constexpr std::size_t kMaxModule = std::size_t{512} << 20;
constexpr std::size_t kAnyRatio = std::size_t{32} << 20;
constexpr std::size_t kMaxRatio = 100;

struct Packing {
  std::string_view suffix;
  std::string_view magic;
};
constexpr std::array kPackings{Packing{".ko.gz", "\x1f\x8b"}, Packing{".ko.xz", "\xfd\x37zXZ"},
                               Packing{".ko.zst", "\x28\xb5\x2f\xfd"}};

struct Unpacked {
  std::vector<std::uint8_t> bytes;
  std::size_t limit = 0;
};

bool take(void* context, const std::uint8_t* bytes, std::size_t size) {
  auto& unpacked = *static_cast<Unpacked*>(context);
  if (size > unpacked.limit - unpacked.bytes.size()) return false;
  unpacked.bytes.insert(unpacked.bytes.end(), bytes, bytes + size);
  return true;
}

}  // namespace

Result<std::optional<Image>> unpack_module(View file, std::string_view file_name, std::size_t most) {
  const auto* form = std::ranges::find_if(kPackings, [&](const auto& row) { return file_name.ends_with(row.suffix); });
  if (form == kPackings.end() || !as_text(file.head(8)).starts_with(form->magic)) return std::nullopt;
  auto unpack = load_module<rartifacts_unpack>("libarchive", kUnpack);
  if (!unpack) return pass(unpack);
  auto packed = file.fetch(0, file.size());
  if (!packed) return pass(packed);
  Unpacked unpacked{{}, std::min(most, std::clamp(packed->size() * kMaxRatio, kAnyRatio, kMaxModule))};
  unpacked.bytes.reserve(unpacked.limit);  // takes memory only as it is filled; growing would copy
  switch ((*unpack)(packed->data(), packed->size(), take, &unpacked)) {
    case 0: return Image::of_bytes(std::move(unpacked.bytes));
    case 1: return fail(ErrorKind::too_large, "unpacks to more than {} bytes: that is no module", unpacked.limit);
    default: return fail(ErrorKind::malformed, "its compression is damaged, or cut off");
  }
}

void note_packed(Artifact& artifact, std::uint64_t packed_size) {
  artifact.notes.push_back(fmt::format("compressed: {} bytes when unpacked", artifact.size));
  artifact.size = packed_size;
}

}  // namespace rartifacts
