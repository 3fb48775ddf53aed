// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Places of panics
// ================
//
// Stripping takes names away, but a Rust program can still say where it panicked. Each such place is a constant:
//
//     core::panic::Location { file: &'static str, line: u32, col: u32 }
//
//     address of the text │ its length │ line │ column             in .data.rel.ro, .rdata, __const
//
//     /rustc/<commit>/library/core/src/slice/mod.rs                built by the Rust project: the commit of the compiler
//     /usr/src/rustc-1.63.0/library/alloc/src/vec/mod.rs           built by a distribution
//     library/std/src/thread/mod.rs                                the same, where it was compiled with relative paths
//
// The texts stand one behind the other, nothing ends them but the length in the Location. A C program may hold such a text, a
// debugger for one. That address, length, line and column refer to it, the length without a NUL, C does not write. So the
// text alone is only a mention.
//
// Since rustc 1.92 the length may count a NUL that follows.
#include "object/panic_locations.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "bytes/budget.h"
#include "bytes/find_text.h"
#include "bytes/unicode.h"
#include "container/loaded.h"

namespace rartifacts {
namespace {

constexpr std::array<std::string_view, 8> kLibraryPaths{
    "library/core/src/",     "library/alloc/src/",  "library/std/src/", "library\\core\\src\\",
    "library\\alloc\\src\\", "library\\std\\src\\", "src/libcore/",     "src/libstd/"};
constexpr std::size_t kReach = 256;  ///< before and behind the part that is looked for
constexpr std::size_t kTried = 64;   ///< texts for which a Location is looked for
constexpr std::uint64_t kLargestPart = std::uint64_t{96} << 20;
constexpr std::size_t kMostPlaces = 4096;
constexpr std::size_t kCommit = 40;
constexpr std::size_t kUnseenNeeded = 3;  ///< places whose address cannot be read, before they count as proof
constexpr std::uint64_t kMaxLine = 200'000;
constexpr std::uint64_t kMaxColumn = 2'000;
constexpr std::uint64_t kStepsPerHit = 32;     ///< where a needle stands
constexpr std::uint64_t kStepsPerPath = 4096;  ///< that may be one, with what is before and behind it

// Looking through so many bytes once.
Result<void> charge_pass(std::uint64_t bytes) { return work(64 + bytes / 8); }

// Whether one of them stands there. They have `src` in common, and most constants are of files that name no source of that place:
// one pass tells it.
bool has_library_path(std::string_view text) {
  constexpr std::string_view kCommon = "src";
  constexpr std::size_t kWidth = 18;  // of the longest one
  for (auto at = find_text(text, kCommon); at != text.npos; at = find_text(text, kCommon, at + kCommon.size())) {
    add_work(kStepsPerHit);
    const auto begin = at - std::min(at, kWidth);
    const auto around = text.substr(begin, at - begin + kWidth);
    const auto stands_there = [&](auto path) { return around.find(path) != around.npos; };
    const auto behind = around.substr(at - begin + kCommon.size(), 1);
    if (behind != "/" && behind != "\\") continue;
    add_work(kStepsPerHit * kLibraryPaths.size());
    if (std::ranges::any_of(kLibraryPaths, stands_there)) return true;
  }
  return false;
}

bool is_path_character(char c) {
  return is_ascii_alphanumeric(c) || std::string_view("_-+.~/\\:").find(c) != std::string_view::npos;
}

/// A path that ends in .rs, and where it may begin.
struct SourcePath {
  std::size_t end = 0;
  std::vector<std::size_t> begins;  ///< the longest first
};

class LocationSearch {
 public:
  explicit LocationSearch(LoadedFile file) : file_(std::move(file)) {}

  Result<PanicLocations> run() {
    for (const auto& part : file_.parts) {
      if (!part.is_constant) continue;
      auto bytes = fetched(part);
      if (!bytes) return pass(bytes);
      if (bytes->empty()) continue;
      if (auto searched = search(part, as_text(*bytes)); !searched) return pass(searched);
    }
    return std::move(found_);
  }

 private:
  /// Nothing of what is too large, or has passed by in a stream.
  Result<Bytes> fetched(const LoadedPart& part) {
    const bool is_large = part.content.size() > kLargestPart;
    auto bytes = is_large ? Result<Bytes>(Bytes()) : part.content.fetch(0, part.content.size());
    const bool has_passed_by = !bytes && bytes.error().kind == ErrorKind::too_large;
    found_.is_partial |= part.is_constant && (is_large || has_passed_by);
    return has_passed_by ? Result<Bytes>(Bytes()) : bytes;
  }

  Result<void> search(const LoadedPart& part, std::string_view text) {
    if (auto charged = charge_pass(text.size()); !charged) return charged;
    if (!has_library_path(text)) return {};
    for (const auto needle : kLibraryPaths) {
      if (auto charged = charge_pass(text.size()); !charged) return charged;
      for (auto at = find_text(text, needle); at != text.npos; at = find_text(text, needle, at + needle.size())) {
        if (auto charged = work(kStepsPerPath); !charged) return charged;
        const auto candidate = candidate_at(text, at);
        if (!candidate) continue;
        take_origin(text, at, candidate->end);
        if (found_.proven && (found_.commit || found_.release)) return {};
        if (found_.proven || tried_ >= kTried) continue;
        ++tried_;
        if (!found_.mentioned) found_.mentioned = text.substr(at, candidate->end - at);
        for (const auto begin : candidate->begins) {
          auto refers = is_referred_to(part.address + begin, candidate->end - begin);
          if (!refers) return pass(refers);
          if (!*refers) continue;
          found_.proven = text.substr(begin, candidate->end - begin);
          break;
        }
      }
    }
    return {};
  }

  static std::optional<SourcePath> candidate_at(std::string_view text, std::size_t at) {
    const auto reach = text.substr(at, kReach);
    const auto ending = reach.find(".rs");
    if (ending == reach.npos || !std::ranges::all_of(reach.substr(0, ending), is_path_character)) return std::nullopt;
    SourcePath candidate{.end = at + ending + 3, .begins = {}};
    auto low = at;
    while (low > 0 && at - low < kReach && is_path_character(text[low - 1])) --low;
    for (auto begin = low; begin < at; ++begin) {
      const bool is_drive = begin + 2 < at && text[begin + 1] == ':';
      if (text[begin] == '/' || is_drive) candidate.begins.push_back(begin);
    }
    candidate.begins.push_back(at);
    return candidate;
  }

  // What stands before `library/`.
  void take_origin(std::string_view text, std::size_t at, std::size_t end) {
    constexpr std::string_view kCommitFolder = "/rustc/";
    if (at >= kCommit + 1 + kCommitFolder.size() && !found_.commit) {
      const auto commit = text.substr(at - 1 - kCommit, kCommit);
      if (is_lower_hex(commit) &&
          text.substr(at - 1 - kCommit - kCommitFolder.size(), kCommitFolder.size()) == kCommitFolder)
        found_.commit = commit;
    }
    if (found_.release) return;
    const auto before = text.substr(at - std::min(at, kReach), std::min(at, kReach));
    constexpr std::string_view kFolder = "/rustc-";
    const auto folder = before.rfind(kFolder);
    if (folder == before.npos || end == 0) return;
    auto release = before.substr(folder + kFolder.size());
    if (!std::ranges::all_of(release, is_path_character)) return;
    release = release.substr(0, release.find_first_not_of("0123456789."));
    if (std::ranges::count(release, '.') == 2 && release.back() != '.') found_.release = release;
  }

  std::uint64_t word(Bytes bytes, std::size_t at, std::size_t width) const {
    return file_.is_little ? load_le(bytes, at, width) : load_be(bytes, at, width);
  }

  std::string word_bytes(std::uint64_t value, std::size_t width) const {
    std::string bytes(width, '\0');
    for (std::size_t i = 0; i < width; ++i)
      bytes[file_.is_little ? i : width - 1 - i] = static_cast<char>(value >> (8 * i) & 0xff);
    return bytes;
  }

  // Searches once for the length, and for the address among the relocations, whatever the file is made of.
  Result<bool> is_referred_to(std::uint64_t address, std::uint64_t length) {
    auto places = relocated_to(address);
    if (!places) return pass(places);
    for (const auto& part : file_.parts) {
      auto bytes = fetched(part);
      if (!bytes) return pass(bytes);
      const auto text = as_text(*bytes);
      for (const auto size : {length, length + 1}) {
        if (auto charged = charge_pass(text.size()); !charged) return pass(charged);
        const auto pattern = word_bytes(size, file_.pointer);
        for (auto at = find_text(text, pattern); at != text.npos; at = find_text(text, pattern, at + 1)) {
          if (auto charged = work(kStepsPerHit); !charged) return pass(charged);
          if (at + file_.pointer + 8 > text.size()) break;
          if (is_location(*bytes, at, part.address, address, *places)) return true;
        }
      }
    }
    return false;
  }

  /// `at`: where the length stands.
  bool is_location(Bytes bytes, std::size_t at, std::uint64_t loaded_at, std::uint64_t address,
                   const std::set<std::uint64_t>& places) {
    if (at < file_.pointer || (loaded_at + at) % file_.pointer != 0) return false;
    const auto line = word(bytes, at + file_.pointer, 4);
    const auto column = word(bytes, at + file_.pointer + 4, 4);
    if (line == 0 || line > kMaxLine || column == 0 || column > kMaxColumn) return false;
    const auto in_place = word(bytes, at - file_.pointer, file_.pointer);
    if (in_place != 0) {
      const auto masked = in_place & file_.pointer_mask;
      return masked == address || (file_.base != 0 && masked + file_.base == address);
    }
    if (!file_.is_relocated_apart) return false;
    if (places.contains(loaded_at + at - file_.pointer)) return true;
    // A packed table of relocations is not read: then several places must look alike.
    if (file_.has_unread_relocations) unseen_.insert(address);
    return unseen_.size() >= kUnseenNeeded;
  }

  // The places that get `address` from a relocation with an addend.
  Result<std::set<std::uint64_t>> relocated_to(std::uint64_t address) {
    std::set<std::uint64_t> places;
    const auto pattern = word_bytes(address, file_.pointer);
    const auto before = 2 * file_.pointer;
    for (const auto& relocations : file_.relocations) {
      if (auto charged = charge_pass(relocations.size()); !charged) return pass(charged);
      auto bytes = relocations.fetch(0, relocations.size());
      if (!bytes) return pass(bytes);
      const auto text = as_text(*bytes);
      for (auto at = find_text(text, pattern); at != text.npos; at = find_text(text, pattern, at + 1)) {
        if (places.size() >= kMostPlaces) break;
        if (auto charged = work(kStepsPerHit); !charged) return pass(charged);
        if (at >= before) places.insert(word(*bytes, at - before, file_.pointer));
      }
    }
    return places;
  }

  LoadedFile file_;
  PanicLocations found_;
  std::size_t tried_ = 0;
  std::set<std::uint64_t> unseen_;
};

}  // namespace

Result<PanicLocations> find_panic_locations(View file) {
  auto loaded = loaded_parts(file);
  if (!loaded) return pass(loaded);
  return LocationSearch(std::move(*loaded)).run();
}

}  // namespace rartifacts
