// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The options of each command, and what its help says of them.
#include "cli/options.h"

#include <rartifacts/api_diff.h>
#include <rartifacts/diff.h>
#include <rartifacts/verify.h>
#include <algorithm>
#include <array>

#include "report/reports.h"
#include "write/api_formats.h"
#include "write/formats.h"
#include "write/graph_formats.h"
#include "write/member_names.h"

#ifndef RARTIFACTS_VERSION
#error "the build defines RARTIFACTS_VERSION"
#endif

namespace rartifacts {
namespace {

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

// The end of each command's help.
std::string exit_codes() {
  std::string out = "\nExit status:\n";
  for (const auto& row : exit_code_table) out += fmt::format("  {}  {}\n", static_cast<int>(row.code), row.meaning);
  return out;
}

std::string program_footer() {
  return exit_codes() + "\nEnvironment:\n  NO_COLOR  when set and not empty, nothing is colored\n";
}

constexpr std::string_view kScanExamples = R"(
Examples:
  rartifacts scan linux-build/ | cpio -pdmu "$DEST"
  rartifacts -C linux-build scan --format paths0 . | rsync -a --from0 --files-from=- linux-build/ "$DEST"
  rartifacts -C linux-build scan . | tar -C linux-build --no-recursion -cf headers.tar -T -
  rartifacts -C linux-build scan -f dh-install --prefix usr/src/linux-headers-$V . > debian/linux-headers-$V.install
    (then: dh_install --sourcedir=linux-build)
  rartifacts -C "$RPM_BUILD_ROOT" scan -f rpm-files usr/src/kernels > rust.list    (then: %files -f rust.list)
  rartifacts scan -f make --target headers.tar linux-build/ > headers.d            (then: include headers.d)
In a script, use `set -o pipefail`: a scan that fails lists nothing.
)";

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
  scan.add_option(
          "--side", command.side,
          "Only `host` artifacts (they run inside rustc) or `target` artifacts (for the machine the kernel runs on)")
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
  scan.add_option("-j,--jobs", command.jobs, "Number of threads, 1 to 256 (default: one per processor)")
      ->check(CLI::Range(1U, 256U))
      ->type_name("N");
  scan.footer([] {
    return list_of("Formats", format_table()) + list_of("Profiles", profile_table) + list_of("Kinds", kind_table) +
           std::string(kScanExamples) + exit_codes();
  });
}

void add_inspect(CLI::App& inspect, InspectCommand& command) {
  inspect.add_option("FILE", command.files, "Metadata, library, object or module")->required()->type_name("");
  inspect.add_option("-f,--format", command.format, "text (default), json, or ndjson: one object per line")
      ->check(CLI::IsMember({"text", "json", "ndjson"}))
      ->type_name("FORMAT");
  inspect
      .add_option("--symvers", command.symvers,
                  "Module.symvers of the kernel (default: from the kernel tree that contains the file)")
      ->type_name("FILE");
  inspect.add_flag("--target-json", command.target_json, "Print the JSON text of the custom target instead");
  inspect.footer(exit_codes);
}

void add_tree(CLI::App& tree, TreeCommand& command) {
  tree.add_option("PATH", command.path, "Tree or package to look at")->required()->type_name("");
  tree.add_option("-f,--format", command.format, "Output format (default: text)")
      ->check(CLI::IsMember(names_in(graph_format_table())))
      ->type_name("FORMAT");
  tree.add_option("-i,--invert", command.invert, "Show the crates that need CRATE instead")->type_name("CRATE");
  tree.footer([] { return list_of("Formats", graph_format_table()) + exit_codes(); });
}

void add_toolchain(CLI::App& toolchain, ToolchainCommand& command) {
  toolchain.add_option("PATH", command.paths, "Trees, packages or files to look at, all of one compiler")
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
  toolchain.footer(exit_codes);
}

void add_audit(CLI::App& audit, AuditCommand& command) {
  audit
      .add_option("PATH", command.paths,
                  "Build tree, headers tree, directory of crates, or packages; modules (.ko), objects and archives "
                  "that are named are checked for where they go (--for)")
      ->required()
      ->type_name("");
  audit
      .add_option_function<std::string>(
          "--for", [&](const std::string& name) { command.purpose = name == "user" ? Purpose::user : Purpose::kernel; },
          "Where named objects and archives go, `kernel` or `user` (default: kernel if a kernel tree, a module or a "
          "Module.symvers is named or around, else user)")
      ->check(CLI::IsMember({"kernel", "user"}))
      ->type_name("WHERE");
  audit.add_flag("--modules", command.modules, "Check all modules (.ko) in PATH, not only those that are named");
  audit.add_option("-r,--report", command.reports, "Write a report to FILE or standard output; may be repeated")
      ->type_name("FORMAT[=FILE]")
      ->allow_extra_args(false);
  audit.add_option("--rustc", command.rustc, "The rustc that will read the artifacts; it is run with -vV")
      ->type_name("PATH");
  audit.add_option("--rustc-version", command.rustc_version, "The same, given as its whole version string")
      ->type_name("STRING")
      ->excludes("--rustc");
  audit
      .add_option(
          "--host-arch", command.host_arch,
          "Machine that will run rustc, as uname -m prints it (default: this machine; for a package, its architecture)")
      ->type_name("ARCH");
  audit
      .add_option(
          "--host-glibc", command.host_glibc,
          "C library that rustc will run with, `2.36` (default: that of this machine; for a package, not known)")
      ->type_name("VERSION");
  audit
      .add_option("--sysroot", command.sysroot,
                  "Directory of the crates of that compiler (default: what --rustc prints)")
      ->type_name("DIR");
  audit.add_option("-L", command.folders, "Search this directory for crates too, as rustc -L does; may be repeated")
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
  audit
      .add_option_function<std::string>(
          "--fail-on", [&](const std::string& name) { command.fail_on = *severity_of(name); },
          "Lowest severity that makes the exit status 1 (default: error)")
      ->check(CLI::IsMember({"info", "warning", "error"}))
      ->type_name("LEVEL");
  audit.add_option("--severity", command.severities, "Change the severity of a rule, or turn it off; may be repeated")
      ->type_name("RULE=LEVEL")
      ->allow_extra_args(false);
  audit
      .add_option("--waivers", command.waivers,
                  "Do not count the findings that this TOML file lists ([[waiver]] with rule, path, reason, …)")
      ->type_name("FILE");
  audit.add_option("--baseline", command.baseline, "Do not count the findings recorded in FILE")->type_name("FILE");
  audit.add_option("--write-baseline", command.write_baseline, "Record the current findings in FILE")
      ->type_name("FILE");
  audit
      .add_option(
          "--needs", command.needs,
          "Items that a module imports, one path per line; each that a crate in PATH does not offer is a finding")
      ->type_name("FILE");
  audit.add_flag("--separate", command.separate, "Check each package alone, not as if they were installed together");
  audit.add_flag("-q,--quiet", command.quiet, "Print one line: ok, or the first finding");
  audit.footer([] { return list_of("Reports", report_table()) + "\nRules: see rartifacts explain\n" + exit_codes(); });
}

constexpr std::string_view kExtractExamples = R"(
Of several members called a.o, the second becomes a.2.o and the third a.3.o. Either all files are written, or none.

Examples:
  rartifacts extract libfoo.rlib -o objects         the objects that rustc made, to be linked by gcc or ld
  rartifacts extract --metadata libfoo.rlib         libfoo.rmeta, as rustc --extern takes it
  rartifacts extract --kbuild foo libfoo.a > foo.objs
  and in the Kbuild file beside them, to make foo.ko of them and of foo_main.c:
      obj-m += foo.o
      include $(src)/foo.objs
      foo-objs += foo_main.o
The printed lines hold a rule for these objects: objtool checks them, and modpost finds their .cmd files.
)";

void add_extract(CLI::App& extract, ExtractCommand& command) {
  extract.add_option("FILE", command.file, "An rlib or static library, thin ones too")->required()->type_name("");
  extract
      .add_option("-o,--output", command.output, "Directory to write to; created when it does not exist (default: .)")
      ->type_name("DIR");
  extract.add_flag("--objects", command.objects, "Extract the members that are Rust objects (default)");
  extract.add_flag("--metadata", command.metadata, "Extract the crate metadata, as an .rmeta file named after FILE");
  extract.add_flag("--all", command.all, "Extract every member as it is");
  extract.add_option("--name", command.names, "Only members whose name matches the shell pattern; may be repeated")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  extract
      .add_option("--kbuild", command.kbuild,
                  "Write each a.o as a.o_shipped, which Kbuild copies and `make clean` keeps, and print the Makefile "
                  "lines that link them into NAME.o, for a Makefile in DIR")
      ->check([](const std::string& name) {
        return is_plain_for_make(name) ? std::string() : "--kbuild: not a name for an object of Kbuild";
      })
      ->type_name("NAME");
  extract.add_option("--arch", command.arch, "Of a universal file: the archive for this machine (x86_64, arm64 …)")
      ->type_name("MACHINE");
  extract.add_flag("--force", command.force, "Replace existing files");
  extract.footer([] { return std::string(kExtractExamples) + exit_codes(); });
}

constexpr std::string_view kVerifyExamples = R"(
The manifest must be that of a tree: its paths are relative to DIR. In the manifest of a package, paths start with the name of the package.

Examples:
  rartifacts -C linux-build scan -f json . > manifest.json       then, after the copy:
  rartifacts verify manifest.json "$DEST"
  rartifacts verify --files-only manifest.json debian/linux-headers-x/usr/src/linux-headers-x
)";

void add_verify(CLI::App& verify, VerifyCommand& command) {
  verify
      .add_option("MANIFEST", command.manifest,
                  "A manifest that scan wrote as json or sha256sums; - for standard input")
      ->required()
      ->type_name("");
  verify.add_option("DIR", command.directory, "The copy: the directory that the paths in MANIFEST are relative to")
      ->required()
      ->type_name("");
  verify.add_option("-f,--format", command.format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  verify.add_flag("--files-only", command.files_only, "Ignore files that are not listed");
  verify.add_flag("--any-mode", command.any_mode, "Ignore permissions, which umask and dh_fixperms change");
  verify.add_option("-j,--jobs", command.jobs, "Number of threads, 1 to 256 (default: one per processor)")
      ->check(CLI::Range(1U, 256U))
      ->type_name("N");
  verify.footer([] { return list_of("Differences", discrepancy_table) + std::string(kVerifyExamples) + exit_codes(); });
}

void add_diff(CLI::App& diff, DiffCommand& command) {
  diff.add_option("OLD", command.before, "A tree, a package, or a manifest that scan wrote as json")
      ->required()
      ->type_name("");
  diff.add_option("NEW", command.after, "The same to compare with; a tree can be compared with a package or a manifest")
      ->required()
      ->type_name("");
  diff.add_option("-f,--format", command.format, "text (default), json; with --api also markdown")
      ->check(CLI::IsMember({"text", "json", "markdown"}))
      ->type_name("FORMAT");
  auto* api = diff.add_flag("--api", command.api, "Compare what a crate offers; the exit code is 1 when it breaks");
  diff.add_option("--crate", command.crates, "The crate to compare (default: that of a file, of a tree `kernel`)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->needs(api);
  diff.add_flag("--breaking", command.breaking, "Only what was removed, moved or changed")->needs(api);
  diff.add_option("--source-old", command.source_before,
                  "Sources of OLD; those with the recorded checksum are compared")
      ->type_name("DIR")
      ->needs(api);
  diff.add_option("--source-new", command.source_after, "Sources of NEW")->type_name("DIR")->needs(api);
  diff.footer(
      [] { return list_of("Changes", change_table) + list_of("Changes with --api", api_change_table) + exit_codes(); });
}

constexpr std::string_view kSourcesExamples = R"(
Without --check, the list is what md5sum --check reads. The directory that most of the recorded files are found under is taken
for DIR, so it need not have been the same path when the crate was compiled.

Examples:
  rartifacts sources rust/libkernel.rmeta
  rartifacts sources --check /usr/src/linux-6.12 linux-build/
)";

void add_sources(CLI::App& sources, SourcesCommand& command) {
  sources.add_option("PATH", command.path, "Kernel tree, package, or a file that describes a crate")
      ->required()
      ->type_name("");
  sources.add_option("--crate", command.crate, "Name of the crate (default: the crate of a file, `kernel` in a tree)")
      ->type_name("NAME");
  sources.add_option("--check", command.check, "Check whether the files in DIR are those that were compiled")
      ->type_name("DIR");
  sources.add_option("--remap", command.remaps, "Replace FROM at the start of a path by TO; may be repeated")
      ->type_name("FROM=TO")
      ->allow_extra_args(false);
  sources.add_option("-f,--format", command.format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  sources.footer([] { return std::string(kSourcesExamples) + exit_codes(); });
}

constexpr std::string_view kApiExamples = R"(
Kinds: mod struct union enum variant trait type fn const static macro; with --members also field and param.

Examples:
  rartifacts api /lib/modules/$(uname -r)/build
  rartifacts api libfoo.rlib --members
  rartifacts api --crate macros linux-build/
  rartifacts api "$kernel_source_dir" --has kernel::clk::Clk kernel::device::Device
    (in a configure script or dkms.conf; exit status 0: all are there, 1: some are not, 3: cannot tell)
)";

void add_api(CLI::App& api, ApiCommand& command) {
  api.add_option("PATH", command.path, "Kernel tree, package, or a file that describes a crate")
      ->required()
      ->type_name("");
  api.add_option("--crate", command.crate, "Name of the crate (default: the crate of a file, `kernel` in a tree)")
      ->type_name("NAME");
  api.add_option("-f,--format", command.format, "Output format (default: text)")
      ->check(CLI::IsMember(names_in(api_format_table())))
      ->type_name("FORMAT");
  api.add_option("--has", command.has, "List nothing; print the paths among these that are missing")->type_name("ITEM");
  api.add_flag("--members", command.members,
               "List fields, variants, parameters, and the items of traits and inherent impls too");
  api.add_flag("--no-hidden", command.no_hidden, "Leave out what is marked #[doc(hidden)]");
  api.add_flag("--all", command.all, "List everything that has a name, with its visibility")->excludes("--members");
  api.add_flag("--ls", command.listing, "The text of rustc -Zls=items")->group("");
  api.footer([] { return list_of("Formats", api_format_table()) + std::string(kApiExamples) + exit_codes(); });
}

void add_explain(CLI::App& explain, ExplainCommand& command) {
  explain
      .add_option("RULE", command.rule,
                  "A rule of audit, or an error code of rustc (E0463); without it, all rules are listed")
      ->type_name("");
  explain.add_flag("--markdown", command.markdown, "Print all of it as Markdown, as in docs/rules.md");
  explain.footer(exit_codes);
}

template <auto member, auto add, auto run>
constexpr CommandRow command_row(std::string_view name, std::string_view summary) {
  return {name, summary, [](CLI::App& app, Commands& commands) { add(app, commands.*member); },
          [](const Commands& commands) { return run(commands.*member); }};
}

constexpr std::array kCommandRows{
    command_row<&Commands::scan, add_scan, run_scan>(
        "scan",
        "List the Rust artifacts that must ship\n\nFinds the Rust artifacts below each PATH. Of a kernel tree it lists "
        "what building an out-of-tree module reads: the crates that `kernel` needs, found by name and hash, their proc "
        "macros, and the files that the configuration calls for. Of any other tree it lists every file that has crate "
        "metadata.\n\nIt is all or nothing: when a file cannot be read, nothing is listed, and the exit status is 3."),
    command_row<&Commands::inspect, add_inspect, run_inspect>(
        "inspect",
        "Show what a file is, and all that can be read from it\n\nReads crate metadata, libraries, objects, kernel "
        "modules and bitcode: compiler, crate, hashes, dependencies, target; symbols, sections and relocations of "
        "objects; modinfo and signature of modules."),
    command_row<&Commands::tree, add_tree, run_tree>(
        "tree", "Show which crate needs which\n\nDependencies are followed by name and hash (SVH), as rustc does."),
    command_row<&Commands::toolchain, add_toolchain, run_toolchain>(
        "toolchain",
        "Show which rustc made a tree, as rust-toolchain.toml\n\nWhen rustup does not have that compiler, the output "
        "says why."),
    command_row<&Commands::audit, add_audit, run_audit>(
        "audit",
        "Check whether rustc will accept a set of artifacts\n\nGoes through the set as rustc does when it compiles "
        "against it, and names the file to blame. Several packages are checked as if they were installed together."),
    command_row<&Commands::extract, add_extract, run_extract>(
        "extract", "Extract objects or metadata from an rlib or static library"),
    command_row<&Commands::verify, add_verify, run_verify>("verify", "Check a copy against a manifest"),
    command_row<&Commands::diff, add_diff, run_diff>("diff",
                                                     "Show what changed between two trees, packages or manifests"),
    command_row<&Commands::api, add_api, run_api>(
        "api", "List what a crate offers: modules, types, traits, functions, macros"),
    command_row<&Commands::sources, add_sources, run_sources>(
        "sources", "List the source files that a crate was made of, or check them"),
    command_row<&Commands::explain, add_explain, run_explain>("explain",
                                                              "Explain a rule of audit, or an error code of rustc"),
};

}  // namespace

std::span<const CommandRow> command_table() { return kCommandRows; }

const CommandRow* command_of(std::string_view name) {
  const auto row = std::ranges::find(kCommandRows, name, &CommandRow::name);
  return row == kCommandRows.end() ? nullptr : &*row;
}

void add_commands(CLI::App& app, Commands& commands, const std::function<bool(std::string_view)>& is_wanted) {
  app.description(
      "Finds the Rust artifacts of a build, and checks that rustc will accept them\n\nTells which files of a build are "
      "Rust artifacts, what each of them is, which must ship together, and whether the rustc of the people who install "
      "them will accept them. It reads the files itself: no rustc is needed or run.");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "Show the help: -h in short, --help in full");
  auto* version = app.set_version_flag("-V,--version", "rartifacts " RARTIFACTS_VERSION, "Show the version");
  app.add_option("-C,--directory", commands.directory, "Run as if started in DIR")->type_name("DIR");
  app.add_flag("--no-sandbox", commands.no_sandbox,
               "Keep the right to open other files, start programs and open sockets");
  app.add_flag("--verbose", commands.verbose, "With --version: show what the sandbox can do here")->needs(version);
  app.footer(program_footer);
  const auto wants = [&](const CommandRow& row) { return is_wanted(row.name); };
  const bool wants_none = std::ranges::none_of(kCommandRows, wants);
  for (const auto& row : kCommandRows) {
    if (!wants(row) && !wants_none) continue;
    auto& command = *app.add_subcommand(std::string(row.name), std::string(row.summary));
    if (wants(row)) row.add(command, commands);
  }
  auto& help = *app.add_subcommand("help", "Show the help of a command");
  help.add_option("COMMAND", commands.helped, "One of the commands; without it, they are listed")->type_name("");
}

}  // namespace rartifacts
