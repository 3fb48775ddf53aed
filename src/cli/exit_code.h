// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace rartifacts {

/// Exit codes, the same for every command.
enum class ExitCode {
  done = 0,
  findings = 1,
  usage = 2,
  input = 3,
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view meaning;
};
inline constexpr std::array<ExitCodeRow, 4> exit_code_table{{
    {ExitCode::done, "success"},
    {ExitCode::findings, "audit, report, diff, verify, api --has or sources --check found something"},
    {ExitCode::usage, "wrong usage, or a file name that the chosen format cannot express"},
    {ExitCode::input, "input could not be read or is not what was asked for, or output could not be written"},
}};

}  // namespace rartifacts
