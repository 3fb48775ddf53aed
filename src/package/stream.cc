// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What is in a package file
// =========================
//
//   .deb          an ar archive of debian-binary, control.tar.* and data.tar.*; the members are tars in some compression
//   .rpm          a lead, two headers, and a cpio in some compression
//   .pkg.tar.zst  a tar whose first entries, .PKGINFO among them, are no files to be installed
//   .apk          three gzip streams after each other, together one tar; .PKGINFO as well
//
// libarchive reads the tars and cpios. The ar around a .deb is ours to read, so that its data comes straight from the file.
#include "package/stream.h"

#include <fcntl.h>
#include <rartifacts/archive.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "bytes/size_limits.h"
#include "modules/load.h"
#include "package/directory_entries.h"
#include "package/identity.h"

namespace rartifacts {
namespace {

constexpr std::string_view kDebMagic = "!<arch>\ndebian-binary";
constexpr std::string_view kRpmMagic = "\xed\xab\xee\xdb";

std::string reader_path(const char* stored) {
  std::string_view path = stored;
  while (path.starts_with("./")) path.remove_prefix(2);
  const auto tidied = path_of(parts_of(path));
  return tidied == "." ? "" : tidied;
}

Result<PackageIdentity> read_control(int fd, const Member& member) {
  PackageIdentity identity;
  auto control = PackageStream::open(fd, member.offset, member.size);
  if (!control) return pass(control);
  for (;;) {
    auto entry = control->next();
    if (!entry) return fail(entry.error().kind, "control.tar: {}", entry.error().what);
    if (!*entry) return identity;
    if ((*entry)->path != "control") continue;
    auto text = read_all(*control, **entry);
    if (!text) return pass(text);
    identity = read_deb_control(*text);
  }
}

// What dpkg reads of a .deb: debian-binary, control.tar.*, data.tar.*; it takes none of them twice (dpkg, src/deb/extract.c).
Result<void> open_deb(OpenedPackage& package, View file) {
  auto reader = ArchiveReader::open(file);
  if (!reader) return pass(reader);
  bool has_control = false;
  while (package.length == 0) {
    auto member = reader->next();
    if (!member) return pass(member);
    if (!*member) break;
    if ((*member)->name.starts_with("control.tar")) {
      if (std::exchange(has_control, true))
        return fail(ErrorKind::malformed, "a .deb with a second {} before data.tar", (*member)->name);
      auto identity = read_control(package.file.fd.get(), **member);
      if (!identity) return pass(identity);
      package.identity = std::move(*identity);
    }
    if (!(*member)->name.starts_with("data.tar")) continue;
    if (!has_control) return fail(ErrorKind::malformed, "a .deb without control.tar before data.tar");
    package.begin = (*member)->offset;
    package.length = (*member)->size;
  }
  if (package.length == 0) return fail(ErrorKind::malformed, "a .deb without its member data.tar");
  if (package.identity.name.empty()) return fail(ErrorKind::malformed, "a .deb without a control file");
  return {};
}

}  // namespace

namespace {

std::string_view beginning(int base, const std::string& path, std::span<char> into) {
  const auto file = open_file_below(base, path, true);
  const auto got = file ? pread(file->fd.get(), into.data(), into.size(), 0) : -1;
  return {into.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

}  // namespace

std::optional<std::string_view> unread_form(int base, const std::string& path) {
  struct Form {
    std::string_view magic;
    std::string_view name;
  };
  static constexpr auto kForms = std::to_array<Form>({{"PK\x03\x04", "a zip file"},
                                                      {"hsqs", "a squashfs image"},
                                                      {"sqsh", "a squashfs image"},
                                                      {{"7z\xbc\xaf\x27\x1c", 6}, "a 7z file"},
                                                      {"MSCF", "a cabinet file"}});
  std::array<char, 8> head;
  const auto text = beginning(base, path, head);
  const auto* form = std::ranges::find_if(kForms, [&](const Form& row) { return text.starts_with(row.magic); });
  return form == kForms.end() ? std::nullopt : std::optional(form->name);
}

bool is_package(int base, const std::string& path) {
  std::array<char, 512> head;
  const auto text = beginning(base, path, head);
  const auto name = file_name_of(path);
  static constexpr auto kMagics = std::to_array<std::string_view>({kDebMagic,
                                                                   kRpmMagic,
                                                                   {"\xfd"
                                                                    "7zXZ\0",
                                                                    6},
                                                                   "\x1f\x8b",
                                                                   "\x28\xb5\x2f\xfd",
                                                                   "BZh",
                                                                   "\x04\x22\x4d\x18",
                                                                   "LZIP",
                                                                   "070701",
                                                                   "070702",
                                                                   "070707",
                                                                   "\x71\xc7",
                                                                   "\xc7\x71"});
  if (name.ends_with(".ko.xz") || name.ends_with(".ko.zst") || name.ends_with(".ko.gz")) return false;
  // What is called so and is none must not pass for something else.
  static constexpr auto kEndings = std::to_array<std::string_view>({".deb", ".rpm", ".apk", ".tar", ".cpio"});
  const bool is_called_so = std::ranges::any_of(kEndings, [&](auto ending) { return name.ends_with(ending); }) ||
                            name.find(".tar.") != name.npos || name.find(".cpio.") != name.npos;
  constexpr std::size_t kUstar = 257;
  return std::ranges::any_of(kMagics, [&](std::string_view magic) { return text.starts_with(magic); }) ||
         (text.size() > kUstar && text.substr(kUstar).starts_with("ustar")) || is_called_so;
}

Result<PackageStream> PackageStream::open(int fd, std::uint64_t begin, std::uint64_t length) {
  auto symbol = load_module_symbol("libarchive", kPackageReader);
  if (!symbol) return pass(symbol);
  const auto* reader = static_cast<const rartifacts_package_reader*>(*symbol);
  static constexpr rartifacts_limits kLimits{
      .window = Budget::kWindow, .context = nullptr, .unfolded = [](void*, std::uint64_t bytes) {
        return unfold(bytes).has_value();
      }};
  return PackageStream({reader->open(fd, begin, length, &kLimits), Close{reader}}, nullptr);
}

PackageStream PackageStream::of_directory(int fd) {
  return {Package(nullptr, Close{nullptr}), std::make_unique<DirectoryEntries>(fd)};
}

PackageStream::PackageStream(Package package, std::unique_ptr<DirectoryEntries> directory)
    : package_(std::move(package)), directory_(std::move(directory)) {}
PackageStream::PackageStream(PackageStream&&) noexcept = default;
PackageStream::~PackageStream() = default;

std::unexpected<Error> PackageStream::failed() const {
  int why = RARTIFACTS_DAMAGED;
  std::string what = package_.get_deleter().reader->error(package_.get(), &why);
  switch (why) {
    case RARTIFACTS_OVER_UNFOLDED: return over(Limit::unfolded);
    case RARTIFACTS_OVER_WINDOW: return over(Limit::window);
    case RARTIFACTS_OVER_HELD: return over(Limit::held);
    default: break;
  }
  std::ranges::replace(what, '\n', ' ');
  return fail(why == RARTIFACTS_IO ? ErrorKind::io : ErrorKind::malformed, "{}", what);
}

Result<std::optional<PackageEntry>> PackageStream::next() {
  if (directory_) return directory_->next();
  constexpr std::uint64_t kStepsPerEntry = 4096;
  rartifacts_package_entry entry{};
  if (auto charged = work(kStepsPerEntry); !charged) return pass(charged);
  const int got = package_.get_deleter().reader->next(package_.get(), &entry);
  if (got < 0) return failed();
  if (got == 0) return std::nullopt;
  if (!entry.path) return fail(ErrorKind::malformed, "an entry has a name in no known encoding");
  const std::string_view stored = entry.path;
  if (stored.size() >= PATH_MAX) return fail(ErrorKind::malformed, "an entry has a name of {} bytes", stored.size());
  for (const auto name : {stored, entry.is_hard_link ? std::string_view(entry.link) : stored}) {
    if (name.starts_with('/')) return fail(ErrorKind::malformed, "an entry has the absolute name {}", name);
    if (has_parent_parts(name)) return fail(ErrorKind::malformed, "an entry has a name that leads out: {}", name);
  }
  PackageEntry made{.path = reader_path(entry.path),
                    .link = {},
                    .is_hard_link = entry.is_hard_link,
                    .st_mode = entry.st_mode,
                    .size = entry.size};
  if (entry.link) made.link = entry.is_hard_link ? reader_path(entry.link) : std::string(entry.link);
  if (made.link.size() >= PATH_MAX)
    return fail(ErrorKind::malformed, "{}: link to a name of {} bytes", made.path, made.link.size());
  return made;
}

Result<std::size_t> PackageStream::read(std::span<std::uint8_t> into) {
  if (directory_) return directory_->read(into);
  const auto got = package_.get_deleter().reader->read(package_.get(), into.data(), into.size());
  if (got < 0) return failed();
  if (auto poured = pour(static_cast<std::uint64_t>(got)); !poured) return pass(poured);
  return static_cast<std::size_t>(got);
}

Result<std::string> read_all(PackageStream& stream, const PackageEntry& entry) {
  if (entry.size > size_limits::control_text.most) return over(size_limits::control_text);
  std::string text(entry.size, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    auto got = stream.read({reinterpret_cast<std::uint8_t*>(text.data()) + done, text.size() - done});
    if (!got) return pass(got);
    if (*got == 0) return fail(ErrorKind::truncated, "{}: ends too early", entry.path);
    done += *got;
  }
  return text;
}

namespace {

bool is_directory_below(int base, const std::string& path) {
  struct stat status;
  return fstatat(base, path.c_str(), &status, 0) == 0 && S_ISDIR(status.st_mode);
}

// What debhelper builds a package of says who it is in DEBIAN/control.
Result<OpenedPackage> open_directory(int base, const std::string& path) {
  auto fd = open_below(base, path, O_RDONLY | O_DIRECTORY);
  if (!fd) return pass(fd);
  OpenedPackage package{.file = {std::move(*fd), {}}, .identity = {}, .is_directory = true};
  if (fstat(package.file.fd.get(), &package.file.status) != 0) return fail_errno("");
  if (const auto control = read_text_below(package.file.fd.get(), "DEBIAN/control"))
    package.identity = read_deb_control(*control);
  return package;
}

}  // namespace

Result<OpenedPackage> open_package(int base, const std::string& path) {
  if (is_directory_below(base, path)) return open_directory(base, path);
  auto opened = open_file_below(base, path, true);
  if (!opened) return pass(opened);
  OpenedPackage package{.file = std::move(*opened), .identity = {}};
  const auto& status = package.file.status;
  package.length = static_cast<std::uint64_t>(status.st_size);
  credit_packed(status.st_dev, status.st_ino, size_on_disk(status));
  auto image = Image::of_file(package.file.fd.get(), status);
  if (!image) return pass(image);
  const View file(*image);
  const auto head = as_text(file.head(64));
  package.is_deb = head.starts_with(kDebMagic);
  if (package.is_deb) {
    package.length = 0;
    if (auto read = open_deb(package, file); !read) return pass(read);
  } else if (head.starts_with(kRpmMagic)) {
    auto identity = read_rpm_identity(file, &package.begin);
    if (!identity) return pass(identity);
    package.identity = std::move(*identity);
    package.length -= package.begin;
  }
  return package;
}

Result<void> for_each_entry(int base, const std::string& path,
                            const std::function<Result<void>(OpenedPackage&, PackageStream&, PackageEntry&)>& take) {
  auto package = open_package(base, path);
  if (!package) return pass(package);
  const int fd = package->file.fd.get();
  auto stream = package->is_directory ? Result<PackageStream>(PackageStream::of_directory(fd))
                                      : PackageStream::open(fd, package->begin, package->length);
  if (!stream) return pass(stream);
  for (;;) {
    auto entry = stream->next();
    if (!entry) return pass(entry);
    if (!*entry) return check_unchanged(package->file);
    if (auto taken = take(*package, *stream, **entry); !taken) return taken;
  }
}

}  // namespace rartifacts
