// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The floors: what no program of this kind can go below, to compare with. bench/run compiles this file.
//
//   floor                     a hello that is linked to libelf and fmt, as rartifacts is: the cost of being started
//   floor walk TREE           opens every directory of TREE, reads its entries, closes it; one thread: the cost of finding
//   floor open TREE           opens every file of TREE, reads 64 bytes, closes it; one thread: the cost of looking
//   floor look TREE           the same without ever opening what is no regular file: looks at each, and opens what was looked at
//   floor peak COMMAND...     runs a command, its output thrown away, and prints its peak memory in KiB. The kernel counts
//                             the memory of a parent into the peak of its child, so the parent must be smaller than Python.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <libelf.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

// Depth first. `visit` gets the directory and the name of each regular file.
template <class Visit>
void walk(int directory, const Visit& visit) {
  alignas(dirent64) char buffer[32 * 1024];
  std::vector<std::string> below;
  ssize_t got = 0;
  while ((got = getdents64(directory, buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      at += entry->d_reclen;
      const std::string_view name = entry->d_name;
      if (entry->d_type == DT_DIR && name != "." && name != "..") below.emplace_back(name);
      else if (entry->d_type == DT_REG) visit(directory, entry->d_name);
    }
  }
  for (const auto& name : below) {
    const int fd = openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) walk(fd, visit);
  }
  close(directory);
}

bool reads(int fd) {
  char head[64];
  const bool has_read = fd >= 0 && read(fd, head, sizeof head) >= 0;
  if (fd >= 0) close(fd);
  return has_read;
}

bool opens(int directory, const char* name) { return reads(openat(directory, name, O_RDONLY | O_CLOEXEC)); }

bool looks(int own_files, int directory, const char* name) {
  const int found = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat status{};
  if (found < 0 || fstat(found, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const int fd = openat(own_files, std::to_string(found).c_str(), O_RDONLY | O_CLOEXEC);
  close(found);
  return reads(fd);
}

std::size_t count_files(std::string_view job, const char* tree) {
  std::size_t files = 0;
  const int own_files = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
  walk(open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC), [&](int directory, const char* name) {
    if (job == "walk" || (job == "open" ? opens(directory, name) : looks(own_files, directory, name))) ++files;
  });
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
  if (job == "walk" || job == "open" || job == "look") fmt::print("{} files\n", count_files(job, argv[2]));
  else if (job == "peak") return print_peak(argv + 2);
  else fmt::print("hello, libelf {}\n", elf_version(EV_CURRENT));
}
