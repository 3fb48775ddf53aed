// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The floors: what no program of this kind can go below, to compare with. bench/run compiles this file.
//
//   floor                     a hello that is linked to libelf and fmt, as rartifacts is: the cost of being started
//   floor open TREE           opens every file of TREE, reads 64 bytes, closes it; one thread: the cost of looking
//   floor peak COMMAND...     runs a command, its output thrown away, and prints its peak memory in KiB. The kernel counts
//                             the memory of a parent into the peak of its child, so the parent must be smaller than Python.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <libelf.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string_view>

namespace {

std::size_t open_every_file(int directory) {
  std::size_t files = 0;
  DIR* stream = fdopendir(directory);
  if (!stream) return 0;
  while (const auto* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") {
      files += open_every_file(openat(dirfd(stream), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    } else if (entry->d_type == DT_REG) {
      char head[64];
      const int fd = openat(dirfd(stream), entry->d_name, O_RDONLY | O_CLOEXEC);
      if (fd >= 0 && read(fd, head, sizeof head) >= 0) ++files;
      if (fd >= 0) close(fd);
    }
  }
  closedir(stream);
  return files;
}

int print_peak(char** command) {
  const pid_t child = vfork();
  if (child == 0) {
    const int null = open("/dev/null", O_RDWR);
    dup2(null, STDOUT_FILENO);
    execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) return 1;
  fmt::print("{}\n", usage.ru_maxrss);
  return status == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view job = argc > 2 ? argv[1] : "";
  if (job == "open") fmt::print("{} files\n", open_every_file(open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  else if (job == "peak") return print_peak(argv + 2);
  else fmt::print("hello, libelf {}\n", elf_version(EV_CURRENT));
}
