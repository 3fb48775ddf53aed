// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/verify.h>

#include <algorithm>
#include <tuple>

#include "bytes/budget.h"

namespace rartifacts {
namespace {

using Type = Standing::Type;

std::string type_text(const Standing& standing) {
  switch (standing.type) {
    case Type::nothing: return "nothing";
    case Type::file: return "a file";
    case Type::directory: return "a directory";
    case Type::link: return fmt::format("a link to {}", standing.link_target.value_or(""));
    case Type::other: return "neither file nor directory nor link";
  }
  return {};
}

class Verifier {
 public:
  Verifier(const RecordedManifest& manifest, bool any_mode) : manifest_(manifest), any_mode_(any_mode) {}

  Verification run(const Copy& copy) {
    for (std::size_t i = 0; i < copy.artifacts.size(); ++i) artifact(manifest_.artifacts[i], copy.artifacts[i]);
    for (std::size_t i = 0; i < copy.directories.size(); ++i) directory(manifest_.directories[i], copy.directories[i]);
    for (const auto& path : copy.extra) add(Discrepancy::extra, path, "is not in the manifest");
    std::ranges::sort(result_.deviations, {},
                      [](const Deviation& each) { return std::tie(each.path, each.discrepancy); });
    say_what_is_unknown();
    return std::move(result_);
  }

 private:
  void add(Discrepancy discrepancy, const std::string& path, std::string message) {
    if (!keep(sizeof(Deviation) + path.size() + message.size())) return;  // nothing will be said of it
    result_.deviations.push_back({discrepancy, path, std::move(message)});
  }

  // True when there is something to compare.
  bool stands(const std::string& path, const Standing& found) {
    if (found.type == Type::nothing) {
      if (found.broken) add(Discrepancy::broken_link, path, "cannot be reached: " + *found.broken);
      else add(Discrepancy::missing, path, "is not there");
    }
    return found.type != Type::nothing;
  }

  void wrong_type(const std::string& path, const Standing& found, std::string_view expected) {
    add(Discrepancy::wrong_type, path, fmt::format("is {}, the manifest says {}", type_text(found), expected));
  }

  void link(const std::string& path, const std::string& expected, const Standing& found) {
    ++result_.links;
    if (!stands(path, found)) return;
    if (found.type != Type::link) return wrong_type(path, found, "a link to " + expected);
    if (found.broken) add(Discrepancy::broken_link, path, *found.broken);
    if (found.link_target != expected)
      add(Discrepancy::wrong_link, path,
          fmt::format("leads to {}, the manifest says {}", found.link_target.value_or(""), expected));
  }

  void mode(const std::string& path, std::optional<unsigned> expected, const Standing& found) {
    if (expected && !any_mode_ && *expected != found.mode)
      add(Discrepancy::wrong_mode, path,
          fmt::format("has mode {:04o}, the manifest says {:04o}", found.mode, *expected));
  }

  void artifact(const Artifact& artifact, const Standing& found) {
    if (artifact.link_target) return link(artifact.path, *artifact.link_target, found);
    ++result_.files;
    without_mode_ += !artifact.mode;
    without_digest_ += !artifact.sha256;
    if (!stands(artifact.path, found)) return;
    const bool may_be_link = !manifest_.has_identities && found.type == Type::link;
    if (may_be_link && found.broken) return add(Discrepancy::broken_link, artifact.path, *found.broken);
    if (found.type != Type::file && !may_be_link) return wrong_type(artifact.path, found, "a file");
    if (manifest_.has_identities && found.size != artifact.size)
      add(Discrepancy::changed, artifact.path,
          fmt::format("has {} bytes, the manifest says {}", found.size, artifact.size));
    else if (artifact.sha256 && !found.sha256) wrong_type(artifact.path, found, "a file");
    else if (artifact.sha256 && *found.sha256 != *artifact.sha256)
      add(Discrepancy::changed, artifact.path,
          fmt::format("has SHA-256 {}, the manifest says {}", *found.sha256, *artifact.sha256));
    mode(artifact.path, artifact.mode, found);
  }

  void directory(const Directory& directory, const Standing& found) {
    if (directory.link_target) return link(directory.path, *directory.link_target, found);
    ++result_.directories;
    if (!stands(directory.path, found)) return;
    if (found.type != Type::directory) return wrong_type(directory.path, found, "a directory");
    mode(directory.path, directory.mode, found);
  }

  void say_what_is_unknown() {
    auto& said = result_.not_compared;
    if (!manifest_.has_identities) {
      said.emplace_back("modes and links: sha256sums does not hold them");
      return;
    }
    if (any_mode_) said.emplace_back("modes: they may differ");
    else if (without_mode_ > 0)
      said.push_back(fmt::format("modes of {} files: the manifest does not hold them", without_mode_));
    if (without_digest_ > 0)
      said.push_back(fmt::format("content of {} files: the manifest holds no digest of them", without_digest_));
  }

  const RecordedManifest& manifest_;
  bool any_mode_;
  std::size_t without_mode_ = 0;
  std::size_t without_digest_ = 0;
  Verification result_;
};

}  // namespace

const std::array<DiscrepancyRow, 7> discrepancy_table{{
    {Discrepancy::missing, "missing", "MANIFEST lists it, and the copy does not have it"},
    {Discrepancy::changed, "changed", "the size or the content differs"},
    {Discrepancy::wrong_type, "wrong-type", "a link is where a file should be, a file where a directory should be, …"},
    {Discrepancy::wrong_mode, "wrong-mode", "the permissions differ"},
    {Discrepancy::wrong_link, "wrong-link", "a symbolic link points elsewhere"},
    {Discrepancy::broken_link, "broken-link", "a symbolic link points to nothing, or out of the copy"},
    {Discrepancy::extra, "extra", "MANIFEST does not list the file, but other files in the same directory or above it"},
}};

Verification verify(const RecordedManifest& manifest, const Copy& copy, bool any_mode) {
  return Verifier(manifest, any_mode).run(copy);
}

}  // namespace rartifacts
