// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "metadata/layout.h"

namespace rartifacts {

std::vector<const Layout*> layout_candidates(const MetadataHeader& header) {
  std::ptrdiff_t own = std::ssize(layouts()) - 1;
  if (header.release) {
    const auto next = std::ranges::upper_bound(layouts(), header.release->minor, {}, &Layout::first);
    own = std::max<std::ptrdiff_t>(0, next - layouts().begin() - 1);
  }
  std::vector<const Layout*> rows{&layouts()[static_cast<std::size_t>(own)]};
  for (std::ptrdiff_t distance = 1; distance < std::ssize(layouts()); ++distance)
    for (const auto row : {own - distance, own + distance})
      if (row >= 0 && row < std::ssize(layouts())) rows.push_back(&layouts()[static_cast<std::size_t>(row)]);
  return rows;
}

namespace {

// For roots that no row fits: the crate header alone, which has not changed since 1.72.
std::optional<Crate> header_alone(View blob, const MetadataHeader& header) {
  constexpr std::uint8_t kFirstHeader = 8;
  constexpr std::uint8_t kFirstStub = 10;
  if (header.version < kFirstHeader) return std::nullopt;
  Layout row = layouts().back();
  if (header.version < kFirstStub) row.has &= ~unsigned{Layout::kStub};
  auto crate = decode_crate_header(blob, header, row);
  return crate ? std::optional(*crate) : std::nullopt;
}

}  // namespace

Result<Metadata> read_metadata(View blob) {
  constexpr std::uint8_t kFirstDecoded = 5;
  auto header = read_metadata_header(blob);
  if (!header) return pass(header);
  Metadata metadata;
  metadata.header = *header;
  if (header->version < kFirstDecoded) {
    metadata.reason = fmt::format("metadata version {} is older than rustc 1.41: header only", header->version);
    return metadata;
  }
  const bool is_known =
      header->release && header->release->minor >= layouts().front().first && header->release->minor <= kNewestChecked;
  std::optional<Error> own_error;
  for (const Layout* row : layout_candidates(*header)) {
    auto crate = decode_root(blob, *header, *row);
    if (crate) {
      metadata.layout_guessed = own_error.has_value() || !is_known;
      metadata.crate = std::move(*crate);
      break;
    }
    if (!own_error) own_error = crate.error();
  }
  if (!metadata.crate) {
    if (is_known && own_error->kind == ErrorKind::truncated) return std::unexpected(*own_error);
    // When nothing but a name speaks against the layout of this release, no rustc has written the name.
    if (is_known && decode_root(blob, *header, *layout_candidates(*header).front(), nullptr, NameCheck::none))
      return fail(ErrorKind::malformed, "{}, which rustc would never have written", own_error->what);
    metadata.crate = header_alone(blob, *header);
    metadata.reason = fmt::format("unknown layout ({})", own_error->what);
  }
  if (metadata.crate && header->release)
    metadata.crate->custom_target = custom_target_name(*metadata.crate, header->release->minor);
  if (metadata.crate && metadata.crate->is_stub) metadata.reason = "stub: the full metadata is in the .rmeta beside it";
  return metadata;
}

}  // namespace rartifacts
