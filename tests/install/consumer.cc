// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What a program that uses the installed library looks like: consumer FILE prints the kind of FILE.
#include <rartifacts/classify.h>

#include <cstdio>
#include <fstream>
#include <iterator>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream in(argv[1], std::ios::binary);
  auto file = rartifacts::Image::of_bytes({std::istreambuf_iterator<char>(in), {}});
  const auto artifact = rartifacts::classify(rartifacts::View(file), argv[1]);
  if (!artifact || !*artifact) return 1;
  std::puts(std::string(rartifacts::name_of((*artifact)->kind)).c_str());
}
