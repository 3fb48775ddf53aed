// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The reader module for packages: tar and cpio, in one layer of compression. It pulls in a dozen libraries.
//
// Libarchive gets what is unfolded already. By itself it would look for layers below layers, let each decoder take as much memory as
// the file asks for, not look at the checksums of gzip, and start other programs for compressions it was not built with. bzip2 and lz4
// need no more than 8 MB, and are left to it: a second reader unfolds them for the first.
//
// It also takes a tar that ends between two entries for a whole one, and keeps what the head of an entry says however long that is: a
// cpio may have a name of 4 GiB. Both are errors here.
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "modules/load.h"
#include "modules/package_reader.h"
#include "unfold.h"

RARTIFACTS_MODULE;

namespace {

/// The two blocks of zeros at the end of a tar, of which old programs wrote one.
constexpr std::int64_t kTarEnd = 512;
/// Zeros behind it: tar fills blocks of 10 KiB, tapes had larger ones.
constexpr la_ssize_t kMostPadding = la_ssize_t{1} << 20;
/// What stands before the content of an entry, from pax or for a sparse file, has a few kilobytes.
constexpr std::int64_t kMostHead = std::int64_t{2} << 20;

}  // namespace

struct rartifacts_package {
  archive* reader = archive_read_new();
  archive* foreign = nullptr;  ///< unfolds what has no unfolder of ours
  int fd = -1;
  std::uint64_t position = 0;
  std::uint64_t end = 0;
  const rartifacts_limits* limits = nullptr;
  std::array<std::uint8_t, 64 * 1024> buffer{};
  std::array<std::uint8_t, 64 * 1024> unfolded{};
  std::span<const std::uint8_t> rest;  ///< of the buffer
  std::unique_ptr<Unfolder> unfolder;
  bool is_whole = false;          ///< nothing is missing of what was unfolded
  std::int64_t given = 0;         ///< bytes that the reader got
  std::int64_t charged = 0;       ///< bytes that were told to the limits
  std::int64_t head_begins = -1;  ///< in the head of an entry: where that began
  std::string problem;
  int why = RARTIFACTS_DAMAGED;

  ~rartifacts_package() {
    archive_read_free(reader);
    archive_read_free(foreign);
  }
};

namespace {

// libarchive converts names by the locale, and the program runs in that of C.
class Utf8 {
 public:
  Utf8() : before_(uselocale(locale())) {}
  ~Utf8() { uselocale(before_); }
  Utf8(const Utf8&) = delete;
  Utf8& operator=(const Utf8&) = delete;

 private:
  static locale_t locale() {
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8 ? utf8 : LC_GLOBAL_LOCALE;
  }
  locale_t before_;
};

la_ssize_t stop(rartifacts_package& package, int why, std::string what) {
  package.problem = std::move(what);
  package.why = why;
  return -1;
}

// Reads the next bytes of the file into the buffer; 0 at its end.
la_ssize_t read_packed(rartifacts_package& package) {
  const auto want = std::min<std::uint64_t>(package.buffer.size(), package.end - package.position);
  ssize_t got = 0;
  do got = pread(package.fd, package.buffer.data(), want, static_cast<off_t>(package.position));
  while (got < 0 && errno == EINTR);
  if (got < 0) return stop(package, RARTIFACTS_IO, std::strerror(errno));
  if (got == 0 && want > 0) return stop(package, RARTIFACTS_IO, "shrank while it was read");
  package.position += static_cast<std::uint64_t>(got);
  package.rest = std::span(package.buffer).first(static_cast<std::size_t>(got));
  return got;
}

// False when there is too much of it.
bool charge(rartifacts_package& package) {
  const auto unfolded = archive_filter_bytes(package.reader, 0);
  // What is read ahead is put together in memory.
  if ((package.head_begins >= 0 && unfolded - package.head_begins > kMostHead) || package.given - unfolded > kMostHead)
    return stop(package, RARTIFACTS_OVER_HELD, "the head of an entry") == 0;
  const auto more = unfolded - std::exchange(package.charged, std::max(unfolded, package.charged));
  if (more <= 0 || (!package.unfolder && !package.foreign)) return true;
  return package.limits->unfolded(package.limits->context, static_cast<std::uint64_t>(more)) ||
         stop(package, RARTIFACTS_OVER_UNFOLDED, "unfolds to too much") == 0;
}

// What the unfolder makes next; 0 at the end.
la_ssize_t unfold_some(rartifacts_package& package, const void** bytes) {
  for (;;) {
    if (package.rest.empty() && package.position < package.end)
      if (const auto got = read_packed(package); got < 0) return got;
    const bool is_last = package.position == package.end;
    const auto before = package.rest.size();
    std::span<std::uint8_t> room = package.unfolded;
    const auto status = package.unfolder->run(package.rest, room, is_last);
    const auto made = package.unfolded.size() - room.size();
    if (status == Unfolder::Status::damaged) return stop(package, RARTIFACTS_DAMAGED, "its compression is damaged");
    if (status == Unfolder::Status::window) return stop(package, RARTIFACTS_OVER_WINDOW, "needs too large a window");
    package.is_whole = status == Unfolder::Status::whole;
    *bytes = package.unfolded.data();
    if (made > 0) return static_cast<la_ssize_t>(made);
    if (package.rest.size() != before || (!is_last && package.rest.empty())) continue;
    if (package.is_whole && package.rest.empty()) return 0;
    return stop(package, RARTIFACTS_DAMAGED,
                package.is_whole ? "something stands behind the end of its compression"
                                 : "cut off: the end of its compression is not there");
  }
}

la_ssize_t read_foreign(rartifacts_package& package, const void** bytes) {
  *bytes = package.unfolded.data();
  const auto got = archive_read_data(package.foreign, package.unfolded.data(), package.unfolded.size());
  if (got >= 0 || !package.problem.empty()) return got;
  const char* why = archive_error_string(package.foreign);
  return stop(package, RARTIFACTS_DAMAGED, why ? why : "its compression is damaged");
}

la_ssize_t refill(archive*, void* context, const void** bytes) {
  auto& package = *static_cast<rartifacts_package*>(context);
  if (!charge(package)) return -1;
  *bytes = package.buffer.data();
  const auto got = package.unfolder  ? unfold_some(package, bytes)
                   : package.foreign ? read_foreign(package, bytes)
                                     : read_packed(package);
  package.given += std::max<la_ssize_t>(got, 0);
  return got;
}

la_ssize_t refill_foreign(archive*, void* context, const void** bytes) {
  auto& package = *static_cast<rartifacts_package*>(context);
  *bytes = package.buffer.data();
  return read_packed(package);
}

la_int64_t pass_over(archive*, void* context, la_int64_t count) {
  auto& package = *static_cast<rartifacts_package*>(context);
  const auto rest = static_cast<la_int64_t>(package.end - package.position);
  const auto passed = std::min(count, rest);
  package.position += static_cast<std::uint64_t>(passed);
  package.given += passed;
  return passed;
}

// The filters of libarchive that are used, without asking it what others might fit: for a filter that it was built without it would
// start a program.
void open_foreign(rartifacts_package& package, std::string_view magic) {
  const bool is_bzip2 = magic.starts_with("BZh") && archive_bzlib_version();
  const bool is_lz4 = magic.starts_with("\x04\x22\x4d\x18") && archive_liblz4_version();
  if (!is_bzip2 && !is_lz4) return;
  package.foreign = archive_read_new();
  archive_entry* whole = nullptr;
  archive_read_append_filter(package.foreign, is_lz4 ? ARCHIVE_FILTER_LZ4 : ARCHIVE_FILTER_BZIP2);
  archive_read_support_format_raw(package.foreign);
  archive_read_set_read_callback(package.foreign, refill_foreign);
  archive_read_set_callback_data(package.foreign, &package);
  const bool is_open = archive_read_open1(package.foreign) == ARCHIVE_OK &&
                       archive_read_next_header(package.foreign, &whole) == ARCHIVE_OK;
  if (!is_open && package.problem.empty()) package.problem = "its compression is damaged";
}

rartifacts_package* open_package(int fd, std::uint64_t begin, std::uint64_t length, const rartifacts_limits* limits) {
  auto* package = new rartifacts_package;
  package->fd = fd;
  package->position = begin;
  package->end = begin + length;
  package->limits = limits;
  std::array<std::uint8_t, 6> magic{};
  const auto got = pread(fd, magic.data(), std::min<std::uint64_t>(length, magic.size()), static_cast<off_t>(begin));
  const auto head = std::span(magic).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  package->unfolder = Unfolder::for_magic(head, limits->window);
  if (!package->unfolder) open_foreign(*package, {reinterpret_cast<const char*>(head.data()), head.size()});
  archive_read_support_format_tar(package->reader);
  archive_read_support_format_cpio(package->reader);
  archive_read_set_read_callback(package->reader, refill);
  if (!package->unfolder && !package->foreign) archive_read_set_skip_callback(package->reader, pass_over);
  archive_read_set_callback_data(package->reader, package);
  if (archive_read_open1(package->reader) != ARCHIVE_OK && package->problem.empty())
    package->problem = "neither tar nor cpio, in no compression that is known";
  return package;
}

int failed(rartifacts_package& package) {
  const char* why = archive_error_string(package.reader);
  if (package.problem.empty()) package.problem = why ? why : "cannot be read";  // `refill` knows better
  return -1;
}

int next_entry(rartifacts_package* package, rartifacts_package_entry* into) {
  if (!package->problem.empty()) return -1;
  const Utf8 names;
  auto* reader = package->reader;
  archive_entry* entry = nullptr;
  const bool is_tar = (archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
  if (archive_format(reader) != 0 && archive_read_data_skip(reader) < ARCHIVE_WARN) return failed(*package);
  const auto before = archive_filter_bytes(reader, 0);
  package->head_begins = before;
  const int got = archive_read_next_header(reader, &entry);
  package->head_begins = -1;
  if (!charge(*package)) return failed(*package);
  if (got == ARCHIVE_EOF) {
    if (is_tar && archive_filter_bytes(reader, 0) - before < kTarEnd) {
      package->problem = "cut off: the blocks that end a tar are not there";
      return -1;
    }
    // The checksums stand behind what ends the tar.
    if (package->unfolder || package->foreign) {
      const void* bytes = nullptr;
      la_ssize_t rest = 0;
      for (la_ssize_t step = 0; (step = refill(reader, package, &bytes)) != 0;)
        if (step < 0 || (rest += step) > kMostPadding) return failed(*package);
    }
    return 0;
  }
  if (got < ARCHIVE_WARN) return failed(*package);
  const char* hard = archive_entry_hardlink(entry);
  into->path = archive_entry_pathname(entry);
  into->is_hard_link = hard != nullptr;
  into->link = hard ? hard : archive_entry_symlink(entry);
  into->st_mode = hard ? (S_IFREG | archive_entry_perm(entry)) : archive_entry_mode(entry);
  into->size = archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0
                   ? static_cast<std::uint64_t>(archive_entry_size(entry))
                   : 0;
  return 1;
}

std::int64_t read_content(rartifacts_package* package, void* into, std::size_t size) {
  const auto got = charge(*package) ? archive_read_data(package->reader, into, size) : -1;
  return got < 0 ? failed(*package) : got;
}

const char* error_of(rartifacts_package* package, int* why) {
  *why = package->why;
  return package->problem.c_str();
}

void close_package(rartifacts_package* package) { delete package; }

}  // namespace

RARTIFACTS_EXPORT const rartifacts_package_reader rartifacts_package_reader_v2;
const rartifacts_package_reader rartifacts_package_reader_v2{open_package, next_entry, read_content, error_of,
                                                             close_package};
