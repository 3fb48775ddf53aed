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
#include <vector>

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

// What the program prints when it is given these arguments.
Result<std::string> ask(const std::string& path, std::vector<std::string> arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(path);
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  arguments.insert(arguments.begin(), path);
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, path.c_str(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail(ErrorKind::io, "{} cannot be started: {}", path, std::strerror(error));
  to = Descriptor();
  auto text = read_all(from.get());
  if (!text) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!text || status != 0) return fail(ErrorKind::io, "{} {} failed: is it a rustc?", path, arguments[1]);
  return *std::move(text);
}

}  // namespace

Result<RustcIdentity> identify_rustc(const std::string& path) {
  const auto text = ask(path, {"-vV"});
  if (!text) return pass(text);
  RustcIdentity identity;
  identity.version = text->substr(0, text->find('\n'));
  if (!identity.version.starts_with("rustc "))
    return fail(ErrorKind::io, "{} -vV does not answer as a rustc does", path);
  constexpr std::string_view kHost = "\nhost: ";
  if (const auto host = text->find(kHost); host != text->npos) {
    const auto begin = host + kHost.size();
    identity.host = text->substr(begin, text->find('\n', begin) - begin);
  }
  return identity;
}

Result<std::string> sysroot_of_rustc(const std::string& path) {
  auto text = ask(path, {"--print", "sysroot"});
  if (!text) return text;
  auto line = text->substr(0, text->find('\n'));
  if (!line.starts_with('/')) return fail(ErrorKind::io, "{} --print sysroot does not answer as a rustc does", path);
  return line;
}

}  // namespace rartifacts
