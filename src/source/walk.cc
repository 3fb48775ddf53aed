// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Walking a tree
// ==============
//
// A build tree has a hundred thousand files, and fewer than twenty of them matter. So the walk opens directories and nothing
// else: getdents64(2) tells names and types, and whoever asked decides by name. That leaves system calls as the only cost:
// three for each directory. Threads share one stack of directories; depth first, so the stack stays small however wide the
// tree is.
#include "source/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <rartifacts/classify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "source/directory.h"
#include "source/threads.h"

namespace rartifacts {
namespace {

/// An open directory, one of those that are counted.
struct OpenFolder {
  OpenFolder(Descriptor opened, std::atomic<int>& counter) : fd(std::move(opened)), count(counter) {}
  OpenFolder(const OpenFolder&) = delete;
  OpenFolder& operator=(const OpenFolder&) = delete;
  ~OpenFolder() { --count; }
  Descriptor fd;
  std::atomic<int>& count;
};

/// A directory that stays open until those in it have been visited: from there they are found at once, and not part by part from the base.
struct Anchor {
  std::shared_ptr<const OpenFolder> folder;  ///< none: the base
  std::size_t length = 0;                    ///< of its path, with the slash behind it
};
/// Of 1024 files that a process may have open as a rule, so many serve for this; more only where a path is so much longer than that of the
/// anchor above.
constexpr int kMostAnchors = 64;
constexpr int kMostFarAnchors = 192;
constexpr std::size_t kAnchorDistance = 1024;

struct FolderToVisit {
  std::string path;
  Anchor anchor;
  bool is_start = false;
};

/// The directories still to visit, shared by all threads. Empty and nobody at work: the walk has ended.
class Agenda {
 public:
  explicit Agenda(const std::vector<std::string>& start) {
    for (const auto& path : start) stack_.push_back({path, {}, true});
  }

  /// The next directory. False at the end, or when another thread has given up.
  bool take(FolderToVisit& directory) {
    std::unique_lock lock(mutex_);
    --busy_;
    if (stack_.empty() && busy_ == 0) changed_.notify_all();
    changed_.wait(lock, [&] { return !stack_.empty() || busy_ == 0; });
    if (stack_.empty()) return false;
    directory = std::move(stack_.back());
    stack_.pop_back();
    ++busy_;
    return true;
  }

  void add(std::vector<FolderToVisit>& directories) {
    if (directories.empty()) return;
    const std::lock_guard lock(mutex_);
    std::ranges::move(directories, std::back_inserter(stack_));
    directories.size() == 1 ? changed_.notify_one() : changed_.notify_all();
    directories.clear();
  }

  /// Each thread, before it takes for the first time.
  void enter() {
    const std::lock_guard lock(mutex_);
    ++busy_;
  }

  /// A thread that will not come back: nobody waits for what it might have added.
  void leave() {
    const std::lock_guard lock(mutex_);
    stack_.clear();
    --busy_;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<FolderToVisit> stack_;
  unsigned busy_ = 0;  ///< threads that may still add directories
};

class Walker {
 public:
  Walker(int base, const WalkRequest& request, Agenda& agenda, std::atomic<std::uint64_t>& total, WalkResult& result,
         bool is_first, std::atomic<int>& anchors)
      : base_(base),
        request_(request),
        agenda_(agenda),
        total_(total),
        result_(result),
        anchors_(anchors),
        own_files_(request.sniff ? open(kOwnFiles, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1),
        is_first_(is_first) {}

  void run() {
    agenda_.enter();
    try {
      work();
    } catch (...) {
      agenda_.leave();
      throw;
    }
  }

 private:
  void work() {
    FolderToVisit directory;
    while (next(directory)) {
      const auto before = result_.seen;
      if (auto visited = visit(directory); !visited) result_.problems.push_back({directory.path, visited.error()});
      const auto total = total_.fetch_add(result_.seen - before, std::memory_order_relaxed);
      if (is_first_ && request_.progress) request_.progress(total);
    }
  }

  // Of what was found in the last folder one is visited without asking anybody: down a chain of folders, nobody else could help.
  bool next(FolderToVisit& directory) {
    if (found_.empty()) return agenda_.take(directory);
    directory = std::move(found_.back());
    found_.pop_back();
    agenda_.add(found_);
    return true;
  }

  Result<void> visit(const FolderToVisit& folder) {
    const auto& directory = folder.path;
    if (auto charged = charge_depth(directory.size(), 1); !charged) return charged;
    const auto& anchor = folder.anchor;
    auto fd =
        open_below(anchor.folder ? anchor.folder->fd.get() : base_, std::string_view(directory).substr(anchor.length),
                   O_RDONLY | O_DIRECTORY | (folder.is_start ? 0 : O_NOFOLLOW));
    if (!fd && !folder.is_start && fd.error().kind == ErrorKind::changed)
      return fail(ErrorKind::changed, "vanished while the tree was read");
    if (!fd) return pass(fd);
    const int number = fd->get();
    below_ = anchor_below(folder, *fd);
    for (;;) {
      const auto got = getdents64(number, buffer_.data(), buffer_.size());
      if (got < 0) return fail_errno("");
      if (got == 0) return {};
      for (std::ptrdiff_t at = 0; at < got;) {
        const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + at);
        at += entry->d_reclen;
        visit_entry(number, directory, *entry);
      }
      if (auto charged = charge_depth(directory.size(), std::exchange(sniffed_, 0)); !charged) return charged;
    }
  }

  /// Landlock looks at all that is above what is opened, and nothing real is that far down.
  Result<void> charge_depth(std::size_t path, std::uint64_t openings) const {
    const std::uint64_t steps_per_byte = request_.watched ? 32 : 1;
    return path > kAnchorDistance ? rartifacts::work(openings * steps_per_byte * path) : Result<void>();
  }

  void visit_entry(int fd, const std::string& directory, const dirent64& entry) {
    const char* name = entry.d_name;
    auto type = entry.d_type;
    if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))) return;
    ++result_.seen;
    if (type == DT_UNKNOWN) type = type_of(fd, name);
    if (type == DT_DIR) {
      if (request_.recurse) found_.push_back({join_path(directory, name), below_});
      if (request_.wants(directory, name)) result_.folders.push_back(join_path(directory, name));
    } else if (request_.wants(directory, name) || (type == DT_REG && request_.sniff && sniff(fd, name))) {
      auto path = join_path(directory, name);
      // Of these there are few; in a tree of paths without end, their names would be too much.
      constexpr std::size_t kLong = 512;
      if (path.size() < kLong || keep(path.size()))
        result_.entries.push_back({std::move(path), type == DT_LNK, entry.d_ino});
    }
  }

  // The folder itself, which is taken over from `fd`, unless too many are open: then that which it was reached from.
  Anchor anchor_below(const FolderToVisit& folder, Descriptor& fd) const {
    const auto& path = folder.path;
    const bool is_far = path.size() >= folder.anchor.length + kAnchorDistance;
    if (anchors_.fetch_add(1) >= (is_far ? kMostFarAnchors : kMostAnchors)) {
      --anchors_;
      return folder.anchor;
    }
    const auto length = join_path(path, "").size();  // what stands before the names in it
    return {std::make_shared<const OpenFolder>(std::move(fd), anchors_), length};
  }

  bool sniff(int directory, const char* name) {
    ++sniffed_;
    const auto file = open_file_below(directory, name, false, own_files_.get());
    if (!file) return true;  // the second look will say why
    std::array<std::uint8_t, 64> head;
    const auto got = pread(file->fd.get(), head.data(), head.size(), 0);
    return got < 0 || is_candidate(Bytes(head).first(static_cast<std::size_t>(got)));
  }

  // Some file systems do not tell the type.
  static unsigned char type_of(int fd, const char* name) {
    struct stat status;
    if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
    return IFTODT(status.st_mode);
  }

  int base_;
  const WalkRequest& request_;
  Agenda& agenda_;
  std::atomic<std::uint64_t>& total_;  ///< entries seen by all threads
  WalkResult& result_;
  std::atomic<int>& anchors_;  ///< that are open, of all threads
  std::uint64_t sniffed_ = 0;  ///< of the directory that is being read
  Descriptor own_files_;       ///< for those that are looked into
  bool is_first_;              ///< runs on the thread that called walk()
  std::vector<FolderToVisit> found_;
  Anchor below_;  ///< for what is in the folder that is visited
  alignas(dirent64) std::array<char, 32 * 1024> buffer_{};
};

}  // namespace

WalkResult walk(int base, const WalkRequest& request) {
  const unsigned threads = thread_count(request.jobs);
  std::atomic<int> anchors{0};
  Agenda agenda(request.directories);
  std::vector<WalkResult> parts(threads);
  std::atomic<std::uint64_t> total{0};
  on_threads(threads, [&](unsigned i) { Walker(base, request, agenda, total, parts[i], i == 0, anchors).run(); });

  WalkResult all;
  for (auto& part : parts) {
    all.seen += part.seen;
    std::ranges::move(part.entries, std::back_inserter(all.entries));
    std::ranges::move(part.folders, std::back_inserter(all.folders));
    std::ranges::move(part.problems, std::back_inserter(all.problems));
  }
  std::ranges::sort(all.entries, {}, &WalkEntry::path);
  const auto repeated = std::ranges::unique(all.entries, {}, &WalkEntry::path);
  all.entries.erase(repeated.begin(), repeated.end());
  std::ranges::sort(all.problems, {}, &Problem::path);
  return all;
}

}  // namespace rartifacts
