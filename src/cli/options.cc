// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The options of each command, and what its help says of them.
#include "cli/options.h"

#include <rartifacts/api_diff.h>
#include <rartifacts/diff.h>
#include <rartifacts/verify.h>
#include <algorithm>
#include <array>
#include <charconv>

#include "cli/examples.h"
#include "report/reports.h"
#include "write/api_formats.h"
#include "write/formats.h"
#include "write/graph_formats.h"
#include "write/member_names.h"

namespace rartifacts {
namespace {

// CLI::Range says it in other words from one release to the next.
std::string is_number_of_jobs(const std::string& text) {
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && count >= 1 && count <= 256 ? std::string() : fmt::format("{} not in range 1 to 256", text);
}

template <class Table>
std::vector<std::string> names_in(const Table& table) {
  std::vector<std::string> names;
  names.reserve(std::size(table));
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

template <class Table>
std::string list_of(std::string_view title, const Table& table) {
  std::size_t width = 0;
  for (const auto& row : table) width = std::max(width, row.name.size());
  std::string out = fmt::format("\n{}:\n", title);
  for (const auto& row : table) out += fmt::format("  {:<{}}  {}\n", row.name, width, row.what);
  return out;
}

std::string exit_codes_without_findings() { return exit_codes(""); }

// What several commands have.

void add_jobs(CLI::App& app, unsigned& jobs) {
  app.add_option("-j,--jobs", jobs, "Number of threads, 1 to 256 (default: one per processor)")
      ->check(is_number_of_jobs)
      ->type_name("N");
}

void add_reports(CLI::App& app, std::vector<std::string>& reports) {
  app.add_option("-r,--report", reports, "Write a report to FILE or standard output; may be repeated")
      ->type_name("FORMAT[=FILE]")
      ->allow_extra_args(false);
}

void add_fail_on(CLI::App& app, Severity& fail_on) {
  app.add_option_function<std::string>(
         "--fail-on", [&fail_on](const std::string& name) { fail_on = *severity_of(name); },
         "Lowest severity that makes the exit status 1 (default: error)")
      ->check(CLI::IsMember({"info", "warning", "error"}))
      ->type_name("LEVEL");
}

void add_waivers(CLI::App& app, std::string& waivers) {
  app.add_option("--waivers", waivers,
                 "Do not count the findings that this TOML file lists ([[waiver]] with rule, path, reason, …)")
      ->type_name("FILE");
}

void add_quiet(CLI::App& app, bool& quiet) {
  app.add_flag("-q,--quiet", quiet, "Print one line: ok, or the first finding");
}

}  // namespace

std::string exit_codes(std::string_view found) {
  std::string out = "\nExit status:\n";
  for (const auto& row : exit_code_table) {
    const bool is_found = row.code == ExitCode::findings;
    if (!is_found || !found.empty())
      out += fmt::format("  {}  {}\n", static_cast<int>(row.code), is_found ? found : row.meaning);
  }
  return out;
}

void add_scan(CLI::App& scan, ScanCommand& command) {
  scan.add_option("PATH", command.paths, "Build tree, headers tree, cargo target directory, package, or a file")
      ->required()
      ->type_name("");
  scan.add_option("-f,--format", command.format, "Output format (default: table on a terminal, paths elsewhere)")
      ->check(CLI::IsMember(names_in(format_table())))
      ->type_name("FORMAT");
  scan.add_option_function<std::string>(
          "-p,--profile", [&](const std::string& name) { command.profile = name, command.profile_given = true; },
          "What the list is for (default: oot)")
      ->check(CLI::IsMember(names_in(profile_table)))
      ->type_name("PROFILE");
  scan.add_option("-k,--kind", command.kinds, "Only files of this kind; may be repeated")
      ->check(CLI::IsMember(names_in(kind_table)))
      ->type_name("KIND")
      ->allow_extra_args(false);
  scan.add_option("--side", command.side,
                  "Only `host` artifacts (proc macros, which run inside rustc) or `target` artifacts (all others)")
      ->check(CLI::IsMember({"host", "target"}))
      ->type_name("SIDE");
  scan.add_option("--prefix", command.prefix, "Directory in the package that the files go to (dh-install, rpm-files)")
      ->type_name("DIR");
  scan.add_option("--target", command.target, "Make target that depends on the files (make; default: rust-artifacts)")
      ->type_name("NAME");
  scan.add_flag("--dirs", command.dirs, "List parent directories too, so that cpio preserves their modes");
  scan.add_flag("--sniff", command.sniff, "Look into every file, whatever its name");
  scan.add_flag("--allow-empty", command.allow_empty, "Do not fail when nothing is found");
  scan.add_flag("--keep-going", command.keep_going,
                "List the rest when a file cannot be read; the exit status is still 3");
  add_jobs(scan, command.jobs);
  scan.footer([] {
    return list_of("Formats", format_table()) + list_of("Profiles", profile_table) + list_of("Kinds", kind_table) +
           std::string(kScanExamples) + exit_codes("");
  });
}

void add_inspect(CLI::App& inspect, InspectCommand& command) {
  inspect.add_option("FILE", command.files, "Crate metadata, library, object, program or kernel module")
      ->required()
      ->type_name("");
  inspect.add_option("-f,--format", command.format, "text (default), json, or ndjson: one object per line")
      ->check(CLI::IsMember({"text", "json", "ndjson"}))
      ->type_name("FORMAT");
  inspect
      .add_option("--symvers", command.symvers,
                  "Module.symvers of the kernel (default: from the kernel tree that contains the file)")
      ->type_name("FILE");
  inspect.add_flag("--target-json", command.target_json,
                   "Print only the target specification (JSON) that the crate was compiled for");
  inspect.footer(exit_codes_without_findings);
}

void add_tree(CLI::App& tree, TreeCommand& command) {
  tree.add_option("PATH", command.path, "Tree or package to look at")->required()->type_name("");
  tree.add_option("-f,--format", command.format, "Output format (default: text)")
      ->check(CLI::IsMember(names_in(graph_format_table())))
      ->type_name("FORMAT");
  tree.add_option("-i,--invert", command.invert, "Show the crates that need CRATE instead")->type_name("CRATE");
  tree.footer([] { return list_of("Formats", graph_format_table()) + exit_codes(""); });
}

void add_toolchain(CLI::App& toolchain, ToolchainCommand& command) {
  toolchain.add_option("PATH", command.paths, "Trees, packages or files, all made by the same rustc")
      ->required()
      ->type_name("");
  toolchain
      .add_option("-f,--format", command.format,
                  "toml (rust-toolchain.toml), version, env (RUSTUP_TOOLCHAIN=; of a distribution's rustc "
                  "RUSTC_VERSION=), or a dependency on the distribution's package: debian, rpm, arch")
      ->check(CLI::IsMember({"toml", "version", "env", "debian", "rpm", "arch"}))
      ->type_name("FORMAT");
  toolchain.add_option("-o,--output", command.output, "Write to FILE; it is replaced only when all has been written")
      ->type_name("FILE");
  toolchain.footer(exit_codes_without_findings);
}

void add_audit(CLI::App& audit, AuditCommand& command) {
  audit
      .add_option(
          "PATH", command.paths,
          "Build tree, headers tree, directory of crates, or packages. An object or archive is checked only when it is "
          "named itself, and so is a module (.ko) without --modules")
      ->required()
      ->type_name("");
  audit
      .add_option_function<std::string>(
          "--for", [&](const std::string& name) { command.purpose = name == "user" ? Purpose::user : Purpose::kernel; },
          "What named objects and archives will be linked into: a `kernel`, or a `user` program (default: kernel if "
          "there "
          "is a kernel tree, a module or a Module.symvers, else user)")
      ->check(CLI::IsMember({"kernel", "user"}))
      ->type_name("WHERE");
  audit.add_flag("--modules", command.modules, "Check every module (.ko) below PATH");
  add_reports(audit, command.reports);
  audit
      .add_option("--rustc", command.rustc,
                  "The rustc that will read the artifacts; it is run, with -vV and with --print sysroot")
      ->type_name("PATH");
  audit
      .add_option("--rustc-version", command.rustc_version,
                  "Its version, where it cannot be run: the first line of rustc -vV")
      ->type_name("STRING")
      ->excludes("--rustc");
  audit
      .add_option(
          "--host-arch", command.host_arch,
          "Machine that will run rustc, as uname -m prints it (default: this machine; for a package, its architecture)")
      ->type_name("ARCH");
  audit
      .add_option("--host-glibc", command.host_glibc,
                  "Version of the glibc that rustc will run with, such as 2.36 (default: that of this machine; none "
                  "for a package)")
      ->type_name("VERSION");
  audit
      .add_option("--sysroot", command.sysroot,
                  "Sysroot of that rustc, where its std and core are (default: what the rustc of --rustc prints)")
      ->type_name("DIR");
  audit.add_option("-L", command.folders, "Search DIR for crates too, as rustc -L does; may be repeated")
      ->type_name("[KIND=]DIR")
      ->allow_extra_args(false);
  audit
      .add_option("--extern", command.externs, "A crate that will be used, as rustc --extern names it; may be repeated")
      ->type_name("NAME[=PATH]")
      ->allow_extra_args(false);
  audit.add_option("--expect-triple,--target", command.expect_triple, "Target that the set must be for")
      ->type_name("TRIPLE");
  audit.add_flag("--strict", command.strict, "Treat what cannot be checked as an error");
  audit
      .add_option("--requested-config", command.requested_config,
                  "The .config or fragment that was asked for; explains why it did not lead to CONFIG_RUST=y")
      ->type_name("FILE");
  audit
      .add_option(
          "--diversions", command.diversions,
          "Diversions on the system where the packages will be installed, as LC_ALL=C dpkg-divert --list prints them")
      ->type_name("FILE");
  audit
      .add_option("--path-leak", command.path_leaks,
                  "Report files that contain PREFIX more than BUDGET times (default: 0); may be repeated")
      ->type_name("PREFIX[=BUDGET]")
      ->allow_extra_args(false);
  add_fail_on(audit, command.fail_on);
  audit
      .add_option("--severity", command.severities,
                  "Report RULE as LEVEL: error, warning, info or off; may be repeated")
      ->type_name("RULE=LEVEL")
      ->allow_extra_args(false);
  add_waivers(audit, command.waivers);
  audit.add_option("--baseline", command.baseline, "Do not count the findings that --write-baseline recorded in FILE")
      ->type_name("FILE");
  audit.add_option("--write-baseline", command.write_baseline, "Record the current findings in FILE")
      ->type_name("FILE");
  audit
      .add_option(
          "--needs", command.needs,
          "Items that a module imports, one path per line; each that a crate in PATH does not offer is a finding")
      ->type_name("FILE");
  auto* separate =
      audit.add_flag("--separate", command.separate,
                     "Check each package alone, not as if they were installed together; several at a time");
  audit
      .add_flag("--keep-going", command.keep_going,
                "Report on the other packages when one cannot be read; the exit status is still 3")
      ->needs(separate);
  audit
      .add_flag("--together", command.together,
                "Check directories like packages that are installed together: debian/linux-headers debian/linux-kbuild")
      ->excludes("--separate");
  add_quiet(audit, command.quiet);
  add_jobs(audit, command.jobs);
  audit.footer([] {
    return list_of("Reports", report_table()) + "\n`rartifacts explain` lists the rules.\n" +
           exit_codes("there are findings of the severity that --fail-on names, or a higher one");
  });
}

void add_report(CLI::App& report, ReportCommand& command) {
  report
      .add_option("--from", command.parts,
                  "Files that audit --report ndjson=FILE has written, one or more; - for standard input")
      ->required()
      ->type_name("FILE...");
  add_reports(report, command.reports);
  add_fail_on(report, command.fail_on);
  add_waivers(report, command.waivers);
  report
      .add_option("--baseline", command.baseline,
                  "Do not count the findings that audit --write-baseline recorded in FILE")
      ->type_name("FILE");
  report.add_flag("--keep-going", command.keep_going,
                  "Leave out what could not be read, then or now; the exit status is still 3");
  add_quiet(report, command.quiet);
  report.footer([] {
    std::vector<ReportFormat> joined;
    std::ranges::remove_copy(report_table(), std::back_inserter(joined), "ndjson", &ReportFormat::name);
    return list_of("Reports", joined) + std::string(kReportExamples) +
           exit_codes("there are findings of the severity that --fail-on names, or a higher one");
  });
}

void add_extract(CLI::App& extract, ExtractCommand& command) {
  extract.add_option("FILE", command.file, "An rlib or static library; it may be a thin archive")
      ->required()
      ->type_name("");
  extract.add_option("-o,--output", command.output, "Directory to write to; created if it does not exist (default: .)")
      ->type_name("DIR");
  extract.add_flag("--objects", command.objects, "Extract the members that are Rust objects (default)");
  extract.add_flag("--metadata", command.metadata, "Extract the crate metadata, as an .rmeta file named after FILE");
  extract.add_flag("--all", command.all, "Extract every member as it is");
  extract.add_option("--name", command.names, "Only members whose name matches the shell pattern; may be repeated")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  extract
      .add_option(
          "--kbuild", command.kbuild,
          "Write each a.o as a.o_shipped, which Kbuild copies and `make clean` keeps; print the lines for a Kbuild "
          "file in DIR that link them into NAME.o")
      ->check([](const std::string& name) {
        return is_plain_for_make(name) ? std::string()
                                       : "give a plain name, without blanks, quotes, wildcards and $ # : % =";
      })
      ->type_name("NAME");
  extract.add_option("--arch", command.arch, "Of a universal file: the archive for this machine (x86_64, arm64 …)")
      ->type_name("MACHINE");
  extract.add_flag("--force", command.force, "Replace existing files");
  extract.footer([] { return std::string(kExtractExamples) + exit_codes(""); });
}

void add_verify(CLI::App& verify, VerifyCommand& command) {
  verify.add_option("MANIFEST", command.manifest, "What scan --format json or sha256sums wrote; - for standard input")
      ->required()
      ->type_name("");
  verify.add_option("DIR", command.directory, "The copy; paths in MANIFEST are relative to it")
      ->required()
      ->type_name("");
  verify.add_option("-f,--format", command.format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  verify.add_flag("--files-only", command.files_only, "Ignore files that are not listed");
  verify.add_flag("--any-mode", command.any_mode, "Ignore permissions, which umask and dh_fixperms change");
  add_jobs(verify, command.jobs);
  verify.footer([] {
    return list_of("Differences", discrepancy_table) + std::string(kVerifyExamples) +
           exit_codes("the copy is not what MANIFEST lists");
  });
}

void add_diff(CLI::App& diff, DiffCommand& command) {
  diff.add_option("OLD", command.before, "A tree, a package, or a manifest that scan --format json wrote")
      ->required()
      ->type_name("");
  diff.add_option("NEW", command.after, "What to compare it with; it need not be of the same sort")
      ->required()
      ->type_name("");
  diff.add_option("-f,--format", command.format, "text (default), json, or, with --api, markdown")
      ->check(CLI::IsMember({"text", "json", "markdown"}))
      ->type_name("FORMAT");
  auto* api =
      diff.add_flag("--api", command.api,
                    "Compare what crates offer; the exit status is 1 if something was removed, moved or changed");
  diff.add_option("--crate", command.crates, "The crate to compare (default: the crate of a file, `kernel` in a tree)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->needs(api);
  diff.add_flag("--breaking", command.breaking, "List only what was removed, moved or changed")->needs(api);
  diff.add_option("--source-old", command.source_before,
                  "Sources of OLD, to compare declarations; files with another checksum than OLD recorded are not used")
      ->type_name("DIR")
      ->needs(api);
  diff.add_option("--source-new", command.source_after, "The same for NEW")->type_name("DIR")->needs(api);
  diff.footer([] {
    return list_of("Changes", change_table) + list_of("Changes with --api", api_change_table) +
           exit_codes("OLD and NEW differ; with --api, something was removed, moved or changed");
  });
}

void add_sources(CLI::App& sources, SourcesCommand& command) {
  sources.add_option("PATH", command.path, "Kernel tree, package, or a file that describes a crate")
      ->required()
      ->type_name("");
  sources.add_option("--crate", command.crate, "Name of the crate (default: the crate of a file, `kernel` in a tree)")
      ->type_name("NAME");
  sources.add_option("--check", command.check, "Tell whether the files in DIR are those that were compiled")
      ->type_name("DIR");
  sources
      .add_option(
          "--remap", command.remaps,
          "Take the directory FROM of recorded paths for TO, as rustc's --remap-path-prefix does; may be repeated")
      ->type_name("FROM=TO")
      ->allow_extra_args(false);
  sources.add_option("-f,--format", command.format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  sources.footer(
      [] { return std::string(kSourcesExamples) + exit_codes("--check: a file was changed or is missing"); });
}

void add_api(CLI::App& api, ApiCommand& command) {
  api.add_option("PATH", command.path, "Kernel tree, package, or a file that describes a crate")
      ->required()
      ->type_name("");
  api.add_option("--crate", command.crate, "Name of the crate (default: the crate of a file, `kernel` in a tree)")
      ->type_name("NAME");
  api.add_option("-f,--format", command.format, "Output format (default: text)")
      ->check(CLI::IsMember(names_in(api_format_table())))
      ->type_name("FORMAT");
  api.add_option("--has", command.has, "Print only those of these items that the crate does not offer")
      ->type_name("ITEM");
  api.add_flag("--members", command.members,
               "List fields, variants, parameters, and the items of traits and inherent impls too");
  api.add_flag("--no-hidden", command.no_hidden, "Leave out items marked #[doc(hidden)]");
  api.add_flag("--all", command.all, "List every item that has a name, private ones too, each with its visibility")
      ->excludes("--members");
  api.add_flag("--ls", command.listing, "The text of rustc -Zls=items")->group("");
  api.footer([] {
    return list_of("Formats", api_format_table()) + std::string(kApiExamples) +
           exit_codes("--has: the crate does not offer all of the items");
  });
}

void add_explain(CLI::App& explain, ExplainCommand& command) {
  explain
      .add_option("RULE", command.rule,
                  "A rule of audit, or an error code of rustc (E0463); without it, all rules are listed")
      ->type_name("");
  explain.add_flag("--markdown", command.markdown, "Print all rules as Markdown");
  explain.footer(exit_codes_without_findings);
}

}  // namespace rartifacts
