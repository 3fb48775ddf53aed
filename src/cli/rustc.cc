// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/rustc.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "source/directory.h"

namespace rartifacts {
namespace {

constexpr int kPatience = 10'000;  // milliseconds
constexpr std::size_t kLongest = 64 * 1024;

// Everything until the other end is closed; nothing when that takes too long or gets too long.
std::optional<std::string> read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  pollfd ready{fd, POLLIN, 0};
  while (text.size() < kLongest && poll(&ready, 1, kPatience) > 0) {
    const auto got = read(fd, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> rustc_version_of(const std::string& path) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(path);
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  std::string program = path;
  std::string option = "-vV";
  std::array<char*, 3> arguments{program.data(), option.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, path.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail(ErrorKind::io, "{} cannot be started: {}", path, std::strerror(error));
  to = Descriptor();
  const auto text = read_all(from.get());
  if (!text) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!text || status != 0) return fail(ErrorKind::io, "{} -vV failed: is it a rustc?", path);
  auto line = text->substr(0, text->find('\n'));
  if (!line.starts_with("rustc ")) return fail(ErrorKind::io, "{} -vV does not answer as a rustc does", path);
  return line;
}

}  // namespace rartifacts
