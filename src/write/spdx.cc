// SPDX-License-Identifier: MIT OR Apache-2.0
//
// SPDX 2.3
// ========
//
// Each file is a package with `packageFileName`: SPDX's own files must have a SHA-1 (section 8.4), and nobody should need one any
// more. `versionInfo` of a crate is its SVH, since metadata records no version. Relationships: what was scanned CONTAINS the
// files, a crate DEPENDS_ON those it was compiled against, rustc is BUILD_TOOL_OF what it made. SPDX wants to know when a document
// was created; with SOURCE_DATE_EPOCH set (reproducible-builds.org/specs/source-date-epoch) the same files give the same document.
// Defined by: spdx.github.io/spdx-spec/v2.3.
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>

#include "source/digest.h"
#include "write/bill.h"
#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

// Identifiers are letters, digits, '.' and '-' (section 3.2), so a path cannot be one.
std::string spdx_id(std::string_view what, std::string_view name) {
  Sha256 digest;
  digest.add(as_bytes(name));
  return fmt::format("SPDXRef-{}-{}", what, digest.hex().substr(0, 32));
}

/// That of each file, which stands in a line for each crate that was compiled against it.
using FileIds = std::map<const Artifact*, std::string>;

std::string created() {
  auto seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) {
    const std::string_view text(epoch);
    std::time_t given = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), given);
    if (error == std::errc() && end == text.data() + text.size() && given >= 0) seconds = given;
  }
  std::tm time{};
  if (gmtime_r(&seconds, &time) == nullptr || time.tm_year + 1900 > 9999) return "1970-01-01T00:00:00Z";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday,
                     time.tm_hour, time.tm_min, time.tm_sec);
}

std::string_view package_purpose(const Artifact& artifact) {
  return artifact.crate || artifact.kind == Kind::shared_library ? "LIBRARY" : "FILE";
}

// What SPDX has no field for.
std::string remarks_of(const BillItem& item) {
  const auto& artifact = *item.artifact;
  auto text = fmt::format("kind: {}\nside: {}", name_of(artifact.kind), name_of(artifact.side));
  if (!is_utf8(artifact.path)) text += "\npath_base64: " + base64(artifact.path);
  if (artifact.metadata) text += "\nrustc: " + artifact.metadata->rustc;
  if (artifact.crate) text += fmt::format("\nsvh: {}\ntriple: {}", artifact.crate->svh, artifact.crate->triple);
  for (const auto& missing : item.missing_uses) text += "\nmissing_dependency: " + missing;
  return text;
}

Json& open_package(Json& json, std::string_view id, std::string_view name) {
  json.begin_object().member("SPDXID", id).member("name", name.empty() ? "NOASSERTION" : name);
  return json.member("downloadLocation", "NOASSERTION").member("filesAnalyzed", false);
}

void write_package(Json& json, const BillItem& item, const std::string& id) {
  const auto& artifact = *item.artifact;
  open_package(json, id, item.name).member("packageFileName", artifact.path);
  if (artifact.crate) json.member("versionInfo", artifact.crate->svh);
  if (artifact.sha256) {
    json.key("checksums").begin_array().begin_object();
    json.member("algorithm", "SHA256").member("checksumValue", *artifact.sha256).end_object().end_array();
  }
  json.member("primaryPackagePurpose", package_purpose(artifact)).member("comment", remarks_of(item)).end_object();
}

void write_compiler_package(Json& json, const std::string& compiler) {
  open_package(json, spdx_id("Compiler", compiler), "rustc").member("versionInfo", compiler);
  json.member("primaryPackagePurpose", "APPLICATION");
  if (const auto purl = purl_of_rustc(compiler)) {
    json.key("externalRefs").begin_array().begin_object().member("referenceCategory", "PACKAGE-MANAGER");
    json.member("referenceType", "purl").member("referenceLocator", *purl).end_object().end_array();
  }
  json.end_object();
}

void relate(Json& json, std::string_view from, std::string_view how, std::string_view to) {
  json.begin_object().member("spdxElementId", from).member("relationshipType", how);
  json.member("relatedSpdxElement", to).end_object();
}

constexpr std::string_view kDocument = "SPDXRef-DOCUMENT";
constexpr std::string_view kRootPackage = "SPDXRef-Root";

/// Told what is written so far, between two items.
using TakeSome = std::function<void(Json& json)>;

void write_content(Json& json, const Manifest& manifest, const Bill& bill, const FileIds& ids, const TakeSome& take) {
  json.key("packages").begin_array();
  open_package(json, kRootPackage, manifest.root).end_object();
  for (const auto& item : bill.items) {
    write_package(json, item, ids.at(item.artifact));
    take(json);
  }
  for (const auto& compiler : bill.compilers) write_compiler_package(json, compiler);
  json.end_array();
  json.key("relationships").begin_array();
  relate(json, kDocument, "DESCRIBES", kRootPackage);
  for (const auto& item : bill.items) {
    const auto& id = ids.at(item.artifact);
    relate(json, kRootPackage, "CONTAINS", id);
    for (const auto* used : item.uses) relate(json, id, "DEPENDS_ON", ids.at(used));
    if (item.artifact->metadata) relate(json, spdx_id("Compiler", item.artifact->metadata->rustc), "BUILD_TOOL_OF", id);
    take(json);
  }
  json.end_array();
}

// The same content has the same name.
std::string digest_of_bill(const Manifest& manifest, const Bill& bill, const FileIds& ids, std::string_view now) {
  Sha256 digest;
  const auto add = [&](Json& json) { digest.add(as_bytes(json.take())); };
  Json content;
  content.begin_object();
  write_content(content, manifest, bill, ids, add);
  add(content);
  digest.add(as_bytes(now));
  return digest.hex();
}

}  // namespace

Result<std::string> write_spdx(const Manifest& manifest) {
  const auto bill = bill_of(manifest);
  FileIds ids;
  for (const auto& item : bill.items) ids.emplace(item.artifact, spdx_id("File", item.artifact->path));
  const auto now = created();

  Json json(2);
  json.begin_object().member("spdxVersion", "SPDX-2.3").member("dataLicense", "CC0-1.0");
  json.member("SPDXID", kDocument).member("name", manifest.root);
  json.member("documentNamespace", "https://spdx.org/spdxdocs/rartifacts-" + digest_of_bill(manifest, bill, ids, now));
  json.key("creationInfo").begin_object().member("created", now).key("creators").begin_array();
  json.value("Tool: rartifacts-" RARTIFACTS_VERSION).end_array().end_object();
  write_content(json, manifest, bill, ids, [&](Json& so_far) { hand_over(manifest, so_far); });
  json.end_object();
  return json.take() + "\n";
}

}  // namespace rartifacts
