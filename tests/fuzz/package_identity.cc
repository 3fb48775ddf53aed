// SPDX-License-Identifier: MIT OR Apache-2.0
#include "package/identity.h"

#include "fuzz.h"

namespace rartifacts {
namespace {

// Names come out of the bytes that went in: there is no way for them to be longer.
void check(const PackageIdentity& identity, std::uint64_t size) {
  require(identity.name.size() <= size && identity.version.size() <= size && identity.architecture.size() <= size);
  require(identity.yields_to.size() <= 8192);
  for (const auto& name : identity.yields_to) require(name.size() <= size);
}

}  // namespace

void fuzz(Image& file) {
  const auto text = as_text(View(file).head(file.size()));
  check(read_deb_control(text), file.size());
  check(read_pkginfo(text), file.size());
  if (const auto identity = read_rpm_identity(View(file))) check(*identity, file.size());
  if (const auto diversions = read_diversions(text))
    for (const auto& diversion : *diversions) require(!diversion.path.empty() && !diversion.path.starts_with('\n'));
}

}  // namespace rartifacts
