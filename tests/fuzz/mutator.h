// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Mutators that know a container
// ==============================
//
// A bit that flips in a checksum, or a byte that goes from the middle of a file, makes an input that the first check turns away. These
// mutators change one field, or move one part, and keep the rest as the format has it; so what stands behind the first check is reached.
// Every other time they leave the bytes to the mutator of the fuzzer: of a part, or of all.
//
// A target names its own: RARTIFACTS_MUTATOR(mutate_ar), of mutate_ar.h, mutate_elf.h, mutate_package.h.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace rartifacts {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return count == 0 ? 0 : engine_() % count; }
  template <class T, std::size_t N>
  T one_of(const std::array<T, N>& all) {
    return all[below(N)];
  }
  template <class T>
  T& one_of(std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::minstd_rand engine_;
};

/// Leaves a text to the mutator of the fuzzer; it grows by a few bytes at most.
inline void mutate_plainly(std::string& text) {
  constexpr std::size_t kMore = 16;
  const auto size = text.size();
  text.resize(size + kMore);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
}

/// A number at which readers go wrong: near zero, near `near`, near a power of two.
inline std::uint64_t odd_number(Dice& dice, std::uint64_t near) {
  const auto step = dice.below(5) - 2;  // wraps around, as sizes do
  switch (dice.below(4)) {
    case 0: return dice.below(4);
    case 1: return near + step;
    case 2: return (std::uint64_t{1} << dice.below(64)) + step;
    default: return dice.below(near + 1);
  }
}

/// Every other time `mutate`, else the mutator of the fuzzer.
inline std::size_t mutated(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed,
                           void (*mutate)(std::string& file, Dice& dice)) {
  static const bool is_plain = std::getenv("RARTIFACTS_PLAIN_MUTATOR") != nullptr;  // to compare
  Dice dice(seed);
  if (is_plain || dice.below(2) == 0) return LLVMFuzzerMutate(data, size, max_size);
  std::string file(reinterpret_cast<const char*>(data), size);
  mutate(file, dice);
  if (file.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, file.data(), file.size());
  return file.size();
}

}  // namespace rartifacts

#define RARTIFACTS_MUTATOR(mutate)                                                                           \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, \
                                                 unsigned seed);                                             \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, \
                                                 unsigned seed) {                                            \
    return rartifacts::mutated(data, size, max_size, seed, rartifacts::mutate);                              \
  }
