// SPDX-License-Identifier: MIT OR Apache-2.0
//
// lief MEGABYTES DIRECTORY...: does LIEF see in every ELF library what we see?
//
// Machine and class, the size of the first section of each name, the libraries needed, and all that is exported. LIEF needs
// seconds and a gigabyte for the largest libraries: those of more than MEGABYTES are left out, and counted.
#include <fcntl.h>
#include <rartifacts/container.h>
#include <rartifacts/elf.h>
#include <rartifacts/object.h>
#include <sys/stat.h>
#include <unistd.h>

#include <LIEF/LIEF.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

namespace {

using namespace rartifacts;
namespace fs = std::filesystem;

std::string machine_and_class(unsigned machine, unsigned elf_class) {
  return elf_machine_name(static_cast<std::uint16_t>(machine)) + " " + std::to_string(elf_class);
}

constexpr const char* kMiscounted = "LIEF has fewer dynamic symbols than .dynsym";

// The first thing that is seen differently; empty when there is none.
std::string difference(View file, const LIEF::ELF::Binary& theirs) {
  const auto ours = read_elf(file);
  if (!ours) return "we do not read it: " + describe(ours.error());
  const bool is_64 = theirs.header().identity_class() == LIEF::ELF::ELF_CLASS::ELFCLASS64;
  const auto seen = machine_and_class(static_cast<unsigned>(theirs.header().machine_type()), is_64 ? 64 : 32);
  if (seen != machine_and_class(ours->e_machine, static_cast<unsigned>(ours->elf_class))) return "LIEF: " + seen;
  if (auto needed = theirs.imported_libraries(); needed != ours->needed) return "needed libraries";

  std::set<std::string> sections;
  for (const auto& section : theirs.sections()) {
    if (section.name().empty() || !sections.insert(section.name()).second) continue;
    const bool has_bytes = section.type() != LIEF::ELF::ELF_SECTION_TYPES::SHT_NOBITS;
    const auto found = find_section(file, section.name());
    if (!found || found->has_value() != has_bytes) return "section " + section.name();
    if (has_bytes && (*found)->size() != section.size()) return "size of section " + section.name();
  }

  // LIEF 0.9 counts dynamic symbols by the hash table, and in a few libraries comes out short of what .dynsym holds.
  if (theirs.has_section(".dynsym")) {
    const auto& table = theirs.get_section(".dynsym");
    const auto entries = table.entry_size() == 0 ? 0 : table.size() / table.entry_size();
    if (entries != theirs.dynamic_symbols().size()) return kMiscounted;
  }
  auto mine = elf_exports(file, {""});
  if (!mine) return "exports: " + describe(mine.error());
  std::vector<std::string> names;
  for (const auto& symbol : theirs.dynamic_symbols())
    if (symbol.shndx() != 0 && symbol.binding() != LIEF::ELF::SYMBOL_BINDINGS::STB_LOCAL)
      names.push_back(symbol.name());
  std::ranges::sort(*mine);
  std::ranges::sort(names);
  // Nobody needs more names than this of one library, and `elf_exports` gives no more.
  constexpr std::size_t kMost = 4097;
  if (mine->size() == kMost) return std::ranges::includes(names, *mine) ? "" : "exports";
  std::vector<std::string> only;
  std::ranges::set_symmetric_difference(*mine, names, std::back_inserter(only));
  return only.empty() ? "" : std::to_string(only.size()) + " exports, one is " + only.front();
}

std::vector<fs::path> libraries(const fs::path& root) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied)) {
    const bool has_name = entry.path().filename().string().find(".so") != std::string::npos;
    if (has_name && !entry.is_symlink() && entry.is_regular_file() && entry.file_size() > 64)
      all.push_back(entry.path());
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto largest = std::stoull(argv[1]) * 1'000'000;
  std::size_t agree = 0, differ = 0, unread = 0, large = 0, miscounted = 0, symbols = 0;
  LIEF::Logger::disable();
  for (int i = 2; i < argc; ++i) {
    for (const auto& path : libraries(argv[i])) {
      const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
      auto image = Image::of_file(fd, fs::file_size(path));
      if (image && object_format(View(*image).head(64)) == ObjectFormat::elf) {
        std::unique_ptr<LIEF::ELF::Binary> theirs;
        try {
          if (image->size() <= largest) theirs = LIEF::ELF::Parser::parse(path.string());
        } catch (...) {
          theirs.reset();
        }
        if (image->size() > largest) {
          ++large;
          std::printf("left out  %s: %llu bytes\n", path.c_str(), static_cast<unsigned long long>(image->size()));
        } else if (!theirs) {
          ++unread;
          std::printf("unread    %s: by LIEF\n", path.c_str());
        } else if (const auto what = difference(View(*image), *theirs); !what.empty()) {
          ++(what == kMiscounted ? miscounted : differ);
          std::printf("differ    %s: %s\n", path.c_str(), what.c_str());
        } else {
          ++agree;
          symbols += theirs->dynamic_symbols().size();
        }
      }
      close(fd);
    }
  }
  std::printf(
      "%zu agree (%zu dynamic symbols), %zu differ, %zu miscounted by LIEF, %zu unread, %zu left out for their size\n",
      agree, symbols, differ, miscounted, unread, large);
  return differ == 0 && agree > 0 ? 0 : 1;
}
