// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The reader module for packages: tar and cpio in any compression that libarchive reads itself. It pulls in a dozen libraries.
//
// Four things that libarchive would let pass are errors here. It takes a tar that ends between two entries for a whole one; it
// does not look at the checksums of gzip, so that is unfolded here; it starts other programs for compressions it was not built
// with; and a few kilobytes that unfold to terabytes keep it busy.
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "modules/load.h"
#include "modules/package_reader.h"

RARTIFACTS_MODULE;

namespace {

/// The two blocks of zeros at the end of a tar, of which old programs wrote one.
constexpr std::int64_t kTarEnd = 512;
/// Zeros behind it: tar fills blocks of 10 KiB, tapes had larger ones.
constexpr la_ssize_t kMostPadding = la_ssize_t{1} << 20;
/// What is packed tighter than this is no package. The best that was seen of a real one is 20; zeros in gzip have 1000.
constexpr std::int64_t kMaxRatio = 200;
constexpr std::int64_t kAnyRatio = std::int64_t{1} << 30;  ///< up to here

/// gzip (RFC 1952): one stream after the other, each with its checksum.
class Gunzip {
 public:
  Gunzip() { inflateInit2(&stream_, 15 + 16); }
  ~Gunzip() { inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  bool wants_more() const { return stream_.avail_in == 0; }
  void give(const char* bytes, std::size_t size) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes));
    stream_.avail_in = static_cast<uInt>(size);
  }
  /// Unfolds what was given, as far as there is room. False when it is no gzip, or another one than its checksum says.
  bool unfold(std::array<char, 64 * 1024>& into, std::size_t& unfolded) {
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    while (stream_.avail_in > 0 && stream_.avail_out > 0) {
      if (is_whole_ && *stream_.next_in == 0) {  // padding
        ++stream_.next_in;
        --stream_.avail_in;
        continue;
      }
      if (is_whole_) inflateReset(&stream_);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END) return false;
      is_whole_ = status == Z_STREAM_END;
    }
    unfolded = into.size() - stream_.avail_out;
    return true;
  }
  bool is_whole() const { return is_whole_; }

 private:
  z_stream stream_{};
  bool is_whole_ = false;  ///< nothing is missing of the last stream
};

}  // namespace

struct rartifacts_package {
  archive* reader = archive_read_new();
  int fd = -1;
  std::uint64_t position = 0;
  std::uint64_t end = 0;
  std::uint64_t begin = 0;
  std::array<char, 64 * 1024> buffer{};
  std::unique_ptr<Gunzip> gunzip;
  std::array<char, 64 * 1024> unfolded{};
  std::string problem;

  ~rartifacts_package() { archive_read_free(reader); }
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

// The next bytes of the file; 0 at its end.
la_ssize_t read_packed(rartifacts_package& package) {
  const auto want = std::min<std::uint64_t>(package.buffer.size(), package.end - package.position);
  ssize_t got = 0;
  do got = pread(package.fd, package.buffer.data(), want, static_cast<off_t>(package.position));
  while (got < 0 && errno == EINTR);
  if (got < 0 || (got == 0 && want > 0)) {
    package.problem = got < 0 ? std::strerror(errno) : "shrank while it was read";
    return -1;
  }
  package.position += static_cast<std::uint64_t>(got);
  return got;
}

la_ssize_t refill(archive* reader, void* context, const void** bytes) {
  auto& package = *static_cast<rartifacts_package*>(context);
  const auto unfolded = archive_filter_bytes(reader, 0);
  const auto packed = static_cast<std::int64_t>(package.position - package.begin);
  if (unfolded > kAnyRatio && unfolded / kMaxRatio > packed) {
    package.problem =
        std::to_string(unfolded) + " bytes unfold from " + std::to_string(packed) + ": that is no package";
    return -1;
  }
  if (!package.gunzip) {
    *bytes = package.buffer.data();
    return read_packed(package);
  }
  for (std::size_t size = 0;;) {
    if (package.gunzip->wants_more()) {
      const auto got = read_packed(package);
      if (got < 0) return got;
      if (got == 0 && !package.gunzip->is_whole()) package.problem = "cut off: the end of a gzip stream is not there";
      if (got == 0) return package.gunzip->is_whole() ? 0 : -1;
      package.gunzip->give(package.buffer.data(), static_cast<std::size_t>(got));
    }
    if (!package.gunzip->unfold(package.unfolded, size)) {
      package.problem = "gzip: damaged, its checksum is another one";
      return -1;
    }
    if (size == 0) continue;
    *bytes = package.unfolded.data();
    return static_cast<la_ssize_t>(size);
  }
}

la_int64_t pass_over(archive*, void* context, la_int64_t count) {
  auto& package = *static_cast<rartifacts_package*>(context);
  const auto rest = static_cast<la_int64_t>(package.end - package.position);
  const auto passed = std::min(count, rest);
  package.position += static_cast<std::uint64_t>(passed);
  return passed;
}

// A filter that libarchive was built without would start a program, which is not wanted.
void offer_formats(archive* reader) {
  struct Filter {
    int (*offer)(archive*);
    const char* (*built_with)();
  };
  static constexpr std::array kFilters{Filter{archive_read_support_filter_gzip, archive_zlib_version},
                                       Filter{archive_read_support_filter_bzip2, archive_bzlib_version},
                                       Filter{archive_read_support_filter_xz, archive_liblzma_version},
                                       Filter{archive_read_support_filter_lzma, archive_liblzma_version},
                                       Filter{archive_read_support_filter_lzip, archive_liblzma_version},
                                       Filter{archive_read_support_filter_zstd, archive_libzstd_version},
                                       Filter{archive_read_support_filter_lz4, archive_liblz4_version}};
  for (const auto& filter : kFilters)
    if (filter.built_with()) filter.offer(reader);
  archive_read_support_filter_rpm(reader);
  archive_read_support_format_tar(reader);
  archive_read_support_format_cpio(reader);
}

rartifacts_package* open_package(int fd, std::uint64_t begin, std::uint64_t length) {
  auto* package = new rartifacts_package;
  package->fd = fd;
  package->begin = package->position = begin;
  package->end = begin + length;
  offer_formats(package->reader);
  archive_read_set_read_callback(package->reader, refill);
  std::array<unsigned char, 2> magic{};
  const bool is_gzip = length > magic.size() &&
                       pread(fd, magic.data(), magic.size(), static_cast<off_t>(begin)) == std::ssize(magic) &&
                       magic[0] == 0x1f && magic[1] == 0x8b;
  if (is_gzip) package->gunzip = std::make_unique<Gunzip>();
  else archive_read_set_skip_callback(package->reader, pass_over);
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
  const int got = archive_read_next_header(reader, &entry);
  if (got == ARCHIVE_EOF) {
    if (is_tar && archive_filter_bytes(reader, 0) - before < kTarEnd) {
      package->problem = "cut off: the blocks that end a tar are not there";
      return -1;
    }
    // The checksum stands behind what ends the tar.
    if (package->gunzip) {
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
  const auto got = archive_read_data(package->reader, into, size);
  return got < 0 ? failed(*package) : got;
}

const char* error_of(rartifacts_package* package) { return package->problem.c_str(); }

void close_package(rartifacts_package* package) { delete package; }

}  // namespace

RARTIFACTS_EXPORT const rartifacts_package_reader rartifacts_package_reader_v1;
const rartifacts_package_reader rartifacts_package_reader_v1{open_package, next_entry, read_content, error_of,
                                                             close_package};
