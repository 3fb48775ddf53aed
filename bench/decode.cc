// SPDX-License-Identifier: MIT OR Apache-2.0
//
// How many artifacts one core decodes in a second: decode FILE-OR-DIRECTORY...
//
// Reads every file into memory, then classifies all of them again and again for about a second: no disk, no threads, no
// start-up, only the parsers. Time is processor time of this thread, so a busy machine changes little. The first line of the
// output is the number; the lines after it say what each kind costs.
#include <fmt/core.h>
#include <rartifacts/classify.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct File {
  std::string name;
  std::vector<char> bytes;
};

struct Tally {
  std::uint64_t files = 0;
  double seconds = 0;
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void add(std::vector<File>& files, const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  files.push_back({path.filename(), {std::istreambuf_iterator<char>(in), {}}});
}

std::vector<File> files_below(int argc, char** argv) {
  std::vector<File> files;
  for (int i = 1; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) add(files, argv[i]);
    else
      for (const auto& entry : fs::recursive_directory_iterator(argv[i]))
        if (entry.is_regular_file()) add(files, entry.path());
  }
  return files;
}

/// The name of the kind; empty for files that are no artifact.
std::string_view decode(const File& file) {
  auto image = rartifacts::Image::borrowed(rartifacts::as_bytes({file.bytes.data(), file.bytes.size()}));
  const auto found = rartifacts::classify(rartifacts::View(image), file.name);
  if (!found) return "damaged (an error)";
  return *found ? rartifacts::name_of((*found)->kind) : "";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<File> files = files_below(argc, argv);
  std::erase_if(files, [](const File& file) { return decode(file).empty(); });
  if (files.empty()) return fmt::print(stderr, "decode: no artifacts there\n"), 3;

  std::map<std::string_view, Tally> kinds;
  Tally all;
  while (all.seconds < 1) {
    for (const auto& file : files) {
      const auto begin = processor_seconds();
      const auto kind = decode(file);
      const auto took = processor_seconds() - begin;
      for (auto* tally : {&all, &kinds[kind]}) ++tally->files, tally->seconds += took;
    }
  }
  fmt::print("{:.0f} artifacts per second and core\n", static_cast<double>(all.files) / all.seconds);
  for (const auto& [kind, tally] : kinds)
    fmt::print("{:>8.1f} us  {}\n", tally.seconds / static_cast<double>(tally.files) * 1e6, kind);
}
