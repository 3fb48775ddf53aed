// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/terminal.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "bytes/budget.h"
#include "write/escape.h"

namespace rartifacts {
namespace {

bool write_to(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool is_limit_told = false;  ///< one line about it is enough

}  // namespace

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

bool wants_color() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return stdout_is_terminal() && (!no_color || *no_color == '\0') && term && std::string_view(term) != "dumb";
}

bool is_over_limit() {
  const auto* budget = Budget::current();
  return budget && budget->exceeded();
}

ExitCode print(std::string_view text) {
  if (is_over_limit()) {
    if (!is_limit_told) complain(describe(over(Budget::current()->exceeded()->limit).error()));
    is_limit_told = true;
    return ExitCode::input;
  }
  if (write_to(STDOUT_FILENO, text)) return ExitCode::done;
  complain(fmt::format("standard output: {}: what was written so far is not complete", std::strerror(errno)));
  return ExitCode::input;
}

ExitCode print_list(std::string_view text) { return stdout_is_terminal() ? print(printable_lines(text)) : print(text); }

void report(const Problem& problem) {
  // Over a limit of the run, every file that is looked at afterwards says so.
  static bool is_limit_of_run_told = false;
  const bool is_of_run =
      is_over_limit() && problem.error.what == over(Budget::current()->exceeded()->limit).error().what;
  if (is_of_run && std::exchange(is_limit_of_run_told, true)) return;
  is_limit_told |= problem.error.kind == ErrorKind::too_large;
  complain(fmt::format("{}: {}", problem.path, describe(problem.error)));
}

void complain(std::string_view what) { write_to(STDERR_FILENO, fmt::format("rartifacts: {}\n", printable(what))); }

Progress::Progress() : last_(std::chrono::steady_clock::now()), enabled_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) write_to(STDERR_FILENO, "\r\x1b[K");
}

bool Progress::is_due() {
  if (!enabled_) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(shown_ ? 200 : 1000)) return false;
  last_ = now;
  return shown_ = true;
}

void Progress::operator()(std::uint64_t entries) {
  if (is_due()) write_to(STDERR_FILENO, fmt::format("\rscanning: {} entries\x1b[K", entries));
}

void Progress::of_packages(std::size_t done, std::size_t all) {
  if (is_due()) write_to(STDERR_FILENO, fmt::format("\rauditing: {} of {} packages\x1b[K", done, all));
}

}  // namespace rartifacts
