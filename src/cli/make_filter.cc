// SPDX-License-Identifier: MIT OR Apache-2.0
//
// make_filter CPU: prints the filter of system calls for src/cli/sandbox.cc. Runs at build time, so that the program needs no
// libseccomp and a start no time for it.
//
// What is refused fails with EPERM, as it does for who may not: threads, files and memory stay as they are, since a reader module
// is loaded behind the filter. clone3 hides its flags from filters; ENOSYS makes the C library use clone.
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace {

// Who has no socket needs none of the calls that take one, and a short list is loaded in less time.
constexpr const char* kRefused[] = {
    // other programs and processes
    "execve",
    "execveat",
    "fork",
    "vfork",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_open",
    "setns",
    "unshare",
    // the network, and everything else that has an address
    "socket",
    "socketpair",
    "socketcall",
    // ways around a filter, and large doors into the kernel
    "io_uring_setup",
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "keyctl",
    "add_key",
    "request_key",
    "open_by_handle_at",
    "fanotify_init",
    // the machine, which is root's
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "fsopen",
    "open_tree",
    "mknod",
    "mknodat",
    "reboot",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "settimeofday",
    "clock_settime",
    "iopl",
    "ioperm",
};

bool refuse(scmp_filter_ctx filter, const char* name) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return true;  // of a newer kernel than this libseccomp
  const int status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
  if (status != 0 && status != -EDOM && status != -EOPNOTSUPP)
    return std::fprintf(stderr, "make_filter: %s: %d\n", name, status), false;
  return true;
}

// A new process is a clone without the threads of this one; a terminal takes typed text from who may not type.
bool refuse_by_arguments(scmp_filter_ctx filter, unsigned flags_argument) {
  constexpr scmp_datum_t kLow = 0xffffffff;
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                          SCMP_CMP(flags_argument, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                          SCMP_CMP(1, SCMP_CMP_MASKED_EQ, kLow, TIOCSTI)) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                          SCMP_CMP(1, SCMP_CMP_MASKED_EQ, kLow, TIOCLINUX)) == 0;
}

bool print(scmp_filter_ctx filter) {
  std::FILE* file = std::tmpfile();
  if (!file || seccomp_export_bpf(filter, fileno(file)) != 0) return false;
  std::rewind(file);
  sock_filter line;
  while (std::fread(&line, sizeof line, 1, file) == 1)
    std::printf("sock_filter{0x%04x, %u, %u, 0x%08x},\n", line.code, line.jt, line.jf, line.k);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string cpu = argc > 1 ? argv[1] : "";
  const auto architecture = seccomp_arch_resolve_name(cpu.c_str());
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (!filter) return 1;
  if (architecture != 0 && architecture != seccomp_arch_native() &&
      (seccomp_arch_add(filter, architecture) != 0 || seccomp_arch_remove(filter, SCMP_ARCH_NATIVE) != 0))
    return 1;
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (const auto* name : kRefused)
    if (!refuse(filter, name)) return 1;
  if (!refuse_by_arguments(filter, cpu == "s390x" ? 1 : 0)) return 1;
  return print(filter) ? 0 : 1;
}
