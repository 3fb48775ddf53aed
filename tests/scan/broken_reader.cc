// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A reader of packages, and of compressed files, that somebody has taken over: it tries what a reader has no business with, and says how far it came, as
// `open=13 exec=1`: numbers of errno, 0 for what was possible. It stands where the program looks for its reader module libarchive.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <thread>

#include "modules/load.h"
#include "modules/package_reader.h"
#include "modules/unpack.h"

RARTIFACTS_MODULE;

namespace {

std::string said;

void say(const char* what, long result) {
  said += std::string(said.empty() ? "" : " ") + what + '=' + std::to_string(result < 0 ? errno : 0);
}

void try_processes() {
  // In a child where that is possible, so that a program which does start replaces nobody.
  const auto child = fork();
  say("fork", child);
  if (child == 0) {
    execl("/bin/true", "true", nullptr);
    _exit(1);
  }
  if (child > 0) waitpid(child, nullptr, 0);
  else say("exec", execl("/bin/sh", "sh", "-c", "exit 0", nullptr));
  say("ptrace", ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
  int worked = 0;
  std::thread([&] { worked = 1; }).join();
  said += worked == 1 ? " thread=0" : " thread=1";
}

void try_network() {
  const int tcp = socket(AF_INET, SOCK_STREAM, 0);
  say("socket", tcp);
  sockaddr_in nobody{};
  nobody.sin_family = AF_INET;
  nobody.sin_port = htons(9);
  nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  say("connect", connect(tcp, reinterpret_cast<sockaddr*>(&nobody), sizeof nobody));
  say("local", socket(AF_UNIX, SOCK_STREAM, 0));
  io_uring_params ring{};
  say("io_uring", syscall(__NR_io_uring_setup, 1, &ring));
}

void try_files() {
  say("open", open("/etc/passwd", O_RDONLY));
  say("list", open("/etc", O_RDONLY | O_DIRECTORY));
  say("write", open("written", O_WRONLY | O_CREAT, 0600));
  say("beside", open("beside", O_RDONLY));
  say("remove", unlink("beside"));
  say("mkdir", mkdir("made", 0700));
}

void try_all() {
  try_files();
  try_network();
  try_processes();
  say("tiocsti", ioctl(STDERR_FILENO, TIOCSTI, "x"));
  rlimit core{};
  getrlimit(RLIMIT_CORE, &core);
  said += " core=" + std::to_string(core.rlim_max) + " nnp=" + std::to_string(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

rartifacts_package* try_with_package(int, std::uint64_t, std::uint64_t, const rartifacts_limits*) {
  try_all();
  return reinterpret_cast<rartifacts_package*>(&said);
}

// Who asks for this takes no message.
rartifacts_packed* try_with_file(const std::uint8_t*, std::size_t, std::uint64_t) {
  try_all();
  dprintf(STDERR_FILENO, "%s\n", said.c_str());
  return nullptr;
}

}  // namespace

RARTIFACTS_EXPORT const rartifacts_package_reader rartifacts_package_reader_v2;
const rartifacts_package_reader rartifacts_package_reader_v2{
    try_with_package, [](rartifacts_package*, rartifacts_package_entry*) { return -1; },
    [](rartifacts_package*, void*, std::size_t) -> std::int64_t { return -1; },
    [](rartifacts_package*, int* why) -> const char* {
      *why = RARTIFACTS_DAMAGED;
      return said.c_str();
    },
    [](rartifacts_package*) {}};

RARTIFACTS_EXPORT const rartifacts_unpacker rartifacts_unpacker_v1;
const rartifacts_unpacker rartifacts_unpacker_v1{
    try_with_file, [](rartifacts_packed*, std::uint8_t*, std::size_t) -> std::int64_t { return -1; },
    [](rartifacts_packed*) {}};
