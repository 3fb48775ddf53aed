// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/held_signals.h"

#include <array>

namespace rartifacts {
namespace {

constexpr std::array kEndingSignals{SIGINT, SIGTERM, SIGHUP};

// The signals that are held now. All of this happens on the main thread.
sigset_t& held_signals() {
  static sigset_t held{};
  return held;
}

}  // namespace

HeldSignals::HeldSignals() : outer_(held_signals()) {
  sigprocmask(SIG_SETMASK, nullptr, &before_);
  for (const int number : kEndingSignals) {
    struct sigaction action{};
    const bool is_ours = sigismember(&before_, number) == 0 && sigaction(number, nullptr, &action) == 0;
    if (is_ours && action.sa_handler == SIG_DFL) sigaddset(&held_signals(), number);
  }
  sigprocmask(SIG_BLOCK, &held_signals(), nullptr);
}

HeldSignals::~HeldSignals() {
  held_signals() = outer_;
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool HeldSignals::is_pending() {
  sigset_t pending;
  if (sigpending(&pending) != 0) return false;
  for (const int number : kEndingSignals)
    if (sigismember(&held_signals(), number) == 1 && sigismember(&pending, number) == 1) return true;
  return false;
}

}  // namespace rartifacts
