// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/crate_shelf.h"

#include <fcntl.h>
#include <rartifacts/classify.h>
#include <rartifacts/graph.h>
#include <rartifacts/select.h>

#include <algorithm>

#include "bytes/path.h"
#include "package/package_file.h"

namespace rartifacts {
namespace {

// A full .rmeta is what rustc reads first.
int preference(const Artifact& artifact) {
  if (artifact.crate->is_stub) return 4;
  switch (artifact.kind) {
    case Kind::rmeta: return 0;
    case Kind::proc_macro: return 1;
    case Kind::rlib: return 2;
    default: return 3;
  }
}

const Artifact* preferred(const Artifact* one, const Artifact& other) {
  return one && preference(*one) <= preference(other) ? one : &other;
}

}  // namespace

/// One crate, with all that it looks into.
struct CrateShelf::Crate {
  std::optional<OpenedFile> file;
  std::optional<Image> image;
  RustcSection metadata{nullptr, View(kNothing)};
  std::optional<Items> items;
  NamedItems named;
  static inline Image kNothing = Image::borrowed({});
};

CrateShelf::CrateShelf(std::string base, ScanResult scan) : base_(std::move(base)), scan_(std::move(scan)) {}
CrateShelf::~CrateShelf() = default;

Result<const Artifact*> CrateShelf::file_of(std::string_view name) const {
  const Artifact* found = nullptr;
  for (const auto& artifact : scan_.artifacts) {
    if (!artifact.crate || artifact.crate->name.text != name || artifact.link_target) continue;
    if (found && found->crate->svh != artifact.crate->svh)
      return fail(ErrorKind::unsupported, "{} and {} are different crates {}: name one of them", found->path,
                  artifact.path, name);
    found = preferred(found, artifact);
  }
  if (!found) return fail(ErrorKind::io, "no crate {}", name);
  return found;
}

void CrateShelf::scan_folder() {
  if (folder_.empty()) return;
  auto options = scan_for(Profile::oot);
  options.kernel_kinds = options.kinds;
  options.base = base_;
  options.paths = {std::exchange(folder_, {})};
  options.recurse = false;
  options.jobs = 1;  // for one folder, threads cost more than they save
  neighbours_ = rartifacts::scan(options);
}

const Artifact* CrateShelf::by_svh(std::string_view svh) {
  if (const auto known = by_svh_.find(svh); known != by_svh_.end()) return known->second;
  const Artifact* found = nullptr;
  const auto look = [&](const ScanResult& scan) {
    for (const auto& artifact : scan.artifacts)
      if (artifact.crate && artifact.crate->svh == svh && !artifact.link_target) found = preferred(found, artifact);
  };
  look(scan_);
  if (!found || found->crate->is_stub) {
    scan_folder();
    look(neighbours_);
  }
  return by_svh_.emplace(svh, found).first->second;
}

// Callers keep theirs as long as what they get. NOLINTBEGIN(bugprone-return-const-ref-from-parameter)
const Artifact& CrateShelf::full(const Artifact& artifact) {
  if (!artifact.crate || !artifact.crate->is_stub) return artifact;
  const auto* found = by_svh(artifact.crate->svh);
  return found ? *found : artifact;
}
// NOLINTEND(bugprone-return-const-ref-from-parameter)

Result<CrateShelf::Crate*> CrateShelf::opened(const Artifact& artifact) {
  const auto known = files_.find(&artifact);
  if (known != files_.end()) {
    if (!known->second) return pass(known->second);
    return known->second->get();
  }
  const auto read = [&]() -> Result<std::unique_ptr<Crate>> {
    auto directory = open_below(AT_FDCWD, base_, O_PATH | O_DIRECTORY);
    if (!directory) return pass(directory);
    auto crate = std::make_unique<Crate>();
    const auto& packages = scan_.packages;
    if (const auto owner = packages.owner.find(artifact.path); owner != packages.owner.end()) {
      auto image = read_from_package(directory->get(), packages.packages[owner->second].file, artifact.path);
      if (!image) return pass(image);
      crate->image = std::move(*image);
    } else {
      auto file = open_file_below(directory->get(), artifact.resolved.value_or(artifact.path), true);
      if (!file) return pass(file);
      crate->file = std::move(*file);
      auto image = Image::of_file(crate->file->fd.get(), crate->file->status);
      if (!image) return pass(image);
      crate->image = std::move(*image);
    }
    auto metadata = metadata_in(View(*crate->image));
    if (!metadata) return pass(metadata);
    crate->metadata = std::move(*metadata);
    return crate;
  };
  const auto& added = files_.emplace(&artifact, read()).first->second;
  if (!added) return pass(added);
  return added->get();
}

Result<const NamedItems*> CrateShelf::open(const Artifact& artifact) {
  const auto known = crates_.find(&artifact);
  if (known != crates_.end()) return known->second;
  const auto read = [&]() -> Result<const NamedItems*> {
    const auto crate = opened(artifact);
    if (!crate) return pass(crate);
    auto items = Items::open((*crate)->metadata.blob);
    if (!items) return pass(items);
    (*crate)->items = std::move(*items);
    (*crate)->named = {display_name(artifact.crate->name), &*(*crate)->items};
    if ((*crate)->file)
      if (auto same = check_unchanged(*(*crate)->file); !same) return pass(same);
    return &(*crate)->named;
  };
  return crates_.emplace(&artifact, read()).first->second;
}

const NamedItems* CrateShelf::find(const Dependency& dependency) {
  const auto* artifact = by_svh(dependency.svh);
  if (!artifact) return nullptr;
  const auto items = open(*artifact);
  return items ? *items : nullptr;
}

std::optional<ProvedItem> CrateShelf::find_item(const Dependency& dependency, DefIndex index) {
  const auto* artifact = by_svh(dependency.svh);
  if (!artifact) return std::nullopt;
  const auto crate = opened(*artifact);
  if (!crate) return std::nullopt;
  auto item = prove_item((*crate)->metadata.blob, index, display_name(artifact->crate->name));
  if (!item || ((*crate)->file && !check_unchanged(*(*crate)->file))) return std::nullopt;
  return std::move(*item);
}

}  // namespace rartifacts
