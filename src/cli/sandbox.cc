// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Closing doors
// =============
//
// The readers of this program, and the libraries behind them, take apart files that anybody may have made, now and then as root.
// Should one of them be talked into something, it finds itself in a process that can do little:
//
//     Landlock          opens nothing but the operands and libraries for reading, and where outputs go for writing; no TCP,
//                       no signals to others (Linux 5.13, more with each release). Until all directories are listed, and the
//                       first file is read, others can be listed too
//     seccomp           starts no program, opens no socket, traces nobody, has no way to more privileges
//     no_new_privs      a set-user-ID program would give none
//     RLIMIT_CORE       no copy of the memory on disk
//
// Landlock has no header that is old enough everywhere, so the few numbers stand here (linux/landlock.h). The filter of seccomp
// is made at build time, by src/cli/make_filter.cc with libseccomp: loading it costs one system call.
#include "cli/sandbox.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <optional>
#include <utility>

#include "bytes/path.h"
#include "cli/destination.h"
#include "source/directory.h"

#ifndef RARTIFACTS_MODULE_DIR
#error "the build defines RARTIFACTS_MODULE_DIR"
#endif

namespace rartifacts {
namespace {

bool doors_stay_open = false;

constexpr rlim_t kMostFiles = 4096;

#ifdef RARTIFACTS_SECCOMP
std::array kSystemCalls{
#include "seccomp_filter.inc"
};

bool filter_system_calls() {
  const sock_fprog program{static_cast<unsigned short>(kSystemCalls.size()), kSystemCalls.data()};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &program) == 0;
}
constexpr bool kHasFilter = true;
#else
bool filter_system_calls() { return false; }
constexpr bool kHasFilter = false;
#endif

// linux/landlock.h, and numbers of system calls that are the same on every architecture but alpha.
#ifndef __NR_landlock_create_ruleset
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
#else
constexpr long kCreateRuleset = __NR_landlock_create_ruleset;
constexpr long kAddRule = __NR_landlock_add_rule;
constexpr long kRestrictSelf = __NR_landlock_restrict_self;
#endif
constexpr unsigned kAskVersion = 1;
constexpr int kPathBeneath = 1;

constexpr std::uint64_t kMayExecute = 1 << 0;
constexpr std::uint64_t kMayWriteFile = 1 << 1;
constexpr std::uint64_t kMayReadFile = 1 << 2;
constexpr std::uint64_t kMayReadDir = 1 << 3;
constexpr std::uint64_t kMayRemoveDir = 1 << 4;
constexpr std::uint64_t kMayRemoveFile = 1 << 5;
constexpr std::uint64_t kMayMakeDir = 1 << 7;
constexpr std::uint64_t kMayMakeReg = 1 << 8;
constexpr std::uint64_t kMayRefer = 1 << 13;     // since version 2
constexpr std::uint64_t kMayTruncate = 1 << 14;  // since version 3
constexpr std::uint64_t kMayIoctlDev = 1 << 15;  // since version 5
constexpr std::uint64_t kOfFiles = kMayExecute | kMayWriteFile | kMayReadFile | kMayTruncate | kMayIoctlDev;
constexpr std::uint64_t kRead = kMayReadFile | kMayReadDir;
constexpr std::uint64_t kWrite = kRead | kMayWriteFile | kMayRemoveFile | kMayMakeReg | kMayTruncate;
constexpr std::uint64_t kFill = kWrite | kMayMakeDir | kMayRemoveDir | kMayRefer;
constexpr std::uint64_t kNetwork = 3;  // bind and connect of TCP, since version 4
constexpr std::uint64_t kScopes = 3;   // abstract sockets and signals, since version 6

struct RulesetAttributes {
  std::uint64_t files, network, scopes;
};
struct [[gnu::packed]] PathRule {
  std::uint64_t allowed;
  std::int32_t parent;
};

int landlock_version() { return static_cast<int>(syscall(kCreateRuleset, nullptr, std::size_t{0}, kAskVersion)); }

/// Each release that has more of them has one bit more.
std::uint64_t rights_known_to(int version) {
  const int count = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
  return (std::uint64_t{1} << count) - 1;
}

class Ruleset {
 public:
  /// Rules for what is in `handled`, as far as the kernel knows it.
  Ruleset(int version, std::uint64_t handled) : files_(handled & rights_known_to(version)) {
    const RulesetAttributes attributes{files_, kNetwork, kScopes};
    const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    fd_ = Descriptor(static_cast<int>(syscall(kCreateRuleset, &attributes, size, 0U)));
  }

  void allow(int place, std::uint64_t rights) const {
    const PathRule rule{rights & files_, place};
    if (rule.allowed != 0) syscall(kAddRule, fd_.get(), kPathBeneath, &rule, 0U);
  }

  void enforce() const { syscall(kRestrictSelf, fd_.get(), 0U); }

 private:
  std::uint64_t files_;
  Descriptor fd_;
};

// What is asked about a directory when it is opened: Landlock goes up to the root for it, so that a walk costs the square of the depth.
constexpr std::uint64_t kOfListing = kMayReadDir | kMayTruncate;

/// The rules of a run: those in force at once, and those that wait until the directories have been listed.
class Rules {
 public:
  Rules(int version, bool lists_first) : at_once_(version, lists_first ? ~kOfListing : ~std::uint64_t{0}) {
    if (lists_first) then_.emplace(version, kOfListing);
  }

  void allow(const std::string& path, std::uint64_t rights) const {
    allow(Descriptor(open(path.c_str(), O_PATH | O_CLOEXEC)), rights);
  }

  void allow(const Descriptor& place, std::uint64_t rights) const {
    struct stat status;
    if (!place || fstat(place.get(), &status) != 0) return;
    rights &= S_ISDIR(status.st_mode) ? ~std::uint64_t{0} : kOfFiles;
    at_once_.allow(place.get(), rights);
    if (then_) then_->allow(place.get(), rights);
  }

  /// Gives back those that wait.
  std::optional<Ruleset> enforce() {
    at_once_.enforce();
    return std::exchange(then_, std::nullopt);
  }

 private:
  Ruleset at_once_;
  std::optional<Ruleset> then_;
};

std::optional<Ruleset> rules_that_wait;

std::string folder_of(const std::string& path) {
  const auto folder = directory_of(path);
  return !folder.empty() ? std::string(folder) : path.starts_with('/') ? "/" : ".";
}

// Reader modules are opened when the first file of their kind is met, and with them the libraries they need. A rule costs some
// 0.01 ms, so there are no more than it takes.
void allow_modules(const Rules& rules) {
  std::string program(PATH_MAX, '\0');
  const auto length = readlink("/proc/self/exe", program.data(), program.size());
  program.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  if (!program.empty() && !is_below(program, "/usr")) rules.allow(folder_of(program) + "/modules", kRead);
  for (const auto* place : {"/usr", "/etc/ld.so.cache"}) rules.allow(place, kRead);
  if (!is_below(RARTIFACTS_MODULE_DIR, "/usr")) rules.allow(RARTIFACTS_MODULE_DIR, kRead);
  struct stat status;
  for (const auto* place : {"/lib", "/lib64"})  // links into /usr, on most systems
    if (lstat(place, &status) == 0 && !S_ISLNK(status.st_mode)) rules.allow(place, kRead);
  for (const auto* place : {"/nix/store", "/gnu/store"})  // where those that stand there have all their libraries
    if (is_below(program, place)) rules.allow(place, kRead);
}

void allow_writing(const Rules& rules, const std::string& path) {
  if (path.empty()) return;
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return rules.allow(path, kMayWriteFile | kMayTruncate);
  // Whether links may be followed to it is asked when it is written.
  if (const auto place = find_destination(path, {})) rules.allow(place->folder, kWrite);
}

void restrict_files(const Openings& openings) {
  const int version = landlock_version();
  if (version < 1 || (version < 2 && !openings.fill.empty()))
    return;  // the first version lets nobody move between folders
  Rules rules(version, openings.lists_first);
  allow_modules(rules);
#ifdef RARTIFACTS_SANITIZED
  rules.allow("/proc", kRead);  // its maps of memory
#endif
  for (const auto& path : openings.read) rules.allow(path, kRead);
  for (const auto& path : openings.write) allow_writing(rules, path);
  for (const auto& path : openings.fill) {
    struct stat status;
    rules.allow(stat(path.c_str(), &status) == 0 ? path : folder_of(path), kFill);
  }
  rules_that_wait = rules.enforce();
}

void limit_resources() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max <= kMostFiles) return;
  files.rlim_max = kMostFiles;
  files.rlim_cur = std::min(files.rlim_cur, kMostFiles);
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

void leave_doors_open() { doors_stay_open = true; }

void close_doors(const Openings& openings) {
  if (doors_stay_open) return;
  limit_resources();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;  // the others ask for it
  restrict_files(openings);
  filter_system_calls();
}

void close_doors_to_scan(ScanOptions& options, Openings openings) {
  const Descriptor base(open(options.base.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto is_directory = [&](const std::string& path) {
    struct stat status;
    return fstatat(base.get(), path.c_str(), &status, 0) == 0 && S_ISDIR(status.st_mode);
  };
  // A file that was named, or one that is looked into for what it is, is read before the walk has ended.
  openings.lists_first = base && !doors_stay_open && !options.sniff && options.path_leaks.empty() &&
                         !options.together && std::ranges::all_of(options.paths, is_directory);
  if (openings.lists_first) options.listed = stop_listing;
  close_doors(openings);
}

void stop_listing() {
  if (const auto rules = std::exchange(rules_that_wait, std::nullopt)) rules->enforce();
}

std::vector<std::string> reads_of(const Operands& operands) {
  std::vector<std::string> places;
  for (const auto& path : operands.paths) {
    const auto place = join_path(operands.base, path);
    struct stat status;
    places.push_back(place);
    const bool is_directory = stat(place.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    if (!is_directory) {
      places.push_back(folder_of(place));
      if (auto kernel = kernel_around(operands, path)) places.push_back(std::move(*kernel));
    } else if (!operands.absolute) {
      places.push_back(operands.base);  // links lead to what stands beside it
    }
  }
  return places;
}

std::vector<std::string> reads_of_typed(const std::vector<std::string>& typed) {
  std::vector<std::string> places;
  for (const auto& path : typed)
    if (const auto operands = plan_operands({path}, false))
      std::ranges::move(reads_of(*operands), std::back_inserter(places));
  return places;
}

std::string sandbox_status() {
  std::string out = "sandbox: ";
  if (doors_stay_open) return out + "off (--no-sandbox)";
  const int version = landlock_version();
  out += version >= 1 ? fmt::format("landlock {}, ", version) : "no landlock in this kernel, ";
  out += kHasFilter ? "seccomp, " : "no seccomp in this build, ";
  return out + "no new privileges, no core dumps";
}

}  // namespace rartifacts
