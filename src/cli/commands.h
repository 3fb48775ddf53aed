// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>
#include <rartifacts/manifest.h>

#include <string>
#include <vector>

#include "cli/exit_code.h"

namespace rartifacts {

struct ScanCommand {
  std::vector<std::string> paths;
  std::string format;  ///< empty: table on a terminal, else paths
  std::string profile = "oot";
  bool profile_given = false;
  std::vector<std::string> kinds;
  std::string side;
  std::string prefix;
  std::string target;
  bool allow_empty = false;
  bool keep_going = false;
  bool dirs = false;
  bool sniff = false;
  unsigned jobs = 0;
};
ExitCode run_scan(const ScanCommand& command);

struct InspectCommand {
  std::vector<std::string> files;
  std::string format = "text";
  std::string symvers;
  bool target_json = false;
};
ExitCode run_inspect(const InspectCommand& command);

struct TreeCommand {
  std::string path;
  std::string format = "text";
  std::string invert;
};
ExitCode run_tree(const TreeCommand& command);

struct ToolchainCommand {
  std::vector<std::string> paths;
  std::string format = "toml";
  std::string output;
};
ExitCode run_toolchain(const ToolchainCommand& command);

struct AuditCommand {
  std::vector<std::string> paths;
  std::vector<std::string> reports;
  std::string rustc;
  std::string rustc_version;
  std::string host_arch;
  std::string host_glibc;
  std::string expect_triple;
  std::string sysroot;
  std::vector<std::string> folders;  ///< `[KIND=]DIR`
  std::vector<std::string> externs;  ///< `NAME[=PATH]`
  std::string requested_config;
  std::string diversions;
  std::vector<std::string> path_leaks;
  std::vector<std::string> severities;
  std::string waivers;
  std::string baseline;
  std::string write_baseline;
  std::string needs;  ///< a file with paths of items, one per line
  Severity fail_on = Severity::error;
  Purpose purpose = Purpose::automatic;
  bool separate = false;
  bool keep_going = false;  ///< with `separate`
  bool together = false;
  bool modules = false;
  bool strict = false;
  bool quiet = false;
  unsigned jobs = 0;
};
ExitCode run_audit(const AuditCommand& command);

struct ReportCommand {
  std::vector<std::string> parts;  ///< `-` for standard input
  std::vector<std::string> reports;
  std::string waivers;
  std::string baseline;
  Severity fail_on = Severity::error;
  bool keep_going = false;
  bool quiet = false;
};
ExitCode run_report(const ReportCommand& command);

struct ExtractCommand {
  std::string file;
  std::string output = ".";
  bool objects = false;  ///< the default when nothing else is asked for
  bool metadata = false;
  bool all = false;
  std::vector<std::string> names;  ///< patterns as fnmatch(3) has them; empty: every member
  std::string kbuild;              ///< name of the composite object
  std::string arch;                ///< of a universal file: the machine, as lipo(1) calls it
  bool force = false;
};
ExitCode run_extract(const ExtractCommand& command);

struct VerifyCommand {
  std::string manifest;
  std::string directory;
  std::string format = "text";
  bool files_only = false;
  bool any_mode = false;
  unsigned jobs = 0;
};
ExitCode run_verify(const VerifyCommand& command);

struct DiffCommand {
  std::string before;
  std::string after;
  std::string format = "text";
  bool api = false;  ///< compare public interfaces
  bool breaking = false;
  std::vector<std::string> crates;
  std::string source_before;
  std::string source_after;
};
ExitCode run_diff(const DiffCommand& command);
ExitCode run_api_diff(const DiffCommand& command);

struct ApiCommand {
  std::string path;
  std::string crate;  ///< empty: that of a file, of a tree `kernel`
  std::string format = "text";
  std::vector<std::string> has;
  bool members = false;
  bool all = false;
  bool no_hidden = false;
  bool listing = false;  ///< as rustc -Zls=items
};
ExitCode run_api(const ApiCommand& command);

struct SourcesCommand {
  std::string path;
  std::string crate;
  std::string format = "text";
  std::string check;  ///< directory of the sources at hand
  std::vector<std::string> remaps;
};
ExitCode run_sources(const SourcesCommand& command);

struct ExplainCommand {
  std::string rule;
  bool markdown = false;
};
ExitCode run_explain(const ExplainCommand& command);

}  // namespace rartifacts
