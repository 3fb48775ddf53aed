// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Kernel modules
// ==============
//
// A .ko is a relocatable object that modpost has completed, in sections that the module loader knows:
//
//     .modinfo                tag=value texts, each ended by NUL: name, vermagic, license, depends …
//     __versions              with MODVERSIONS: a checksum and the name of each symbol it uses, 64 bytes together
//     __version_ext_crcs      since Linux 6.14: the checksums,
//     __version_ext_names     and the names, of any length. Rust names rarely fit into 64 bytes
//     .BTF                    types for BPF
//
// A signature is no section. It stands behind everything, and is found from the end of the file:
//
//     ELF file | PKCS#7 message | struct module_signature, 12 bytes | "~Module signature appended~\n"
//
// struct module_signature is algo, hash, id_type, signer_len, key_id_len, 3 bytes of padding, and the size of the message
// (big-endian). The loader accepts only id_type 2 with everything else zero. The message is DER: a SEQUENCE that starts with the
// object identifier of signed data.
#include <rartifacts/kernel_module.h>
#include <rartifacts/object.h>

#include <algorithm>

#include "bytes/size_limits.h"
#include "container/elf_file.h"

namespace rartifacts {
namespace {

constexpr std::string_view kMarker = "~Module signature appended~\n";
constexpr std::uint64_t kSignatureHeader = 12;
constexpr std::uint8_t kPkcs7 = 2;
constexpr std::uint64_t kVersionEntry = 64;
/// OBJECT IDENTIFIER 1.2.840.113549.1.7.2 (RFC 5652, 5.1).
constexpr std::string_view kSignedData = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

// Where the content of a DER SEQUENCE of exactly `message` starts; 0 when it is none.
std::size_t sequence_content(Bytes message) {
  if (message.size() < 2 || message[0] != 0x30) return 0;
  const std::size_t width = message[1] < 0x80 ? 0 : message[1] & 0x7f;
  if (width > 4 || message.size() < 2 + width) return 0;
  const auto length = width == 0 ? message[1] : load_be(message, 2, width);
  return 2 + width + length == message.size() ? 2 + width : 0;
}

Result<ModuleSignature> read_signature(View file) {
  ModuleSignature signature;
  if (file.size() < kMarker.size()) return signature;
  auto marker = file.fetch(file.size() - kMarker.size(), kMarker.size());
  if (!marker) return pass(marker);
  if (as_text(*marker) != kMarker) return signature;
  const auto broken = [&](std::string_view why) {
    signature.state = ModuleSignature::State::malformed;
    signature.why = why;
    return signature;
  };
  const auto end = file.size() - kMarker.size();
  if (end < kSignatureHeader) return broken("there is nothing before its marker");
  auto header = file.fetch(end - kSignatureHeader, kSignatureHeader);
  if (!header) return pass(header);
  signature.size = static_cast<std::uint32_t>(load_be(*header, 8, 4));
  if (signature.size >= end - kSignatureHeader)
    return broken(fmt::format("it announces {} bytes, more than the file has", signature.size));
  if ((*header)[2] != kPkcs7) return broken(fmt::format("it is of type {}, not PKCS#7", (*header)[2]));
  for (const auto i : {0, 1, 3, 4, 5, 6, 7})
    if ((*header)[static_cast<std::size_t>(i)] != 0) return broken("fields of its header that must be zero are not");
  auto message = file.fetch(end - kSignatureHeader - signature.size, signature.size);
  if (!message) return pass(message);
  const auto content = sequence_content(*message);
  if (content == 0 || !as_text(message->subspan(content)).starts_with(kSignedData))
    return broken("its message is not PKCS#7 signed data of the size that is announced");
  signature.state = ModuleSignature::State::well_formed;
  return signature;
}

Result<void> read_modinfo(const ElfFile& elf, const GElf_Shdr& section, ModuleFacts& facts) {
  if (section.sh_size > size_limits::modinfo.most) return over(size_limits::modinfo);
  auto content = elf.content(section);
  if (!content) return pass(content);
  auto rest = as_text(*content);
  while (!rest.empty()) {
    const auto entry = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const auto equals = entry.find('=');
    if (equals != entry.npos) facts.modinfo.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return {};
}

// Of functions in a module of Rust alone: mangled ones, those that the loader calls, those that the compiler puts before others for
// kCFI and ftrace (__cfi_, __pfx_).
bool is_of_rust_module(std::string_view name) {
  for (const std::string_view prefix : {"__cfi_", "__pfx_"})
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return name == "init_module" || name == "cleanup_module" || is_rust_mangled(name);
}

std::string checksum_line(std::uint64_t crc, std::string_view name) { return fmt::format("{:#010x}\t{}\n", crc, name); }

// struct modversion_info: an unsigned long and a name, 64 bytes together.
Result<void> read_versions(const ElfFile& elf, const GElf_Shdr& section, ModuleFacts& facts) {
  facts.versions = section.sh_size / kVersionEntry;
  if (section.sh_size > size_limits::module_versions.most) return over(size_limits::module_versions);
  auto content = elf.content(section);
  if (!content) return pass(content);
  const std::size_t word = elf.is64() ? 8 : 4;
  for (std::size_t at = 0; at + kVersionEntry <= content->size(); at += kVersionEntry) {
    const auto crc = elf.number(*content, at, word);
    const auto name = as_text(content->subspan(at + word, kVersionEntry - word));
    facts.checksums += checksum_line(crc, name.substr(0, name.find('\0')));
  }
  return {};
}

Result<void> read_extended_versions(const ElfFile& elf, const GElf_Shdr& crcs, const GElf_Shdr& names,
                                    ModuleFacts& facts) {
  if (std::max(crcs.sh_size, names.sh_size) > size_limits::module_versions.most)
    return over(size_limits::module_versions);
  auto numbers = elf.content(crcs);
  if (!numbers) return pass(numbers);
  auto texts = elf.content(names);
  if (!texts) return pass(texts);
  auto rest = as_text(*texts);
  for (std::size_t at = 0; at + 4 <= numbers->size() && !rest.empty(); at += 4) {
    const auto name = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    facts.checksums += checksum_line(elf.number(*numbers, at, 4), name);
  }
  return {};
}

}  // namespace

std::optional<std::string> ModuleFacts::value(std::string_view tag) const {
  const auto found = std::ranges::find(modinfo, tag, &std::pair<std::string, std::string>::first);
  return found == modinfo.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> ModuleFacts::depends() const {
  std::vector<std::string> all;
  const auto text = value("depends").value_or("");
  for (std::string_view rest = text; !rest.empty();) {
    const auto name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    if (!name.empty()) all.emplace_back(name);
  }
  return all;
}

std::vector<std::string> ModuleFacts::import_namespaces() const {
  std::vector<std::string> all;
  for (const auto& [tag, text] : modinfo)
    if (tag == "import_ns") all.push_back(text);
  return all;
}

Result<ModuleFacts> read_module(View file) {
  ModuleFacts facts;
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  std::optional<GElf_Shdr> extended;
  std::optional<GElf_Shdr> extended_names;
  bool has_modinfo = false;
  for (std::size_t i = 1; i < elf->section_count(); ++i) {
    auto section = elf->section(i);
    if (!section) return pass(section);
    auto name = elf->section_name(*section);
    if (!name) return pass(name);
    if (*name == ".BTF") facts.has_btf = true;
    else if (*name == "__version_ext_crcs") extended = *section;
    else if (*name == "__version_ext_names") extended_names = *section;
    else if (*name == "__versions" && !facts.versions) {  // as the loader does, the first one counts
      if (auto read = read_versions(*elf, *section, facts); !read) return pass(read);
    } else if (*name == ".modinfo" && !std::exchange(has_modinfo, true))
      if (auto read = read_modinfo(*elf, *section, facts); !read) return pass(read);
  }
  if (extended) facts.extended_versions = extended->sh_size / 4;
  if (extended && extended_names)
    if (auto read = read_extended_versions(*elf, *extended, *extended_names, facts); !read) return pass(read);
  auto signature = read_signature(file);
  if (!signature) return pass(signature);
  facts.signature = std::move(*signature);
  return facts;
}

// Kbuild's own C holds no function, and a module's Rust has two without mangled names: those that the loader calls. Names of
// source files are gone after `strip --strip-debug`, the names of functions are not.
Result<std::optional<bool>> has_own_c(View file) {
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  auto table = elf->symbol_table(SHT_SYMTAB);
  if (!table) return pass(table);
  if (!*table) return std::nullopt;
  bool has_files = false;
  bool has_functions = false;
  bool has_c_function = false;
  bool has_c_file = false;
  auto walked = elf->for_each_symbol(**table, [&](const GElf_Sym& symbol, std::string_view name) {
    const auto type = GELF_ST_TYPE(symbol.st_info);
    if (type == STT_FUNC && symbol.st_shndx != SHN_UNDEF) {
      has_functions = true;
      has_c_function |= !is_of_rust_module(name);
    }
    if (type != STT_FILE) return true;
    // Each module has these two; where they are named, the others are as well.
    const bool is_kbuild = name.ends_with(".mod.c") || name.ends_with("module-common.c");
    has_files |= is_kbuild;
    has_c_file = !is_kbuild && name.ends_with(".c");
    return !has_c_file;
  });
  if (!walked) return pass(walked);
  if (has_c_file) return true;
  if (has_files) return false;
  // A function without a mangled name may be C, or Rust under #[no_mangle].
  return has_functions && !has_c_function ? std::optional(false) : std::nullopt;
}

Result<bool> has_machine_code(View file) {
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  for (std::size_t i = 1; i < elf->section_count(); ++i) {
    auto section = elf->section(i);
    if (!section) return pass(section);
    if ((section->sh_flags & SHF_EXECINSTR) != 0 && section->sh_type != SHT_NOBITS && section->sh_size > 0) return true;
  }
  return false;
}

}  // namespace rartifacts
