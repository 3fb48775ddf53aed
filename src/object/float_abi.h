// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace rartifacts {

/// `single`, `double` or `quad`: the widest floating point that functions of an object pass in its registers, as e_flags of riscv and
/// loongarch say. Empty: they pass none there, or the machine's e_flags do not tell.
std::string_view hard_float_abi(std::uint16_t e_machine, std::uint32_t e_flags);

}  // namespace rartifacts
