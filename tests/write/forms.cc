// SPDX-License-Identifier: MIT OR Apache-2.0
//
// forms FOLDER: for each FOLDER/N.in puts its bytes into every field that holds text from outside, and writes N.FORM for each form
// of output, or N.FORM.refused with the reason. tests/write/test_hostile_strings.py reads them back.
#include <fmt/format.h>
#include <rartifacts/waivers.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "report/reports.h"
#include "write/api_difference.h"
#include "write/api_formats.h"
#include "write/artifact_json.h"
#include "write/artifact_text.h"
#include "write/difference.h"
#include "write/formats.h"
#include "write/graph_formats.h"
#include "write/member_names.h"
#include "write/verification.h"

using namespace rartifacts;

namespace {

Crate crate_with(const std::string& text, const std::string& svh) {
  Crate crate;
  crate.name.text = text;
  crate.svh = svh;
  crate.triple = text;
  crate.custom_target = text;
  crate.target_path = text;
  crate.has_root = true;
  crate.extra_filename = text;
  crate.stable_crate_id = text;
  crate.edition = text;
  crate.flags.symbol_mangling = text;
  Dependency missing;
  missing.name.text = text;
  missing.svh = text + "missing";
  missing.host_svh = text;
  missing.extra_filename = text;
  Dependency other = missing;
  other.name.text = text + "other";
  crate.dependencies = {missing, other};
  return crate;
}

Artifact artifact_with(const std::string& text) {
  Artifact artifact{.path = text, .kind = Kind::rlib, .size = 1, .link_target = text, .sha256 = std::string(64, 'a')};
  artifact.metadata.emplace();
  artifact.metadata->rustc = text;
  artifact.crate = crate_with(text, text);
  artifact.elf.emplace();
  artifact.elf->soname = text;
  artifact.elf->needed = {text, text};
  artifact.elf->build_id = text;
  artifact.object = ObjectFacts{Language::rust, text};
  artifact.module.emplace();
  for (const auto* tag : {"name", "vermagic", "license", "version", "srcversion", "depends", "import_ns"})
    artifact.module.edit().modinfo.emplace_back(tag, text);
  artifact.module.edit().modinfo.emplace_back(text, text);
  artifact.module.edit().signature = {ModuleSignature::State::malformed, 0, text};
  artifact.link.emplace();
  artifact.link.edit().objects = 1;
  artifact.link.edit().undefined = {{.name = text, .demangled = text, .crate = text}, {.name = text}};
  artifact.link.edit().relocations = {{.type = 9, .count = 1, .section = text, .symbol = text}};
  artifact.link.edit().sources = {{text, text, 1}};
  artifact.link.edit().notes = {text};
  artifact.proc_macro = ProcMacroFacts{.decls_symbol = text};
  artifact.members = std::vector<MemberFacts>{{.name = text, .size = 1, .problem = text}};
  artifact.notes = {text};
  return artifact;
}

using Forms = std::map<std::string, Result<std::string>>;

void add_lists(Forms& forms, const Artifact& artifact) {
  Manifest manifest{.root = artifact.path, .target = "t" + artifact.path};
  manifest.artifacts = {&artifact};
  for (const auto& format : format_table()) {
    manifest.directories.clear();
    if (format.name.ends_with("json")) manifest.directories = {{artifact.path, artifact.path, std::nullopt}};
    forms.emplace(format.name, format.write(manifest));
  }
}

void add_reports(Forms& forms, const Artifact& artifact, const std::string& text) {
  Audit audit;
  Finding finding{.rule = Rule::missing_crate,
                  .severity = Severity::error,
                  .path = text,
                  .crate = text,
                  .rustc_error = text,
                  .message = text,
                  .evidence = {{text, text}},
                  .fix = text};
  audit.findings = {finding, finding};
  audit.findings[1].waived = true;
  audit.findings[1].waiver_reason = text;
  audit.passed = {{Rule::rustc_mixed, text}};
  audit.paths = {text};
  ScanResult scan;
  const ReportInput input{.audit = audit, .scan = scan, .artifacts = {&artifact}, .root = text, .version = "1"};
  for (const auto& format : report_table()) forms.emplace(fmt::format("report-{}", format.name), format.write(input));
  forms.emplace("baseline", write_baseline(audit));
}

void add_trees(Forms& forms, const Artifact& artifact, const std::string& text) {
  auto needed = artifact;  // with another SVH than the first artifact wants
  needed.crate.edit().name.text = text + "other";
  needed.crate.edit().dependencies.reset();
  const CrateGraph graph({&artifact, &needed});
  for (const auto& format : graph_format_table())
    forms.emplace(fmt::format("tree-{}", format.name), format.write(Drawing{graph, {0}}));
}

void add_comparisons(Forms& forms, const Artifact& artifact, const std::string& text) {
  Verification verification{.deviations = {{Discrepancy::changed, text, text}}, .not_compared = {text}};
  forms.emplace("verify-text", verification_text(verification));
  forms.emplace("verify-json", verification_json(verification, text, text));
  Difference difference;
  difference.before = {1, {text, text + "2"}, {text}};
  difference.after = {1, {text}, {text + "2"}};
  difference.crates = {{text, {Change::rebuilt, Change::moved}, &artifact, &artifact},
                       {text, {Change::added}, nullptr, &artifact}};
  difference.files = {{text, Change::added}};
  difference.not_compared = {text};
  forms.emplace("diff-text", difference_text(difference, {text, text}));
  forms.emplace("diff-json", difference_json(difference, {text, text}));
}

void add_interfaces(Forms& forms, const std::string& text) {
  ApiListing listing{.crate = text, .rustc = text, .file = text, .notes = {text}, .items = {}};
  listing.items = {{.kind = ItemKind::fn, .path = text, .definition = text}};
  for (const auto& format : api_format_table())
    forms.emplace(fmt::format("api-{}", format.name), format.write(listing));
  CrateApiDifference difference{.crate = text, .rustc_before = text, .rustc_after = text, .difference = {}};
  for (const auto change : {ApiChange::moved, ApiChange::signature, ApiChange::redefined})
    difference.difference.items.push_back({change, ItemKind::fn, text, text, text});
  forms.emplace("api-diff-text", api_difference_text({difference}));
  forms.emplace("api-diff-json", api_difference_json({difference}));
  forms.emplace("api-diff-markdown", api_difference_markdown({difference}));
}

Forms forms_of(const std::string& text) {
  const auto artifact = artifact_with(text);
  Forms forms;
  add_lists(forms, artifact);
  add_reports(forms, artifact, text);
  add_trees(forms, artifact, text);
  add_comparisons(forms, artifact, text);
  add_interfaces(forms, text);
  forms.emplace("inspect-text", artifact_text(artifact));
  Json json(2);
  write_artifact(json, artifact);
  forms.emplace("inspect-json", json.take());
  forms.emplace("kbuild", kbuild_lines("module", {text}));
  return forms;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() != ".in") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (const auto& [name, form] : forms_of(text)) {
      auto path = entry.path();
      path.replace_extension(form ? name : name + ".refused");
      std::ofstream(path, std::ios::binary) << (form ? *form : form.error().what);
    }
  }
  return 0;
}
