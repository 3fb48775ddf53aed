// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace rartifacts::test {

/// A file below testdata, whole.
inline std::vector<std::uint8_t> testdata(const std::string& path) {
  std::ifstream file(std::filesystem::path(RARTIFACTS_TESTDATA) / path, std::ios::binary);
  if (!file) throw std::runtime_error("no test file " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file below testdata/goldens, whole.
inline std::vector<std::uint8_t> golden(const std::string& path) { return testdata("goldens/" + path); }

/// All files below testdata/goldens, relative to it, sorted.
inline std::vector<std::string> all_goldens() {
  const auto root = std::filesystem::path(RARTIFACTS_TESTDATA) / "goldens";
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
    if (entry.is_regular_file()) paths.push_back(entry.path().lexically_relative(root));
  std::ranges::sort(paths);
  return paths;
}

}  // namespace rartifacts::test
