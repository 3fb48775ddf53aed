// SPDX-License-Identifier: MIT OR Apache-2.0
#include "package/package_file.h"

#include <sys/stat.h>

#include "bytes/budget.h"
#include "package/stream.h"

namespace rartifacts {

Result<Image> read_from_package(int base, const std::string& package, const std::string& path) {
  std::optional<std::vector<std::uint8_t>> content;
  auto read =
      for_each_entry(base, package, [&](OpenedPackage&, PackageStream& stream, PackageEntry& entry) -> Result<void> {
        // Of several entries with one path the last one is installed.
        if (entry.path != path || !S_ISREG(entry.st_mode) || (entry.is_hard_link && entry.size == 0)) return {};
        if (entry.size > Budget::kMostHeld) return over(Limit::held);
        content.emplace();
        std::vector<std::uint8_t> piece(std::size_t{128} << 10);
        for (std::uint64_t rest = entry.size; rest > 0;) {
          auto got = stream.read(piece);
          if (!got) return pass(got);
          if (*got == 0) break;
          const auto taken = std::min<std::uint64_t>(*got, rest);
          content->insert(content->end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(taken));
          rest -= taken;
        }
        content->resize(entry.size);  // what is not there is a hole at the end of a sparse file
        return {};
      });
  if (!read) return pass(read);
  if (!content) return fail(ErrorKind::changed, "it is no longer in the package, or has another name there");
  return Image::of_bytes(std::move(*content));
}

}  // namespace rartifacts
