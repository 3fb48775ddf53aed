// SPDX-License-Identifier: MIT OR Apache-2.0
// kind_of FILE: prints what the file is, decided by its content.
#include <fcntl.h>
#include <rartifacts/classify.h>
#include <sys/stat.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  struct stat status;
  const int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0 || fstat(fd, &status) != 0) return std::perror("kind_of"), 2;
  // Only the pages that are asked for are read, so a large file costs no more than a small one.
  auto image = rartifacts::Image::of_file(fd, static_cast<std::uint64_t>(status.st_size));
  if (!image) return std::puts(rartifacts::describe(image.error()).c_str()), 2;
  const auto artifact = rartifacts::classify(rartifacts::View(*image), argv[1]);
  if (!artifact) return std::puts(rartifacts::describe(artifact.error()).c_str()), 2;
  std::puts(*artifact ? std::string(rartifacts::name_of((*artifact)->kind)).c_str() : "no artifact");
}
