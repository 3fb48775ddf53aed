// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What packages say of themselves in text
// =======================================
//
// The control file of a .deb is one stanza of `Field: value` lines; a line that begins with a blank goes on with the field before
// it, and the case of a field's name does not matter. Relations are separated by commas, alternatives by bars:
//
//   Replaces: linux-headers-6.1 (<< 6.1.20), old-headers:any [amd64] | older-headers <!nodoc>
//
// .PKGINFO has `key = value` lines with one relation each. pacman writes `conflict = name<1.2`, apk `depend = !name<1.2`; both
// write `replaces = name`.
//
// A package that conflicts with a name that it provides itself conflicts with all others that do.
//
// Of a relation the name is kept, whatever its version: which of two versions is the newer one every format decides otherwise.
#include "package/identity.h"

#include <algorithm>
#include <array>

#include "bytes/budget.h"
#include "bytes/unicode.h"

namespace rartifacts {
namespace {

/// A package that names more others than this is none.
constexpr std::size_t kMaxRelations = 4096;

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

/// Takes what stands before the next `separator` off the front of `text`.
std::string_view next_part(std::string_view& text, std::string_view separator) {
  const auto part = text.substr(0, text.find_first_of(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

void add_name(std::string_view relation, std::vector<std::string>& names) {
  const auto name = relation_name(relation);
  if (!name.empty() && names.size() < kMaxRelations) names.emplace_back(name);
}

void add_compiler(std::string_view relation, std::vector<std::string>& compilers) {
  if (names_compiler(relation) && compilers.size() < kMaxRelations) compilers.emplace_back(relation);
}

void sort_names(PackageIdentity& identity) {
  for (auto* names : {&identity.yields_to, &identity.provides, &identity.depends}) {
    std::ranges::sort(*names);
    names->erase(std::ranges::unique(*names).begin(), names->end());
  }
}

bool is_field(std::string_view name, std::string_view wanted) {
  constexpr auto kLower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(name, wanted, {}, kLower);
}

// In the root of a package of pacman, and of apk.
constexpr std::array<std::string_view, 12> kDescriptions{
    ".BUILDINFO",    ".CHANGELOG",    ".INSTALL",       ".MTREE",       ".PKGINFO",     ".post-deinstall",
    ".post-install", ".post-upgrade", ".pre-deinstall", ".pre-install", ".pre-upgrade", ".trigger"};

// rustc-1.85 of Debian and Ubuntu, rust1.85 of openSUSE, rustc-web of a stable Debian, and what has the newest one.
bool is_compiler_name(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames{
      "rust", "rustc", "rustup", "rust-all", "rust-bin", "rust-nightly", "rustc-nightly", "rustc-web", "rustc-mozilla"};
  if (name.starts_with('/')) return name == "/usr/bin/rustc";
  if (std::ranges::find(kNames, name) != kNames.end()) return true;
  for (const std::string_view start : {"rustc-", "rust-", "rust"})
    if (name.starts_with(start) && name.size() > start.size()) return is_digit(name[start.size()]);
  return false;
}

}  // namespace

bool names_compiler(std::string_view relation) {
  while (!relation.empty()) {
    // The parts of a rich dependency of rpm have names of packages and words between them.
    const auto part = trimmed(next_part(relation, "|()"));
    if (is_compiler_name(relation_name(part))) return true;
  }
  return false;
}

std::string_view relation_name(std::string_view relation) {
  return relation.substr(0, relation.find_first_of(" \t(:[<>=~"));
}

bool yields(const PackageIdentity& one, const PackageIdentity& other) {
  const auto is_named = [&](const std::string& name) {
    add_work(64);
    return !name.empty() && std::ranges::binary_search(one.yields_to, name);
  };
  return is_named(other.name) || std::ranges::any_of(other.provides, is_named);
}

bool is_package_description(std::string_view path) {
  constexpr std::string_view kSignature = ".SIGN.";
  if (path.starts_with(kSignature)) return path.find('/') == path.npos;
  return std::ranges::find(kDescriptions, path) != kDescriptions.end();
}

PackageIdentity read_deb_control(std::string_view text) {
  constexpr std::array<std::string_view, 3> kRelations{"replaces", "breaks", "conflicts"};
  PackageIdentity identity;
  std::string_view field;
  while (!text.empty()) {
    auto line = next_part(text, "\n");
    if (trimmed(line).empty()) {
      if (field.empty()) continue;
      break;  // the stanza ends
    }
    if (line.starts_with('#')) continue;
    const bool goes_on = kBlanks.contains(line.front());
    if (!goes_on) field = trimmed(next_part(line, ":"));
    const auto is = [&](std::string_view name) { return is_field(field, name); };
    const auto relations = line;
    if (std::ranges::any_of(kRelations, is))
      while (!line.empty()) add_name(trimmed(next_part(line, ",|")), identity.yields_to);
    if (is("depends") || is("pre-depends"))
      while (!line.empty()) add_name(trimmed(next_part(line, ",")), identity.depends);
    if (is("depends") || is("pre-depends") || is("recommends"))
      for (auto rest = relations; !rest.empty();) add_compiler(trimmed(next_part(rest, ",")), identity.compilers);
    if (is("provides"))
      while (!line.empty()) add_name(trimmed(next_part(line, ",")), identity.provides);
    if (goes_on) continue;
    if (is("package")) identity.name = trimmed(line);
    if (is("version")) identity.version = trimmed(line);
    if (is("architecture")) identity.architecture = trimmed(line);
  }
  sort_names(identity);
  return identity;
}

PackageIdentity read_pkginfo(std::string_view text) {
  PackageIdentity identity;
  while (!text.empty()) {
    auto line = next_part(text, "\n");
    if (line.starts_with('#') || !line.contains('=')) continue;
    const auto key = trimmed(next_part(line, "="));
    const auto value = trimmed(line);
    if (key == "pkgname") identity.name = value;
    if (key == "pkgver") identity.version = value;
    if (key == "arch") identity.architecture = value;
    if (key == "conflict" || key == "replaces") add_name(value, identity.yields_to);
    if (key == "provides") add_name(value, identity.provides);
    if (key == "depend" && value.starts_with('!')) add_name(value.substr(1), identity.yields_to);
    else if (key == "depend") add_name(value, identity.depends);
    if (key == "depend" || key == "optdepend") add_compiler(value.substr(0, value.find(": ")), identity.compilers);
  }
  sort_names(identity);
  return identity;
}

}  // namespace rartifacts
