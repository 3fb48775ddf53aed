// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <cstdint>
#include <cstdlib>

#include "bytes/budget.h"

namespace rartifacts {

/// One execution: `file` holds the bytes that the fuzzer made up. Returns nothing, because whatever the bytes are, a reader
/// must come back; the sanitizers and the limits of the runner decide.
void fuzz(Image& file);

/// What must hold of everything that a reader believed.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace rartifacts

// Not inline, so that libFuzzer finds it: each target includes this header once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rartifacts::Budget::Run run;  // what one input may take
  auto file = rartifacts::Image::borrowed({data, size});
  rartifacts::fuzz(file);
  return 0;
}
