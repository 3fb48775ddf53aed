// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <csignal>

namespace rartifacts {

/// Holds back SIGINT, SIGTERM and SIGHUP as long as something stands that must not be left behind: a file that is half written, a
/// child process. Whoever does the work asks `is_pending` between its steps, gives up when told to, and cleans up as after any
/// error; then the signal comes through and ends the program as it does anything else. One that the caller has told us to ignore
/// (nohup) or holds back itself is let be.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  /// True when one of them has come.
  static bool is_pending();

 private:
  sigset_t before_;  ///< the mask of the thread
  sigset_t outer_;   ///< what was held already
};

}  // namespace rartifacts
