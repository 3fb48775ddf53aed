// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Packages, read in place
// =======================
//
// A package can be read in one direction only, and a second time costs as much as the first. So everything is done while it passes
// by: the files whose names say that they may matter are looked into as they come, through an Image that draws from the stream,
// and what they are is noted down. Of all other entries no more is kept than a hash of the path. Nothing is unpacked to disk.
//
// Several packages form one root, as after their installation: what a link in one of them leads to may be in another.
#include "package/package.h"
#include "bytes/size_limits.h"
#include "kernel/root.h"

#include <rartifacts/classify.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "classify/kept_size.h"
#include "metadata/magic.h"
#include "package/clashes.h"
#include "package/content.h"
#include "package/identity.h"
#include "package/looks.h"
#include "package/paths.h"
#include "package/stream.h"
#include "source/unpack.h"

namespace rartifacts {
namespace {

/// Crate metadata is read at its first page and around its root, which stands at the end.
constexpr std::uint64_t kMetadataHead = std::uint64_t{64} << 10;
constexpr std::uint64_t kMetadataTail = std::uint64_t{1} << 20;

/// What is known of a file or link.
struct Node {
  mode_t st_mode = 0;
  std::uint64_t size = 0;
  Shared<std::string> text;  ///< of a link, or of a known text
  std::shared_ptr<const PackageLook> look;
};

/// What a file is looked into for because a link leads to it.
struct Wish {
  bool is_auxiliary = false;
  bool is_text = false;
};

bool is_leftover(std::string_view name) {
  return name.ends_with(".o") || name.ends_with(".cmd") || name.ends_with(".rlib");
}

bool is_from_table(std::string_view path) {
  return std::ranges::any_of(auxiliary_table(), [&](const AuxiliaryRow& row) { return path.ends_with(row.path); });
}

class Packages final : public PackageSource {
 public:
  Packages(int base, std::vector<std::string> files, PackageOptions options)
      : base_(base), files_(std::move(files)), options_(std::move(options)) {}

  bool is_installed_root() const override { return true; }
  bool knows_folder(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    return plain_folders_.contains(path);
  }
  void note_folder(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    const auto size = path.size();
    if (plain_folders_.insert(path).second) (void)rartifacts::keep(size);
  }
  PackageRoot take_root() override { return std::move(root_); }

  Result<struct stat> status(const std::string& path) const override {
    struct stat status{};
    if (const auto node = nodes_.find(path); node != nodes_.end()) {
      status.st_mode = node->second.st_mode;
      status.st_size = static_cast<off_t>(node->second.size);
      return status;
    }
    status.st_mode = S_IFDIR;
    if (path == "." || paths_.has_directory(path)) return status;
    status.st_mode = S_IFREG;
    if (paths_.has_file(path)) return status;
    return fail(ErrorKind::changed, "not there");
  }

  Result<std::string> read_link(const std::string& path) const override {
    auto text = text_of(path, true);
    return text ? Result<std::string>(**text) : pass(text);
  }
  Result<Shared<std::string>> share_text(const std::string& path) const override { return text_of(path, false); }

  PackageLook look(const std::string& path, const LookRequest&) const override {
    const auto node = nodes_.find(path);
    return node == nodes_.end() || !node->second.look ? std::nullopt : *node->second.look;
  }

  WalkResult walk(const WalkRequest& request) override {
    WalkResult result;
    modules_.emplace(request.jobs, options_.members);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      root_.packages.push_back({.file = files_[i], .identity = {}});
      if (auto read = read_package(i, request, result); !read) result.problems.push_back({files_[i], read.error()});
      result.seen += root_.packages[i].entries;
    }
    paths_.sort();
    look_behind_links(request, result);
    modules_.reset();
    root_.clashes = compare_clashes(
        base_, files_, paths_.clashes(), [&](const auto& path) { return is_directory(path); }, result.problems);
    tidy(result.entries);
    own_listed();
    return result;
  }

 private:
  Result<Shared<std::string>> text_of(const std::string& path, bool is_link) const {
    const auto node = nodes_.find(path);
    if (node == nodes_.end()) return fail(ErrorKind::changed, "not there");
    if (S_ISLNK(node->second.st_mode) != is_link)
      return fail(ErrorKind::io, "{}", is_link ? "not a link" : "is a link, not a file");
    if (!node->second.text) return over(size_limits::package_text);
    return node->second.text;
  }

  Result<void> read_package(std::size_t index, const WalkRequest& request, WalkResult& result) {
    auto& facts = root_.packages[index];
    auto read =
        for_each_entry(base_, files_[index], [&](OpenedPackage& package, PackageStream& stream, PackageEntry& entry) {
          if (modules_->has_failed()) return modules_->finish();
          if (facts.entries == 0) facts.identity = package.identity, facts.is_directory = package.is_directory;
          if (++facts.entries % 1024 == 0 && request.progress) request.progress(result.seen + facts.entries);
          if (entry.path.empty()) return Result<void>();
          const bool is_of_package = !package.is_deb && S_ISREG(entry.st_mode) && is_package_description(entry.path);
          return is_of_package ? take_description(facts, stream, entry)
                               : take_entry(index, stream, entry, request, result);
        });
    auto looked = modules_->finish();  // what came first is told
    return looked ? read : looked;
  }

  // A link can lead to a file that has another sort of name, and may have passed by before the link came. Such files are looked
  // into on a second way through the packages.
  void look_behind_links(const WalkRequest& request, WalkResult& result) {
    for (const auto& entry : result.entries)
      if (entry.is_link) want_target_of(entry.path);
    for (const auto& [path, node] : nodes_)
      if (S_ISLNK(node.st_mode) && is_from_table(path)) want_target_of(path);
    if (behind_links_.empty()) return;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      auto read = for_each_entry(base_, files_[i], [&](OpenedPackage&, PackageStream& stream, PackageEntry& entry) {
        const bool has_content = S_ISREG(entry.st_mode) && !(entry.is_hard_link && entry.size == 0);
        if (!has_content || !behind_links_.contains(entry.path) || is_replaced(i, entry.path)) return Result<void>();
        return take_file(i, stream, entry, false, request, result);
      });
      // What cannot be read has been told the first time.
      if (!read && std::ranges::find(result.problems, files_[i], &Problem::path) == result.problems.end())
        result.problems.push_back({files_[i], read.error()});
    }
    is_second_way_ = true;
    for (const auto& [index, entry] : late_hard_links_)
      if (auto taken = take_hard_link(index, entry, true, result); !taken)
        result.problems.push_back({files_[index], taken.error()});
  }

  void want_target_of(const std::string& path) {
    const auto resolved = resolve(*this, path, 0);
    if (resolved && paths_.has_file(resolved->target) && !nodes_.contains(resolved->target))
      want(resolved->target, path);
  }

  // What it is wanted for is told by the name of the link.
  void want(const std::string& path, const std::string& link) {
    auto& wish = behind_links_[path];
    wish.is_auxiliary |= is_from_table(link);
    wish.is_text |= is_known_text(link);
  }

  bool is_directory(const std::string& path) const {
    const auto resolved = resolve(*this, path, 0);
    return resolved && S_ISDIR(resolved->status.st_mode);
  }

  // Of several entries with one path the last one is installed.
  void tidy(std::vector<WalkEntry>& entries) const {
    std::ranges::sort(entries, {}, &WalkEntry::path);
    const auto repeated = std::ranges::unique(entries, {}, &WalkEntry::path);
    entries.erase(repeated.begin(), repeated.end());
    std::erase_if(entries, [&](const WalkEntry& entry) { return !nodes_.contains(entry.path); });
    for (auto& entry : entries) entry.is_link = S_ISLNK(nodes_.at(entry.path).st_mode);
  }

  static Result<void> take_description(PackageFacts& facts, PackageStream& stream, const PackageEntry& entry) {
    if (entry.path != ".PKGINFO") return {};
    auto text = read_all(stream, entry);
    if (!text) return pass(text);
    facts.identity = read_pkginfo(*text);
    return {};
  }

  Result<void> take_entry(std::size_t index, PackageStream& stream, const PackageEntry& entry,
                          const WalkRequest& request, WalkResult& result) {
    const bool is_directory = S_ISDIR(entry.st_mode);
    if (auto added = paths_.add(entry.path, is_directory, index); !added) return added;
    auto& facts = root_.packages[index];
    const bool is_link = S_ISLNK(entry.st_mode);
    const bool is_sticky_directory = is_directory && (entry.st_mode & S_ISVTX) != 0;
    if ((entry.st_mode & S_IWOTH) != 0 && !is_link && !is_sticky_directory) note(facts.world_writable, entry.path);
    const auto name = file_name_of(entry.path);
    const bool is_wanted = request.wants(directory_of(entry.path), name);
    if (is_replaced(index, entry.path)) return {};
    if (!is_link && !S_ISREG(entry.st_mode)) nodes_.erase(entry.path);  // instead of what came before it
    if (is_directory) {
      if (is_wanted) result.folders.push_back(entry.path);
      return {};
    }
    if (is_leftover(name)) note(facts.leftovers, entry.path);
    if (is_link) {
      if (is_wanted) result.entries.push_back({entry.path, true});
      auto node = keep(index, entry);
      if (node) (*node)->text = std::string(entry.link);
      return node ? Result<void>() : pass(node);
    }
    if (!S_ISREG(entry.st_mode)) return {};
    if (entry.is_hard_link && entry.size == 0) {
      const bool is_needed = is_wanted || is_known_text(entry.path) || is_from_table(entry.path);
      return is_needed || request.sniff ? take_hard_link(index, entry, is_needed, result) : Result<void>();
    }
    return take_file(index, stream, entry, is_wanted, request, result);
  }

  // What is listed of a package is shown as its own, though nothing else of it is kept.
  void own_listed() {
    for (std::size_t i = 0; i < root_.packages.size(); ++i) {
      const auto& facts = root_.packages[i];
      for (const auto* list : {&facts.world_writable, &facts.leftovers})
        for (const auto& path : *list) root_.owner.try_emplace(path, i);
      for (const auto& [machine, path] : facts.machines) root_.owner.try_emplace(path, i);
    }
    for (const auto& clash : root_.clashes) root_.owner.try_emplace(clash.path, clash.first);
  }

  static void note(std::vector<std::string>& list, const std::string& path) {
    if (list.size() < PackageFacts::kListed) list.push_back(path);
  }

  // What builds modules: programs, and what the compiler loads for it.
  static void note_machine(PackageFacts& facts, View file, const std::string& path) {
    if (facts.machines.size() >= PackageFacts::kListed) return;
    auto machine = program_machine(file);
    const bool is_plugin = path.ends_with(".so") && directory_of(path).ends_with("scripts/gcc-plugins");
    if (is_plugin)
      if (const auto elf = read_elf(file)) machine = elf->e_machine;
    if (machine) facts.machines.emplace(*machine, path);
  }

  // A package that replaces another keeps its file when the other one comes, as with dpkg.
  bool is_replaced(std::size_t index, const std::string& path) const {
    const auto owner = root_.owner.find(path);
    if (owner == root_.owner.end() || owner->second == index) return false;
    const auto [known, is_new] = yields_.try_emplace(std::pair(owner->second, index));
    if (is_new) known->second = yields(root_.packages[owner->second].identity, root_.packages[index].identity);
    return known->second;
  }

  Result<Node*> keep(std::size_t index, const PackageEntry& entry) {
    // The names go into two maps, and what is found is kept here and in the result.
    constexpr std::uint64_t kMapNodes = 256;
    if (auto has_room = rartifacts::keep(sizeof(Node) + 2 * sizeof(Artifact) + kMapNodes + 4 * entry.path.size() +
                                         entry.link.size());
        !has_room)
      return pass(has_room);
    auto& node = nodes_[entry.path];
    node = Node{.st_mode = entry.st_mode, .size = entry.size};
    root_.owner[entry.path] = index;
    return &node;
  }

  Result<void> take_hard_link(std::size_t index, const PackageEntry& entry, bool is_needed, WalkResult& result) {
    // Names, and what goes with them where they are kept; twice, because they may have to wait.
    if (auto has_room = rartifacts::keep(3 * (sizeof entry + entry.path.size() + entry.link.size())); !has_room)
      return has_room;
    const auto original = nodes_.find(entry.link);
    if (auto looked = modules_->finish(); !looked) return looked;
    twins_[entry.link].push_back(entry.path);
    if (is_known_text(entry.path)) twins_of_texts_.insert(entry.link);
    const bool lacks_text = original != nodes_.end() && is_known_text(entry.path) &&
                            S_ISREG(original->second.st_mode) && !original->second.text;
    if (original == nodes_.end() || lacks_text) {
      if (!is_needed) return {};  // no candidate
      if (is_second_way_)
        return fail(ErrorKind::malformed, "{} is a hard link to {}, which is not there", entry.path, entry.link);
      want(entry.link, entry.path);
      late_hard_links_.emplace_back(index, entry);
      return {};
    }
    auto node = keep(index, entry);
    if (!node) return pass(node);
    **node = original->second;
    (*node)->look = renamed((*node)->look, entry.path);
    result.entries.push_back({entry.path, S_ISLNK(original->second.st_mode)});
    return {};
  }

  static std::shared_ptr<const PackageLook> renamed(const std::shared_ptr<const PackageLook>& look,
                                                    const std::string& path) {
    if (!look || !*look || !**look) return look;
    auto artifact = ***look;
    artifact.path = path;
    return std::make_shared<const PackageLook>(std::move(artifact));
  }

  // In a cpio the last name of a file has its content; the others, before it, are empty.
  Result<void> give_to_twins(const Node& node, const std::string& original) {
    auto names = twins_[original];
    names.push_back(original);
    constexpr std::size_t kStepsPerByte = 16;
    if (auto charged = work(kStepsPerByte * names.size() * sizeof(Artifact)); !charged) return charged;
    for (const auto& name : names) {
      const auto twin = nodes_.find(name);
      if (twin == nodes_.end()) continue;
      twin->second = node;
      twin->second.look = renamed(node.look, name);
    }
    return {};
  }

  // Of a program that is too large to be kept: its constants, which say whether it is Rust, stand at its start, what refers to them at
  // its end.
  static void keep_constants(Image& image) {
    const auto* budget = Budget::current();
    const auto room = budget ? budget->available() : 0;
    constexpr auto kBesides = 3 * Image::kWindow;
    if (image.size() > room && room > kBesides + Image::kWindow) image.keep(room - kBesides, Image::kWindow);
  }

  Result<void> take_file(std::size_t index, PackageStream& stream, const PackageEntry& entry, bool is_wanted,
                         const WalkRequest& request, WalkResult& result) {
    const auto behind = behind_links_.find(entry.path);
    const Wish wish = behind == behind_links_.end() ? Wish() : behind->second;
    const bool is_text = is_known_text(entry.path) || is_text_of_twin(entry) || wish.is_text;
    const bool is_twin = entry.is_hard_link && nodes_.contains(entry.link);
    const bool is_auxiliary = is_from_table(entry.path) || wish.is_auxiliary;
    const bool is_needed = is_wanted || is_text || is_twin || is_auxiliary || behind != behind_links_.end();
    const bool is_program = (entry.st_mode & S_IXUSR) != 0;
    if (!is_needed && !is_program && !request.sniff) return {};
    const bool is_module = is_wanted && is_packed_module(file_name_of(entry.path)) && !is_program;
    if (is_module && !is_text && !is_twin && !is_auxiliary && entry.size <= ModuleLooks::kMostPacked)
      return take_module(index, stream, entry, result);

    PackageContent content(stream, entry.size, options_);
    auto image = Image::of_stream(std::ref(content), entry.size);
    if (!image) return is_needed ? pass(image) : Result<void>();
    const View file(*image);
    auto head = file.fetch(0, std::min<std::uint64_t>(64, entry.size));
    if (!head) return pass(head);
    if (is_program) note_machine(root_.packages[index], file, entry.path);
    if (is_metadata(*head)) image->keep(kMetadataHead, kMetadataTail);
    else if (object_format(*head) == ObjectFormat::elf) keep_constants(*image);
    const bool is_sniffed = request.sniff && is_candidate(*head);
    if (!is_needed && !is_sniffed) return {};

    auto node = keep(index, entry);
    if (!node) return pass(node);
    if (is_wanted || is_sniffed) result.entries.push_back({entry.path, false});
    if (is_text)
      if (auto kept = keep_text(**node, file); !kept) return kept;
    auto look = look_at_packaged(file, entry.path, options_.members);
    if (content.failure) return std::unexpected(*content.failure);
    if (look && !*look && is_auxiliary) look = Artifact{.path = entry.path, .size = entry.size};
    if (look && *look) {
      (*look)->mode = entry.st_mode & kPermissions;
      if (auto finished = content.finish(**look); !finished) return finished;
      if (auto kept = rartifacts::keep(kept_size(**look)); !kept) return kept;
    }
    if (!look || *look) (*node)->look = std::make_shared<const PackageLook>(std::move(look));
    return is_twin ? give_to_twins(**node, entry.link) : Result<void>();
  }

  Result<void> take_module(std::size_t index, PackageStream& stream, const PackageEntry& entry, WalkResult& result) {
    PackageContent content(stream, entry.size, options_);
    std::vector<std::uint8_t> packed(entry.size);
    for (std::span<std::uint8_t> rest = packed; !rest.empty();) {
      auto got = content(rest);
      if (!got) return pass(got);
      rest = rest.subspan(*got);
    }
    auto node = keep(index, entry);
    if (!node) return pass(node);
    result.entries.push_back({entry.path, false});
    Artifact known{.path = entry.path};
    known.mode = entry.st_mode & kPermissions;
    if (auto finished = content.finish(known); !finished) return finished;
    (*node)->look = modules_->add(std::move(packed), std::move(known));
    return {};
  }

  // The known text may be another name of the file.
  bool is_text_of_twin(const PackageEntry& entry) const {
    if (entry.is_hard_link && is_known_text(entry.link)) return true;
    return twins_of_texts_.contains(entry.is_hard_link ? entry.link : entry.path);
  }

  // One that is too long is a problem only for who asks for it.
  Result<void> keep_text(Node& node, View file) {
    if (file.size() > size_limits::package_text.most) return {};
    auto bytes = file.fetch(0, file.size());
    if (!bytes) return pass(bytes);
    node.text = std::string(as_text(*bytes));
    return rartifacts::keep(bytes->size());
  }

  int base_;
  std::vector<std::string> files_;
  PackageOptions options_;
  std::map<std::string, Node, std::less<>> nodes_;
  std::map<std::string, Wish, std::less<>> behind_links_;  ///< files that links lead to
  bool is_second_way_ = false;
  mutable std::map<std::pair<std::size_t, std::size_t>, bool> yields_;  ///< one package to another
  mutable std::mutex mutex_;
  mutable std::set<std::string, std::less<>> plain_folders_;
  std::map<std::string, std::vector<std::string>> twins_;  ///< hard links without content, by what they are links to
  std::set<std::string, std::less<>> twins_of_texts_;      ///< of these, what a known text is a link to
  std::vector<std::pair<std::size_t, PackageEntry>> late_hard_links_;  ///< and of which package
  PackagePaths paths_;
  PackageRoot root_;
  std::optional<ModuleLooks> modules_;  ///< while packages are read
};

}  // namespace

std::string PackageRoot::shown(std::string_view path) const {
  if (packages.empty() || std::ranges::find(packages, path, &PackageFacts::file) != packages.end())
    return std::string(path);
  // What is not there is shown as of the package that has the file nearest to it.
  auto nearest = owner.lower_bound(path);
  const auto shared = [&](const auto& row) { return std::ranges::mismatch(row->first, path).in1 - row->first.begin(); };
  if (nearest != owner.begin() && (nearest == owner.end() || shared(std::prev(nearest)) > shared(nearest))) --nearest;
  const auto& package = packages[nearest == owner.end() ? 0 : nearest->second];
  return package.is_directory ? join_path(package.file, path) : fmt::format("{}:{}", package.file, path);
}

std::unique_ptr<PackageSource> open_packages(int base, std::vector<std::string> files, PackageOptions options) {
  return std::make_unique<Packages>(base, std::move(files), std::move(options));
}

}  // namespace rartifacts
