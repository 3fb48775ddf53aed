// SPDX-License-Identifier: MIT OR Apache-2.0
#include <elf.h>
#include <fcntl.h>
#include <rartifacts/container.h>
#include <rartifacts/graph.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include "bytes/path.h"
#include "cli/commands.h"
#include "cli/late_details.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "kernel/auxiliary_claims.h"
#include "kernel/root.h"
#include "metadata/magic.h"
#include "scan/crate_shelf.h"
#include "source/directory.h"
#include "source/source.h"
#include "write/artifact_json.h"
#include "write/artifact_text.h"
#include "write/object_text.h"

namespace rartifacts {
namespace {

bool has_unknown_name(const Crate& crate) {
  const auto is_unknown = [](const CrateName& name) { return !name.text; };
  return is_unknown(crate.name) ||
         (crate.dependencies && std::ranges::any_of(*crate.dependencies, is_unknown, &Dependency::name));
}

// What the files beside an artifact tell about it: the names of predefined crates, and where the rest of a stub is.
void ask_neighbours(std::vector<Artifact>& artifacts, const std::string& base) {
  std::set<std::string> folders;
  for (const auto& artifact : artifacts)
    if (artifact.crate && (artifact.crate->is_stub || has_unknown_name(*artifact.crate)))
      folders.insert(directory_of(artifact.path).empty() ? "." : std::string(directory_of(artifact.path)));
  if (folders.empty()) return;
  auto options = scan_for(Profile::oot);
  options.kernel_kinds = options.kinds;
  options.base = base;
  options.paths.assign(folders.begin(), folders.end());
  options.recurse = false;
  auto neighbours = scan(options).artifacts;
  for (auto& artifact : artifacts) {
    if (!artifact.crate || !artifact.crate->is_stub) continue;
    const auto full = std::ranges::find_if(neighbours, [&](const auto& other) {
      return other.kind == Kind::rmeta && other.crate && other.crate->svh == artifact.crate->svh &&
             directory_of(other.path) == directory_of(artifact.path);
    });
    artifact.notes.push_back(full != neighbours.end()
                                 ? fmt::format("full metadata: {}", full->path)
                                 : "the full metadata is not beside it, and rustc refuses a stub alone");
  }
  const auto count = artifacts.size();
  std::ranges::move(neighbours, std::back_inserter(artifacts));
  name_dependencies(artifacts);
  artifacts.resize(count);
}

// Metadata, and what is linked already, has nothing that the kernel could export to it. When in doubt, true.
bool may_lack_symbols(const std::string& path) {
  constexpr std::size_t kHead = 18;  // up to e_type
  const auto file = open_file_below(AT_FDCWD, path, true);
  std::array<std::uint8_t, kHead> head{};
  if (!file || pread(file->fd.get(), head.data(), head.size(), 0) != kHead) return true;
  if (is_metadata(head)) return false;
  if (object_format(head) != ObjectFormat::elf) return true;
  const bool is_big = head[EI_DATA] == ELFDATA2MSB;
  return (is_big ? load_be(head, EI_NIDENT, 2) : load_le(head, EI_NIDENT, 2)) == ET_REL;
}

// A link in a kernel tree leads no further than that tree.
Result<std::string> symvers_of(const std::string& root) {
  auto folder = open_below(AT_FDCWD, root, O_PATH | O_DIRECTORY);
  if (!folder) return pass(folder);
  const auto disk = open_disk(folder->get());
  auto resolved = resolve(*disk, kExportsFile, 0);
  if (!resolved) return pass(resolved);
  return disk->read_text(resolved->target);
}

// What the kernel exports: as the user says, or as the kernel tree says that a file stands in.
Result<std::shared_ptr<const ExportTable>> exports_for(const InspectCommand& command, const Operands& operands) {
  if (!command.symvers.empty()) {
    auto text = read_text_below(AT_FDCWD, command.symvers, true);
    if (!text) return fail(text.error().kind, "{}: {}", command.symvers, text.error().what);
    return std::make_shared<const ExportTable>(*text);
  }
  for (const auto& path : operands.paths) {
    if (!may_lack_symbols(join_path(operands.base, path))) continue;
    const auto kernel = kernel_around(operands, path);
    if (!kernel) continue;
    if (auto text = symvers_of(*kernel)) return std::make_shared<const ExportTable>(*text);
  }
  return nullptr;
}

// How many items a crate offers. In larger files counting them would take longer than all the rest.
std::optional<std::size_t> public_items(const std::string& base, const Artifact& artifact) {
  constexpr std::uint64_t kLargest = std::uint64_t{16} << 20;
  if (!artifact.crate || artifact.crate->is_stub || artifact.size > kLargest) return std::nullopt;
  CrateShelf shelf(base, {});
  const auto crate = shelf.open(artifact);
  if (!crate || !(*crate)->items->has_kinds()) return std::nullopt;
  const auto interface = public_interface(**crate, false, [](const Dependency&) { return nullptr; });
  return interface ? std::optional(interface->size()) : std::nullopt;
}

ExitCode write_as(const std::string& format, const Operands& operands, std::vector<Artifact>& artifacts,
                  LateDetails& details) {
  const bool is_text = format == "text";
  Json json(format == "json" ? 2 : 0);
  const bool is_array = format == "json" && artifacts.size() != 1;
  if (is_array) json.begin_array();
  std::string out;
  auto printed = ExitCode::done;
  for (auto rest = std::span(artifacts); !rest.empty() && printed == ExitCode::done && !is_over_limit();
       rest = rest.subspan(1)) {
    auto& artifact = rest.front();
    details.restore(rest);
    auto shown = artifact;
    show_as_typed(shown, operands);
    const auto count = public_items(operands.base, shown);
    if (is_text) {
      out += artifact_text(shown);
      if (count) out += text_line("public items", fmt::format("{}", *count));
    } else {
      write_artifact(json, shown, count);
      if (rest.size() == 1 && is_array) json.end_array();
      out += json.take();
    }
    details.drop(artifact);
    if (rest.size() > 1 ? is_text || format == "ndjson" : !is_text) out += '\n';
    constexpr std::size_t kPiece = std::size_t{256} << 10;
    if (rest.size() == 1 || out.size() > kPiece) printed = print(std::exchange(out, {}));
  }
  return printed;
}

}  // namespace

ExitCode run_inspect(const InspectCommand& command) {
  auto operands = plan_operands(command.files, false);
  if (!operands) return refuse(operands.error());
  for (const auto& path : operands->paths) {
    struct stat status;
    if (stat(join_path(operands->base, path).c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      return complain(fmt::format("{}: is a directory: use rartifacts scan", path)), ExitCode::usage;
  }
  auto options = scan_for(Profile::all);
  options.base = operands->base;
  options.paths = operands->paths;
  options.members = true;
  options.link_facts = true;
  auto reads = reads_of(*operands);
  reads.push_back(command.symvers);
  close_doors({.read = std::move(reads)});
  if (auto exports = exports_for(command, *operands)) options.exports = std::move(*exports);
  else return refuse(exports.error());
  LateDetails details(options);
  auto result = scan(options);
  ask_neighbours(result.artifacts, operands->base);
  const auto tell = [&](std::vector<Problem> problems) {
    ScanResult shown;
    shown.problems = std::move(problems);
    show_as_typed(shown, *operands);
    for (const auto& problem : shown.problems) report(problem);
  };
  tell(result.problems);
  auto printed = ExitCode::done;
  if (command.target_json) {
    std::string out;
    for (const auto& artifact : result.artifacts) {
      if (!artifact.crate || !artifact.crate->target_json) continue;
      if (!check_claim("target.json", *artifact.crate->target_json))
        return complain(printable(artifact.path) + ": the target specification that it records is not a JSON object"),
               ExitCode::input;
      out += *artifact.crate->target_json;
    }
    if (out.empty()) return complain("no target specification is recorded in it"), ExitCode::input;
    printed = print_list(out);
  } else {
    printed = write_as(command.format, *operands, result.artifacts, details);
    tell(details.problems());
  }
  return result.problems.empty() && details.problems().empty() ? printed : ExitCode::input;
}

}  // namespace rartifacts
