// SPDX-License-Identifier: MIT OR Apache-2.0
#include "audit/blame.h"

#include <rartifacts/graph.h>

#include <algorithm>

#include "audit/findings.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

std::string_view user_of(const Complaint& complaint) {
  return complaint.user.empty() ? complaint.who : file_name_of(complaint.user);
}

}  // namespace

std::string target_of(const Artifact& artifact) {
  return artifact.crate->custom_target.value_or(artifact.crate->triple);
}

void Blame::report(const Complaint& complaint, const Located& found, const CrateLocator& locator) const {
  const auto& name = complaint.name;
  if (found.state == Located::State::ambiguous) {
    const auto& first = *found.rivals.front();
    const auto& last = *found.rivals.back();
    return findings_.add(
        Rule::duplicate_crate, std::string(last.path), name,
        fmt::format("{} and {} are both crate {}, with different hashes", first.path, last.path, name),
        {{std::string(first.path), first.artifact->crate->svh}, {std::string(last.path), last.artifact->crate->svh}});
  }
  if (found.state == Located::State::stub_only) {
    const std::string path(found.rivals.front()->path);
    return findings_.add(Rule::stub_without_metadata, path, name,
                         fmt::format("{} holds a stub, and the .rmeta with the full metadata of {} is not beside it",
                                     name_in(path), name));
  }
  if (const auto* refused = found.reported()) return report_refusal(complaint, *refused, locator.reader());
  report_absence(complaint, found, locator);
}

void Blame::report_refusal(const Complaint& complaint, const RefusedFile& refused, const CrateReader& reader) const {
  const auto* artifact = refused.file->artifact;
  // A link may lead into another package, which has the file to blame.
  const bool is_link = artifact && artifact->resolved && !result_.packages.packages.empty();
  const std::string path(is_link ? *artifact->resolved : refused.file->path);
  const auto& name = complaint.name;
  switch (refused.why) {
    case Refusal::silent: return;
    case Refusal::unread: return findings_.leave_open(path);
    case Refusal::file_name:
      return findings_.add_with_code(
          "E0463", Rule::missing_crate, path, name,
          fmt::format("{} is not called lib*.rlib or lib*.rmeta, nor as a dynamic library: rustc does not read it",
                      name_in(path)));
    case Refusal::corrupt: return report_damage(*refused.file, name);
    case Refusal::static_library:
      return findings_.add_with_code(
          "E0462", Rule::missing_crate, complaint.user.empty() ? complaint.place : complaint.user, name,
          fmt::format("{} needs crate {}, and {} is a static library", user_of(complaint), name, name_in(path)));
    case Refusal::version:
      return findings_.add(Rule::rustc_mixed, path, name,
                           fmt::format("{} was made by {} (metadata version {}), the others by {}{}", name_in(path),
                                       artifact->metadata->rustc, artifact->metadata->version, reader.rustc,
                                       reader.metadata_version ? fmt::format(" ({})", *reader.metadata_version) : ""),
                           {{"file", artifact->metadata->rustc}, {"others", reader.rustc}});
    case Refusal::target:
      return findings_.add(Rule::target_mismatch, path, name,
                           fmt::format("{} is for target {}, the others are not", name_in(path), target_of(*artifact)),
                           {{"file", target_of(*artifact)}});
    case Refusal::hash: {
      const bool is_same = reader.rustc.empty() || artifact->metadata->rustc == reader.rustc;
      // Of a module and a kernel, the module has to be built again.
      const bool is_module =
          findings_.is_in_kernel(path) && !complaint.user.empty() && !findings_.is_in_kernel(complaint.user);
      auto* added = findings_.add(
          row_of(Rule::crate_hash_mismatch).severity, Rule::crate_hash_mismatch, is_module ? complaint.user : path,
          name,
          fmt::format("{} needs {} with SVH {}, {} has {} ({})", user_of(complaint), name, complaint.needed->svh,
                      name_in(path), artifact->crate->svh,
                      is_same ? "built by the same rustc: another build" : "built by " + artifact->metadata->rustc),
          {{"needed_by", complaint.user}, {"needed", complaint.needed->svh}, {"found", artifact->crate->svh}});
      if (added && is_module)
        added->fix = "it is left over from another kernel: make clean, and build the module again";
      return;
    }
  }
}

void Blame::report_absence(const Complaint& complaint, const Located& found, const CrateLocator& locator) const {
  const auto& name = complaint.name;
  // rustc passes over an empty file without a word; whoever put it there did not mean to.
  const auto is_empty = [](const RefusedFile& one) { return one.file->problem != nullptr; };
  if (const auto empty = std::ranges::find_if(found.refused, is_empty); empty != found.refused.end())
    return report_damage(*empty->file, name);
  Evidence evidence{{"needed_by", complaint.user.empty() ? std::string(complaint.who) : complaint.user}};
  std::string message = fmt::format("{} needs crate {}", user_of(complaint), name);
  if (complaint.needed) message += fmt::format(" with SVH {}", complaint.needed->svh);
  // Of a word of rustc that nothing at hand spells out, what follows it in the file name is known.
  const bool is_unnamed = complaint.needed && !complaint.needed->extra_filename.empty() &&
                          !complaint.needed->name.text && name == display_name(complaint.needed->name);
  message += fmt::format(", and there is no lib{}*.rmeta", is_unnamed ? "*" + complaint.needed->extra_filename : name);
  if (locator.reader().links) message += " or .rlib";
  if (complaint.needed) {
    evidence.emplace_back("needed", complaint.needed->svh);
    if (const auto* elsewhere = shelf_.anywhere(complaint.needed->svh)) {
      message += fmt::format(": it is {}, where rustc does not look", elsewhere->path);
      evidence.emplace_back("elsewhere", elsewhere->path);
    }
  }
  findings_.add(Rule::missing_crate, complaint.user.empty() ? complaint.place : complaint.user, name,
                std::move(message), std::move(evidence));
}

void Blame::report_damage(const CrateFile& file, const std::string& name) const {
  const std::string path(file.path);
  const bool is_rmeta = path.ends_with(".rmeta");
  const auto rule = path.ends_with(".rlib") ? Rule::rlib_without_metadata : Rule::corrupt_artifact;
  if (file.problem) {
    const auto kind = file.problem->error.kind;
    const auto why = describe(file.problem->error);
    if (is_rmeta && kind == ErrorKind::empty)
      return findings_.add_with_code("E0463", Rule::corrupt_artifact, path, name, why);
    if (is_rmeta && kind == ErrorKind::unsupported)  // "<unknown rustc version>"
      return findings_.add_with_code("E0514", Rule::corrupt_artifact, path, name, why);
    return findings_.add(kind == ErrorKind::dangling ? Rule::dangling_link : rule, path, name, why);
  }
  if (!file.artifact)
    return findings_.add(rule, path, name, fmt::format("{} is not an artifact, despite its name", name_in(path)));
  auto facts = *file.artifact;
  if (facts.kind == Kind::executable)
    return findings_.add_with_code("E0463", Rule::corrupt_artifact, path, name,
                                   "a program, not a library that rustc could load");
  if (!facts.proc_macro || facts.proc_macro->rustc_section == ProcMacroFacts::Section::present)
    return findings_.add(
        rule, path, name,
        fmt::format("{} has no crate metadata, despite its name; its kind is {}", name_in(path), name_of(facts.kind)));
  if (!facts.crate) facts.crate.emplace();
  facts.crate.edit().name.text = name;
  check_proc_macro(facts, result_.packages, options_, findings_);
}

}  // namespace rartifacts
