// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/archive.h>
#include <rartifacts/classify.h>

#include <algorithm>

#include "classify/crate_names.h"
#include "container/coff_header.h"
#include "container/foreign_kinds.h"
#include "container/sections.h"
#include "metadata/magic.h"

namespace rartifacts {
namespace {

constexpr std::string_view kDeclsPrefix = "__rustc_proc_macro_decls_";

Result<void> take_metadata(Artifact& artifact, View blob) {
  auto metadata = read_metadata(blob);
  if (!metadata) return pass(metadata);
  artifact.metadata = std::move(metadata->header);
  artifact.crate = std::move(metadata->crate);
  if (metadata->layout_guessed && artifact.crate)
    artifact.notes.push_back(
        "layout guessed: this release of rustc is not in the table, a neighbour's layout passed every check");
  if (!metadata->reason.empty()) {
    const bool is_stub = artifact.crate && artifact.crate->is_stub;
    artifact.notes.push_back(is_stub ? metadata->reason : "dependencies: " + metadata->reason);
  }
  return {};
}

// rustc reads no further than lib.rmeta, and a linker goes by the symbol table: bytes behind the last member harm nobody. A member that
// was cut is what an interrupted copy leaves; nobody links that.
bool is_readable_so_far(Artifact& artifact, const Error& error) {
  if (!artifact.metadata || error.kind != ErrorKind::malformed) return false;
  artifact.notes.push_back("behind the metadata: " + describe(error));
  return true;
}

Result<std::optional<Artifact>> classify_archive(View file, std::string_view file_name) {
  Artifact artifact;
  auto reader = ArchiveReader::open(file);
  if (!reader) return pass(reader);
  bool has_rust = false;
  std::uint64_t imports = 0;
  std::string dll, nameless;
  for (;;) {
    auto member = reader->next();
    if (!member && !is_readable_so_far(artifact, member.error())) return pass(member);
    if (!member || !*member) break;
    if ((*member)->unnamed && !artifact.metadata) nameless = (*member)->name;
    if (is_metadata_member((*member)->name) && !artifact.metadata) {
      artifact.kind = Kind::rlib;
      if (!nameless.empty())
        return fail(ErrorKind::malformed, "the name of member {} is not in the table of names", nameless);
      if ((*member)->external)
        return fail(ErrorKind::unsupported, "thin archive: lib.rmeta is another file, and rustc does not follow it");
      auto content = file.sub((*member)->offset, (*member)->size);
      if (!content) return pass(content);
      auto blob = metadata_of_member(*content);
      if (!blob)
        return std::unexpected(Error{blob.error().kind, "lib.rmeta: " + blob.error().what, blob.error().offset});
      if (auto taken = take_metadata(artifact, *blob); !taken) return pass(taken);
      const auto& release = artifact.metadata->release;
      if ((*member)->name != kMetadataMember && release && release->minor > kLastOldMember)
        return fail(ErrorKind::malformed, "an rlib without its member lib.rmeta: {} of rustc 1.{} is not supported",
                    (*member)->name, release->minor);
      continue;
    }
    if (artifact.metadata || has_rust || (*member)->external) continue;
    has_rust = (*member)->name.ends_with(".rcgu.o");
    auto content = file.sub((*member)->offset, (*member)->size);
    const auto format = has_rust || !content ? std::nullopt : object_format(content->head(64));
    if (!format) continue;
    if (*format == ObjectFormat::coff_import && imports++ == 0) dll = imported_dll(*content);
    auto object = read_object(*content);
    has_rust = object && (object->language == Language::rust || object->language == Language::mixed);
  }
  if (artifact.metadata) return artifact;
  if (file_name.ends_with(".rlib")) return fail(ErrorKind::malformed, "an rlib without its member lib.rmeta");
  artifact.kind = has_rust ? Kind::staticlib : Kind::archive;
  if (imports > 0 && !has_rust)
    artifact.notes.push_back(fmt::format("import library of {}: {} functions, no code", dll, imports));
  return artifact;
}

bool is_told_rust(const ObjectFacts& object) {
  return object.language == Language::rust || object.language == Language::mixed;
}

// What stopped the reading is no fault of the file.
bool says_nothing_of_the_file(const Error& error) {
  return error.kind == ErrorKind::too_large || error.kind == ErrorKind::io;
}

// A dynamic library: a proc macro exports the decls symbol and carries metadata that says so. Stripping can take either
// half away, and then the library is still called what it was, with the missing half named.
Result<void> classify_library(Artifact& artifact, View file, const std::optional<std::vector<std::string>>& known) {
  static const std::vector<std::string> kNone;
  const auto& exports = known ? *known : kNone;
  const auto decls = std::ranges::find_if(exports, [](const auto& name) { return name.starts_with(kDeclsPrefix); });
  ProcMacroFacts facts;
  facts.exports_known = known.has_value();
  if (decls != exports.end()) facts.decls_symbol = *decls;

  auto section = find_section(file, ".rustc");
  if (!section) return pass(section);
  if (*section) {
    facts.rustc_section = ProcMacroFacts::Section::unreadable;
    auto content = read_rustc_section(**section);
    auto taken = content ? take_metadata(artifact, content->blob) : Result<void>(pass(content));
    if (taken) {
      facts.rustc_section = ProcMacroFacts::Section::present;
    } else if (!facts.decls_symbol || says_nothing_of_the_file(taken.error())) {
      return std::unexpected(Error{taken.error().kind, ".rustc: " + taken.error().what, taken.error().offset});
    } else {
      artifact.notes.push_back("section .rustc cannot be read: " + describe(taken.error()));
    }
  }
  const bool says_proc_macro = artifact.crate && artifact.crate->is_proc_macro.value_or(false);
  if (facts.decls_symbol || says_proc_macro) {
    artifact.kind = Kind::proc_macro;
    artifact.side = Side::host;
    if (facts.rustc_section == ProcMacroFacts::Section::missing)
      artifact.notes.push_back("proc macro without its .rustc section: it was stripped, and rustc refuses it (E0786)");
    else if (facts.decls_symbol && artifact.crate && !says_proc_macro)
      artifact.notes.push_back("exports the decls symbol of a proc macro, but its metadata reads as that of a library");
    else if (!facts.decls_symbol && facts.exports_known)
      artifact.notes.push_back("metadata of a proc macro, but the library exports no __rustc_proc_macro_decls_ symbol");
    artifact.proc_macro = std::move(facts);
  } else if (artifact.metadata) {
    artifact.kind = Kind::dylib;
  } else {
    auto object = read_object(file);
    if (!object) return pass(object);
    const bool is_rust = object->language == Language::rust || object->language == Language::mixed;
    artifact.kind = is_rust ? Kind::cdylib : Kind::shared_library;
    artifact.object = std::move(*object);
  }
  if (artifact.crate) name_by_symbol(artifact.crate.edit(), exports);
  return {};
}

// Kbuild adds C of its own to every module, so a C compiler has signed all of them; that makes none of mixed languages.
Result<void> take_module(Artifact& artifact, View file) {
  auto module = read_module(file);
  if (!module) return pass(module);
  artifact.module = std::move(*module);
  if (artifact.object->language != Language::mixed) return {};
  auto own = has_own_c(file);
  if (!own) return pass(own);
  if (!*own) {
    artifact.notes.push_back(
        "the names of its source files were stripped: the C in it may be only what Kbuild adds to every module, and a "
        "function without a mangled name may be Rust with #[no_mangle]");
  } else if (!**own) {
    artifact.object->language = Language::rust;
    auto& producer = artifact.object->producer;
    if (producer && !producer->starts_with("rustc ")) producer.reset();
  }
  return {};
}

// modpost writes NAME.mod.c for each module; compiled, it has the sections that tell a module, and nothing of what the module's own
// sources bring: their license, their code.
Result<bool> is_modpost_object(View file, std::string_view file_name, const std::optional<View>& modinfo) {
  if (!modinfo) return false;
  constexpr std::uint64_t kReadModinfo = std::uint64_t{1} << 20;
  auto text = modinfo->fetch(0, std::min(modinfo->size(), kReadModinfo));
  if (!text) return pass(text);
  if (as_text(*text).starts_with("license=") ||
      as_text(*text).find(std::string_view("\0license=", 9)) != std::string_view::npos)
    return false;
  if (file_name.ends_with(".mod.o")) return true;
  auto has_code = has_machine_code(file);
  return has_code ? Result<bool>(!*has_code) : pass(has_code);
}

Result<std::optional<Artifact>> classify_elf(View file, std::string_view file_name) {
  Artifact artifact;
  auto elf = read_elf(file);
  if (!elf) return pass(elf);
  artifact.elf = *elf;
  constexpr std::uint16_t kRelocatable = 1;
  constexpr std::uint16_t kExecutable = 2;
  constexpr std::uint16_t kShared = 3;
  if (elf->e_type == kRelocatable) {
    auto link_once = find_section(file, ".gnu.linkonce.this_module");
    if (!link_once) return pass(link_once);
    auto modinfo = *link_once ? find_section(file, ".modinfo") : std::optional<View>();
    if (!modinfo) return pass(modinfo);
    auto is_of_modpost = *link_once ? is_modpost_object(file, file_name, *modinfo) : false;
    if (!is_of_modpost) return pass(is_of_modpost);
    artifact.kind = *modinfo && *link_once && !*is_of_modpost ? Kind::kernel_module : Kind::object;
    if (*is_of_modpost)
      artifact.notes.push_back(
          "modpost's part of a module (NAME.mod.o): Kbuild links it with the module's own objects");
    auto object = read_object(file);
    if (!object) return pass(object);
    artifact.object = std::move(*object);
    if (artifact.kind == Kind::kernel_module)
      if (auto taken = take_module(artifact, file); !taken) return pass(taken);
    return artifact;
  }
  auto exports = elf->e_type == kShared ? elf_exports(file, {kDeclsPrefix, kMetadataSymbol})
                                        : Result<std::vector<std::string>>(std::vector<std::string>());
  // A library that can be started as well, as libc can, has a name, or what rustc looks for; the loader takes it.
  const bool is_program = elf->is_pie || (elf->has_interpreter && !elf->soname && (!exports || exports->empty()));
  if (elf->e_type == kExecutable || (elf->e_type == kShared && is_program)) {
    artifact.kind = Kind::executable;
    auto object = read_object(file);
    if (!object) return pass(object);
    artifact.object = std::move(*object);
    return artifact;
  }
  if (elf->e_type != kShared) return std::nullopt;
  if (!exports) return pass(exports);
  if (auto done = classify_library(artifact, file, *exports); !done) return pass(done);
  return artifact;
}

// Mach-O and PE: where what a library exports cannot be read, only metadata can tell what it is.
Result<std::optional<Artifact>> classify_foreign(View file, ObjectFormat format) {
  constexpr std::uint32_t kMachOObject = 1;
  constexpr std::uint32_t kMachOExecutable = 2;
  constexpr std::uint16_t kPeDll = 0x2000;
  Artifact artifact;
  artifact.kind = Kind::object;
  bool is_library = false;
  Bytes head = file.head(64);
  if (format == ObjectFormat::macho_fat) {
    auto slice = first_macho_slice(file);
    if (!slice) return pass(slice);
    head = slice->head(64);
    artifact.notes.push_back("fat Mach-O: the first slice was read; rustc does not load metadata from a fat file");
    const auto inner = object_format(head);
    if (inner != ObjectFormat::macho && inner != ObjectFormat::bitcode) return std::nullopt;
    format = *inner;
  }
  if (format == ObjectFormat::bitcode) artifact.kind = Kind::bitcode;
  if (format == ObjectFormat::coff_import)
    artifact.notes.push_back("a member of an import library: it names a function of a DLL");
  if (format == ObjectFormat::xcoff && head.size() >= 20) {
    constexpr std::uint64_t kXcoffExecutable = 0x0002;
    constexpr std::uint64_t kXcoffShared = 0x2000;
    const auto flags = load_be(head, 18, 2);
    if ((flags & kXcoffShared) != 0) is_library = true;
    else if ((flags & kXcoffExecutable) != 0) artifact.kind = Kind::executable;
  }
  if (format == ObjectFormat::macho && head.size() >= 16) {
    const auto type = load_le(head, 12, 4);
    is_library = type != kMachOObject && type != kMachOExecutable;
    if (type == kMachOExecutable) artifact.kind = Kind::executable;
  } else if (format == ObjectFormat::pe) {
    auto header = read_coff_header(file);
    if (!header) return std::nullopt;  // a program of DOS starts the same way
    is_library = (header->characteristics & kPeDll) != 0;
    if (!is_library) artifact.kind = Kind::executable;
  }
  if (!is_library) {
    auto object = read_object(file);
    if (!object) return pass(object);
    artifact.object = std::move(*object);
    return artifact;
  }
  std::optional<std::vector<std::string>> known;
  if (format == ObjectFormat::xcoff)
    artifact.notes.push_back("the kind follows from the metadata alone: exports of XCOFF are not read");
  else if (auto exports = foreign_exports(file, {kDeclsPrefix, kMetadataSymbol})) known = std::move(*exports);
  else artifact.notes.push_back("the kind follows from the metadata alone: " + describe(exports.error()));
  if (auto done = classify_library(artifact, file, known); !done) return pass(done);
  return artifact;
}

// A component (layer 1) wraps modules. A module that is to be linked says so in `linking`, one that is loaded beside others in
// `dylink.0`; a program has a function where it starts.
Result<std::optional<Artifact>> classify_wasm(View file) {
  Artifact artifact;
  const auto head = file.head(8);
  const auto layer = head.size() == 8 ? load_le(head, 6, 2) : 0;
  auto object = read_object(file);
  if (!object) return pass(object);
  artifact.object = std::move(*object);
  const bool is_rust = artifact.object->language == Language::rust || artifact.object->language == Language::mixed;
  if (layer == 1) {
    artifact.kind = Kind::executable;
    artifact.notes.push_back("WebAssembly component");
    return artifact;
  }
  auto linking = find_section(file, "linking");
  if (!linking) return pass(linking);
  auto dylink = find_section(file, "dylink.0");
  if (!dylink) return pass(dylink);
  auto starts = exports_start(file);
  if (!starts) return pass(starts);
  if (*linking) artifact.kind = Kind::object;
  else if (!*dylink && *starts) artifact.kind = Kind::executable;
  else artifact.kind = is_rust ? Kind::cdylib : Kind::shared_library;
  artifact.notes.push_back(*linking ? "WebAssembly object, to be linked" : "WebAssembly module");
  return artifact;
}

bool is_universal_archive(View file) {
  const auto slice = first_macho_slice(file);
  return slice && is_archive(slice->head(8));
}

Result<std::optional<Artifact>> classify_universal_archive(View file, std::string_view file_name) {
  auto slices = macho_slices(file);
  if (!slices) return pass(slices);
  auto artifact = classify_archive(slices->front().content, file_name);
  if (!artifact || !*artifact) return artifact;
  std::string names;
  for (const auto& slice : *slices)
    names += (names.empty() ? "" : ", ") + macho_machine_name(slice.cputype, slice.cpusubtype);
  (*artifact)->notes.push_back(fmt::format("universal archive for {}: the one for {} was read", names,
                                           macho_machine_name(slices->front().cputype, slices->front().cpusubtype)));
  return artifact;
}

}  // namespace

bool is_candidate(Bytes head) { return is_metadata(head) || is_archive(head) || object_format(head).has_value(); }

Result<std::optional<Artifact>> classify(View file, std::string_view file_name) {
  auto start = file.fetch(0, std::min<std::uint64_t>(64, file.size()));
  if (!start) return pass(start);
  const Bytes head = *start;
  Result<std::optional<Artifact>> result = std::nullopt;
  if (is_archive(head)) {
    result = classify_archive(file, file_name);
  } else if (is_metadata(head)) {
    Artifact artifact;
    artifact.kind = Kind::rmeta;
    if (auto taken = take_metadata(artifact, file); !taken) return pass(taken);
    result = std::move(artifact);
  } else if (const auto format = object_format(head)) {
    if (*format == ObjectFormat::elf) {
      result = classify_elf(file, file_name);
    } else if (*format == ObjectFormat::wasm) {
      result = classify_wasm(file);
    } else if (*format == ObjectFormat::macho_fat && is_universal_archive(file)) {
      result = classify_universal_archive(file, file_name);
    } else {
      result = classify_foreign(file, *format);
    }
  } else if (file.size() > 0 && (file_name.ends_with(".rmeta") || file_name.ends_with(".rlib"))) {
    return fail(ErrorKind::malformed, "not crate metadata, whatever its name says");
  }
  if (!result || !*result) return result;
  (*result)->size = file.size();
  if (const auto& object = (*result)->object; object && !object->unsearched.empty() && !is_told_rust(*object))
    (*result)->notes.push_back("not searched for Rust: " + object->unsearched);
  if ((*result)->crate) name_by_file(**result, file_name);
  return result;
}

}  // namespace rartifacts
