// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Asking a compiler for its version
// =================================
//
// `rustc` is often rustup's proxy, and the proxy obeys a rust-toolchain.toml in the folder it is started in, or above: that file may
// name any program. So the child starts in `/`, with the few variables that the proxy needs, and has nothing from the folder that
// is audited. It gets ten seconds, whatever it does with its output; then it is killed, and what it has started as well.
#include "cli/rustc.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "bytes/path.h"
#include "cli/held_signals.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kLongestAnswer = 64 * 1024;

// From here, though not without its links: a proxy knows by the name of its link what it is asked to be.
std::string absolute_path(const std::string& path) {
  if (path.starts_with('/')) return path;
  const std::unique_ptr<char, decltype(&std::free)> here(get_current_dir_name(), &std::free);
  return join_path(here ? here.get() : "", path);
}

bool is_executable_file(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

// As execvp(3) looks for it.
std::string find_program(const std::string& name) {
  if (name.contains('/')) return absolute_path(name);
  const char* folders = std::getenv("PATH");
  std::string_view rest = folders ? folders : "/usr/local/bin:/usr/bin:/bin";
  for (;;) {
    const auto end = rest.find(':');
    const auto folder = rest.substr(0, end);
    auto path = absolute_path(join_path(folder.empty() ? "." : folder, name));
    if (is_executable_file(path)) return path;
    if (end == rest.npos) return {};
    rest.remove_prefix(end + 1);
  }
}

std::vector<std::string> clean_environment() {
  std::vector<std::string> variables{"LANG=C"};
  for (const auto* name : {"PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"})
    if (const char* value = std::getenv(name)) variables.push_back(fmt::format("{}={}", name, value));
  return variables;
}

/// What a child has started is ours once the child is gone: so it can be found, and ended.
class Descendants {
 public:
  Descendants() : before_(children()) { prctl(PR_SET_CHILD_SUBREAPER, 1); }
  Descendants(const Descendants&) = delete;
  Descendants& operator=(const Descendants&) = delete;

  ~Descendants() {
    constexpr int kRounds = 1000;  // of a millisecond: a child that forks without end is not waited for without end
    for (int i = 0; i < kRounds && end_all(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    prctl(PR_SET_CHILD_SUBREAPER, 0);
  }

 private:
  static std::vector<pid_t> children() {
    std::vector<pid_t> found;
    const auto path = fmt::format("/proc/self/task/{}/children", gettid());
    const Descriptor list(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t got; list && (got = read(list.get(), buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::string_view rest = text; !rest.empty();) {
      pid_t child = 0;
      const auto read_to = std::from_chars(rest.data(), rest.data() + rest.size(), child).ptr - rest.data();
      if (child > 0) found.push_back(child);
      rest.remove_prefix(std::min(rest.size(), static_cast<std::size_t>(read_to) + 1));
    }
    return found;
  }

  // True when there may be more.
  bool end_all() const {
    bool is_any = false;
    for (const auto child : children()) {
      if (std::ranges::find(before_, child) != before_.end()) continue;
      is_any = true;
      kill(child, SIGKILL);
      waitpid(child, nullptr, WNOHANG);
    }
    return is_any;
  }

  std::vector<pid_t> before_;
};

/// A running `rustc`; killed with its group when it has not ended.
class Child {
 public:
  static Result<Child> start(const std::string& program, std::vector<std::string> arguments);
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), status_(other.status_), output_(std::move(other.output_)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(-pid_, SIGKILL);
    if (status_) return;
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// What it wrote, once it has ended well.
  Result<std::string> answer() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!status_) {
      if (HeldSignals::is_pending()) return fail(ErrorKind::io, "interrupted");
      if (std::chrono::steady_clock::now() > deadline)
        return fail(ErrorKind::io, "did not end within {} seconds", kPatience.count());
      wait_for_output();
      if (text_.size() > kLongestAnswer) return fail(ErrorKind::io, "does not print what rustc prints");
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
    }
    read_output();
    if (*status_ != 0) return fail(ErrorKind::io, "failed: is it a rustc?");
    return text_;
  }

 private:
  Child(pid_t pid, Descriptor output) : pid_(pid), output_(std::move(output)) {}

  void wait_for_output() {
    constexpr int kOpen = 20;  // milliseconds; output ends the wait
    constexpr int kClosed = 1;
    pollfd ready{is_open_ ? output_.get() : -1, POLLIN, 0};
    if (poll(&ready, 1, is_open_ ? kOpen : kClosed) > 0) read_output();
  }

  void read_output() {
    std::array<char, 4096> buffer;
    while (is_open_ && text_.size() <= kLongestAnswer) {
      const auto got = read(output_.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) is_open_ = false;
      else text_.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  pid_t pid_;
  std::optional<int> status_;
  Descriptor output_;
  bool is_open_ = true;
  std::string text_;
};

Result<Child> Child::start(const std::string& program, std::vector<std::string> arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot be started");
  Descriptor from(ends[0]);
  const Descriptor to(ends[1]);
  fcntl(from.get(), F_SETFL, O_NONBLOCK);  // only our end

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  sigset_t none;
  sigset_t ours;  // main() ignores them; a child that does is another program
  sigemptyset(&none);
  sigemptyset(&ours);
  for (const int number : {SIGPIPE, SIGXFSZ, SIGCHLD}) sigaddset(&ours, number);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &ours);

  arguments.insert(arguments.begin(), program);
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  auto variables = clean_environment();
  std::vector<char*> environment;
  environment.reserve(variables.size() + 1);
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawn(&child, program.c_str(), &actions, &attributes, words.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return fail(ErrorKind::io, "cannot be started: {}", std::strerror(error));
  return Child(child, std::move(from));
}

// What the program prints when it is given these arguments.
Result<std::string> ask(const std::string& path, const std::vector<std::string>& arguments) {
  const auto program = find_program(path);
  if (program.empty()) return fail(ErrorKind::io, "{} cannot be started: {}", path, std::strerror(ENOENT));
  std::signal(SIGCHLD, SIG_DFL);  // whoever started us may ignore it, and then nobody can be waited for
  const HeldSignals held;
  const Descendants descendants;
  auto child = Child::start(program, arguments);
  if (!child) return fail(ErrorKind::io, "{} {}", path, child.error().what);
  auto text = child->answer();
  if (!text) return fail(ErrorKind::io, "{} {} {}", path, arguments.front(), text.error().what);
  return text;
}

}  // namespace

Result<RustcIdentity> identify_rustc(const std::string& path) {
  const auto text = ask(path, {"-vV"});
  if (!text) return pass(text);
  RustcIdentity identity;
  identity.version = text->substr(0, text->find('\n'));
  if (!identity.version.starts_with("rustc "))
    return fail(ErrorKind::io, "{} -vV does not print what rustc prints", path);
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
  if (!line.starts_with('/')) return fail(ErrorKind::io, "{} --print sysroot does not print what rustc prints", path);
  return line;
}

}  // namespace rartifacts
