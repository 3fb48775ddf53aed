// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/operands.h"

#include <sys/stat.h>

#include <cstdlib>
#include <memory>

#include "bytes/path.h"
#include "cli/terminal.h"
#include "kernel/root.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

std::optional<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(path.c_str(), nullptr), &std::free);
  return resolved ? std::optional(std::string(resolved.get())) : std::nullopt;
}

std::optional<std::string> below(const std::string& base, const std::string& path) {
  if (path == base) return ".";
  const std::string prefix = base == "/" ? base : base + '/';
  if (!path.starts_with(prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

}  // namespace

Result<Operands> plan_operands(const std::vector<std::string>& typed, bool must_be_below) {
  Operands operands{".", {}, false};
  const auto base = real_path(".");
  if (!base) return fail_errno("working directory");
  std::vector<std::string> outside;
  for (const auto& path : typed) {
    if (path.empty()) return fail(ErrorKind::unsupported, "a path is empty");
    if (!path.starts_with('/') && !has_parent_parts(path)) {
      operands.paths.push_back(tidied_path(path));
      continue;
    }
    const auto real = real_path(path.starts_with('/') ? path : join_path(*base, path));
    if (!real) return fail_errno(path);
    if (const auto inside = below(*base, *real)) operands.paths.push_back(*inside);
    else outside.push_back(*real);
  }
  if (outside.empty()) return operands;
  if (must_be_below)
    return fail(ErrorKind::unsupported,
                "{} is outside of {}, so its paths cannot be listed relative to that: use -C DIR", outside.front(),
                *base);
  struct stat status;
  if (typed.size() == 1 && stat(outside.front().c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    return Operands{outside.front(), {"."}, false};
  Operands absolute{"/", {}, true};
  for (const auto& path : operands.paths) absolute.paths.push_back(tidied_path(*base + "/" + path));
  for (const auto& path : outside) absolute.paths.push_back(tidied_path(path));
  return absolute;
}

std::optional<std::string> kernel_around(const Operands& operands, std::string_view path) {
  for (auto folder = directory_of(path);; folder = directory_of(folder)) {
    auto root = join_path(operands.base, folder);
    struct stat status;
    if (stat(join_path(join_path(root, kConfigDirectory), kConfigFile).c_str(), &status) == 0) return root;
    if (folder.empty()) return std::nullopt;
  }
}

std::optional<std::string> path_inside(const std::string& directory, const std::string& path) {
  const auto outer = real_path(directory);
  const auto inner = real_path(path);
  return outer && inner ? below(*outer, *inner) : std::nullopt;
}

ExitCode refuse(const Error& error) {
  complain(describe(error));
  return error.kind == ErrorKind::unsupported ? ExitCode::usage : ExitCode::input;
}

void show_as_typed(Audit& audit, const Operands& operands) {
  if (!operands.absolute) return;
  const auto show = [](std::string& path) {
    if (!path.starts_with('/')) path.insert(0, "/");  // crates of -L and of the sysroot have theirs
  };
  for (auto& finding : audit.findings) show(finding.path);
  for (auto& [rule, path] : audit.passed) show(path);
  for (auto& path : audit.paths) show(path);
  for (auto& crate : audit.unchecked) show(crate.needed_by);
}

void show_as_typed(Artifact& artifact, const Operands& operands) {
  if (operands.absolute && !artifact.recorded) artifact.path.insert(0, "/");
}

void show_as_typed(ScanResult& result, const Operands& operands) {
  if (!operands.absolute) return;
  for (auto& artifact : result.artifacts) show_as_typed(artifact, operands);
  for (auto& problem : result.problems) problem.path.insert(0, "/");
}

}  // namespace rartifacts
