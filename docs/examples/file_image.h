// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What the examples share: a file as an Image, and an end for errors.
#pragma once

#include <rartifacts/bytes.h>
#include <rartifacts/error.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

/// What a Result holds. Where it holds an error, the program ends with it.
template <class T>
T value_or_exit(rartifacts::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", rartifacts::describe(result.error()).c_str());
  std::exit(2);
}

inline std::string text_of(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) std::perror(path), std::exit(2);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline rartifacts::Image image_of(const char* path) {
  const auto text = text_of(path);
  return rartifacts::Image::of_bytes({text.begin(), text.end()});
}
