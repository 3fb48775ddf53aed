// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Objects that no compiler makes: small files that would cost much if their tables were believed.
#include <doctest/doctest.h>
#include <elf.h>
#include <rartifacts/kernel_module.h>
#include <rartifacts/link.h>
#include <rartifacts/object.h>

#include <cstring>
#include <string>
#include <vector>

using namespace rartifacts;

namespace {

struct Section {
  std::string name;
  std::uint32_t type = SHT_PROGBITS;
  std::uint64_t flags = 0;
  std::string content;
  std::uint32_t link = 0, info = 0;
  std::size_t bytes_of = 0;  ///< the number of an earlier section whose bytes these are too
};

template <class Value>
void append(std::string& to, const Value& value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A relocatable object for x86_64. The first section has the number 1.
std::vector<std::uint8_t> object_of(std::vector<Section> sections) {
  std::string names(1, '\0');
  std::string out(sizeof(Elf64_Ehdr), '\0');
  std::vector<Elf64_Shdr> headers(1);
  sections.push_back({.name = ".shstrtab", .type = SHT_STRTAB});
  for (auto& section : sections) {
    Elf64_Shdr header{};
    header.sh_name = static_cast<std::uint32_t>(names.size());
    names += section.name + '\0';
    header.sh_type = section.type;
    header.sh_flags = section.flags;
    header.sh_link = section.link;
    header.sh_info = section.info;
    header.sh_addralign = 1;
    if (&section == &sections.back()) section.content = names;
    out.resize((out.size() + 7) / 8 * 8);
    header.sh_offset = section.bytes_of ? headers[section.bytes_of].sh_offset : out.size();
    header.sh_size = section.bytes_of ? headers[section.bytes_of].sh_size : section.content.size();
    header.sh_entsize = section.type == SHT_RELA ? sizeof(Elf64_Rela) : sizeof(Elf64_Sym);
    out += section.content;
    headers.push_back(header);
  }
  out.resize((out.size() + 7) / 8 * 8);
  Elf64_Ehdr file{};
  std::memcpy(file.e_ident, ELFMAG, SELFMAG);
  file.e_ident[EI_CLASS] = ELFCLASS64;
  file.e_ident[EI_DATA] = ELFDATA2LSB;
  file.e_ident[EI_VERSION] = EV_CURRENT;
  file.e_type = ET_REL;
  file.e_machine = EM_X86_64;
  file.e_version = EV_CURRENT;
  file.e_ehsize = sizeof(Elf64_Ehdr);
  file.e_shoff = out.size();
  file.e_shentsize = sizeof(Elf64_Shdr);
  file.e_shnum = static_cast<std::uint16_t>(headers.size());
  file.e_shstrndx = static_cast<std::uint16_t>(headers.size() - 1);
  std::memcpy(out.data(), &file, sizeof file);
  for (const auto& header : headers) append(out, header);
  return {out.begin(), out.end()};
}

std::string symbol(std::uint32_t name, std::uint16_t section, unsigned char type = STT_NOTYPE) {
  Elf64_Sym symbol{};
  symbol.st_name = name;
  symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, type);
  symbol.st_shndx = section;
  std::string out;
  append(out, symbol);
  return out;
}

std::string relocation(std::uint32_t type, std::uint32_t symbol = 0) {
  std::string out;
  append(out, Elf64_Rela{0, ELF64_R_INFO(static_cast<std::uint64_t>(symbol), type), 0});
  return out;
}

// A unit of DWARF 4 whose entry has code 2 and the text at `producer`.
std::string compile_unit(std::uint32_t producer, std::uint32_t length = 12) {
  std::string out;
  append(out, length);
  append(out, std::uint16_t{4});
  append(out, std::uint32_t{0});
  out += "\x08\x02";
  append(out, producer);
  return out;
}

// What cannot be read of debug information is no error of the object, but a note.
std::vector<std::string> notes_on(const std::string& units, const std::string& texts, std::string abbreviations = {}) {
  abbreviations +=
      std::string("\x02\x11\x00\x25\x0e\x00\x00\x00", 8);  // code 2: a compile unit; its producer, in .debug_str
  auto image = Image::of_bytes(object_of({{.name = ".debug_info", .content = units},
                                          {.name = ".debug_abbrev", .content = abbreviations},
                                          {.name = ".debug_str", .content = texts}}));
  const auto facts = read_link_facts(View(image), nullptr);
  REQUIRE(facts);
  return (*facts)->notes;
}

Result<std::optional<LinkFacts>> link_facts(const std::vector<Section>& sections) {
  auto image = Image::of_bytes(object_of(sections));
  return read_link_facts(View(image), nullptr);
}

}  // namespace

TEST_SUITE("object") {
  TEST_CASE("names that overlap in their table are not kept without end") {
    std::string symbols = symbol(0, SHN_UNDEF);
    for (std::uint32_t i = 0; i < 8000; ++i) symbols += symbol(i, SHN_UNDEF);
    const auto facts =
        link_facts({{.name = ".symtab", .type = SHT_SYMTAB, .content = symbols, .link = 2},
                    {.name = ".strtab", .type = SHT_STRTAB, .content = std::string(30'000, 'x') + '\0'}});
    REQUIRE(!facts);
    CHECK(facts.error().kind == ErrorKind::too_large);
  }

  TEST_CASE("relocations are told by type as long as these can be a machine's") {
    const auto facts = [](std::uint32_t types) {
      std::string relocations;
      for (std::uint32_t type = 0; type < types; ++type) relocations += relocation(type, 1);
      return link_facts({{.name = ".text", .flags = SHF_ALLOC | SHF_EXECINSTR, .content = "code"},
                         {.name = ".rela.text", .type = SHT_RELA, .content = relocations, .link = 3, .info = 1},
                         {.name = ".symtab", .type = SHT_SYMTAB, .content = symbol(0, 0) + symbol(1, 0), .link = 4},
                         {.name = ".strtab", .type = SHT_STRTAB, .content = '\0' + std::string(60'000, 'x') + '\0'}});
    };
    const auto few = facts(256);
    REQUIRE(few);
    CHECK((*few)->relocations.size() == 256);
    CHECK((*few)->relocations.front().symbol == std::string(4096, 'x'));
    const auto many = facts(257);
    REQUIRE(!many);
    CHECK(many.error().kind == ErrorKind::too_large);
  }

  TEST_CASE("relocations that many headers announce again are counted again") {
    std::string relocations;
    for (int i = 0; i < 65536; ++i) relocations += relocation(R_X86_64_64);
    const auto facts = [&](const Section& target, std::size_t headers) {
      std::vector<Section> sections{target, {.name = ".debug_abbrev"}, {.name = ".symtab", .type = SHT_SYMTAB}};
      sections.push_back({.name = ".rela", .type = SHT_RELA, .content = relocations, .link = 3, .info = 1});
      sections.resize(3 + headers, {.name = ".rela", .type = SHT_RELA, .link = 3, .info = 1, .bytes_of = 4});
      return link_facts(sections);
    };
    CHECK(facts({.name = ".data", .flags = SHF_ALLOC, .content = "data"}, 256));
    const auto code = facts({.name = ".data", .flags = SHF_ALLOC, .content = "data"}, 257);
    REQUIRE(!code);
    CHECK(code.error().kind == ErrorKind::too_large);
    const auto debug = facts({.name = ".debug_info"}, 65);
    REQUIRE(debug);
    CHECK(
        (*debug)->notes ==
        std::vector<std::string>{
            "debug information: over the limit debug-relocations: more than 4194304 relocations of debug information"});
  }

  TEST_CASE("debug information costs no more than what is used of it") {
    using Notes = std::vector<std::string>;
    std::string units;
    for (std::uint32_t i = 0; i < 20'000; ++i) units += compile_unit(0);
    CHECK(notes_on(units, "GNU C17") == Notes{});
    units.clear();
    for (std::uint32_t i = 0; i < 20'000; ++i) units += compile_unit(i);
    std::string texts;
    for (int i = 0; i < 30'000; i += 6) texts += fmt::format("{:06}", i);
    CHECK(notes_on(units, texts) ==
          Notes{"debug information: over the limit dwarf-producers: more than 16 MiB of DW_AT_producer"});
    CHECK(notes_on(compile_unit(0, 8), "GNU C17") ==
          Notes{"debug information: 4 more bytes should follow, 0 do (at byte 12)"});

    std::string other =
        std::string("\x01\x11\x00", 3) + std::string(std::size_t{2} << 20, '\x01') + std::string(2, '\0');
    CHECK(notes_on(compile_unit(0), "GNU C17", other) == Notes{});
    units.clear();
    for (int i = 0; i < 33; ++i) units += compile_unit(0);
    CHECK(notes_on(units, "GNU C17", other) == Notes{"debug information: over the limit dwarf-abbreviations: more than "
                                                     "64 MiB of DWARF abbreviations to look through"});

    units.clear();
    for (int i = 0; i <= 1 << 20; ++i) units += std::string("\x08\0\0\0\x05\0\x02\x08\0\0\0\0", 12);  // of types
    CHECK(notes_on(units, "") == Notes{"debug information: over the limit dwarf-units: more than 1048576 DWARF units"});
  }

  TEST_CASE("a table of names without an end is not searched to its end for each symbol") {
    std::string symbols = symbol(0, SHN_UNDEF);
    for (std::uint32_t i = 0; i < 20'000; ++i) symbols += symbol(i, SHN_UNDEF) + symbol(1, SHN_ABS, STT_FILE);
    const std::string names = "_R" + std::string(std::size_t{16} << 20, 'x');
    auto image = Image::of_bytes(object_of({{.name = ".symtab", .type = SHT_SYMTAB, .content = symbols, .link = 2},
                                            {.name = ".strtab", .type = SHT_STRTAB, .content = names}}));
    const auto object = read_object(View(image));
    REQUIRE(object);
    CHECK(!object->language);
    const auto facts = read_link_facts(View(image), nullptr);
    REQUIRE(facts);
    CHECK((*facts)->undefined.empty());
    const auto own = has_own_c(View(image));
    REQUIRE(own);
    CHECK(!own->has_value());
  }
}
