// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan_options.h>

#include <string>
#include <vector>

#include "cli/operands.h"

namespace rartifacts {

/// What a command still needs once it reads what strangers wrote. Paths that are not there are passed over.
struct Openings {
  std::vector<std::string> read;  ///< files, and directories with all that is below
  std::vector<std::string>
      write;  ///< files to write: their directories, too, because a new file takes the old one's place
  std::vector<std::string>
      fill;  ///< directories, there already or made in their parent, that get files and are looked into
  bool lists_first =
      false;  ///< names in directories are read before any file is, and `stop_listing` is called in between
};

/// Gives up everything else for the rest of the run, as far as the kernel can: other files (Landlock), new programs, sockets,
/// other processes (seccomp), new privileges, core dumps. What the kernel or the build does not have is passed over in silence.
/// Called by every command before the first byte of input is read, and while there is one thread.
void close_doors(const Openings& openings);

/// The same before a scan. Where it can, it sets `options.listed` and leaves the directories open until then.
void close_doors_to_scan(ScanOptions& options, Openings openings);

/// Closes what `Openings::lists_first` has left open. While there is one thread.
void stop_listing();

/// What a command reads for its operands: each directory and everything its links may lead to; of a file what stands beside it,
/// members of a thin archive for one.
/// And the kernel tree around it, whose configuration and exports say what the file is measured by.
std::vector<std::string> reads_of(const Operands& operands);
std::vector<std::string> reads_of_typed(const std::vector<std::string>& typed);

/// `--no-sandbox`.
void leave_doors_open();

/// `landlock 7, seccomp, no new privileges`: what `close_doors` can do here, on one line.
std::string sandbox_status();

}  // namespace rartifacts
