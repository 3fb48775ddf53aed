// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <elf.h>
#include <fcntl.h>
#include <rartifacts/elf.h>
#include <rartifacts/link.h>
#include <rartifacts/object.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "testdata.h"

using namespace rartifacts;
using rartifacts::test::golden;

TEST_SUITE("object") {
  TEST_CASE("Rust names are told from C names that start alike") {
    CHECK(is_rust_mangled("_ZN4leaf4leaf17hccaa5fa194d5a53aE"));
    CHECK(is_rust_mangled("_ZN4core3num21_$LT$impl$u20$u32$GT$12wrapping_mul17h63c8093043178d0fE"));
    CHECK(is_rust_mangled("_RNvCsaS4YCmPeYJ2_4leaf4leaf"));
    CHECK(is_rust_mangled("_RNvXs_NtNtCs1234_7mycrate3foo3barNtB4_3FooNtB4_3Bar3baz"));
    CHECK(is_rust_mangled("_RINvNtC3std3mem8align_ofdE"));
    CHECK(is_rust_mangled("_RNvMCsno73SFvQKx_1cINtB0_1SyE1f.llvm.123"));
    CHECK(!is_rust_mangled("_RasMessage"));
    CHECK(!is_rust_mangled("_RegistrationConfirm"));
    CHECK(!is_rust_mangled("_RC"));
    CHECK(!is_rust_mangled("_RC4_init"));
    CHECK(!is_rust_mangled("_RNv"));
    CHECK(!is_rust_mangled("_ZN9wikipedia7article6formatE"));  // C++
    CHECK(!is_rust_mangled("_ZNSt6vectorIiSaIiEE9push_backEOi"));
    CHECK(!is_rust_mangled(""));
  }

  TEST_CASE("a deeply nested name ends the parser, not the program") {
    CHECK(!is_rust_mangled("_RI" + std::string(100'000, 'I')));
    CHECK(!is_rust_mangled("_RNv" + std::string(100'000, 'N')));
  }

  TEST_CASE("names are written out") {
    const auto text = [](std::string_view symbol) {
      const auto name = demangle(symbol);
      return name ? name->text : "none";
    };
    // Each as rustc-demangle and binutils have it.
    CHECK(text("_RNvC6_123foo3bar") == "123foo::bar");
    CHECK(text("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y") ==
          "utf8_idents::საჭმელად_გემრიელი_სადილი");
    CHECK(text("_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_") == "cc::spawn::{closure#0}::{closure#0}");
    CHECK(text("_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std") ==
          "alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>");
    CHECK(text("_RMC0INtC8arrayvec8ArrayVechKj7b_E") == "<arrayvec::ArrayVec<u8, 123>>");
    CHECK(text("_RIC0Ksf98_E") == "::<3992>");
    CHECK(text("_RIC0Kanff_E") == "::<-255>");
    CHECK(text("_RIC0Kb1_E") == "::<true>");
    CHECK(text("_RIC0Kc76_E") == "::<'v'>");
    CHECK(text("_RIC0Kca_E") == "::<'\\n'>");
    CHECK(text("_RINvC1f1gFG_RL0_hEL_E") == "none");
    CHECK(text("_RINvC1f1gFG_KCRL0_hERL0_tE") == "f::g::<for<'a> extern \"C\" fn(&'a u8) -> &'a u16>");
    CHECK(text("_RINvC1f1gAtj8_QSePuOxTaETahEE") ==
          "f::g::<[u16; 8], &mut [str], *const (), *mut i64, (i8,), (i8, u8)>");
    CHECK(text("_RIC0KRe616263_E") == "::<\"abc\">");
    CHECK(text("_RIC0KRAReB6_E") == "none");
    CHECK(text("_RIC0KVNtNtC4core6option6OptionTj2a_EE") == "::<{core::option::Option(42)}>");
    CHECK(text("_ZN4core3num21_$LT$impl$u20$u32$GT$12wrapping_mul17h63c8093043178d0fE.llvm.7") ==
          "core::num::<impl u32>::wrapping_mul");
    CHECK(text("_RasMessage") == "none");
    CHECK(text("_ZN9wikipedia7article6formatE") == "none");
  }

  TEST_CASE("the crate of a name is the one whose object has the code") {
    const auto crate = [](std::string_view symbol) {
      const auto name = demangle(symbol);
      return name && name->crate ? *name->crate : "none";
    };
    CHECK(crate("_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk") == "kernel");
    CHECK(crate("_RNvXs_NtNtCs1234_7mycrate3foo3barNtB4_3FooNtC4core3Bar3baz") == "mycrate");
    CHECK(crate("_RINvNtC3std3mem8align_ofdE") == "std");
    CHECK(crate("_RINvNtC3std3mem8align_ofdECs1234_7mycrate") == "mycrate");  // instantiated there
    CHECK(crate("_RNvYNtC1a1TNtC4core5Clone10clone_fromB4_") == "a");
    CHECK(crate("_ZN4leaf4leaf17hccaa5fa194d5a53aE") == "leaf");
    CHECK(crate("_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17hccaa5fa194d5a53aE") ==
          "alloc");
    CHECK(crate("_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17hccaa5fa194d5a53aE") == "core");
    CHECK(crate("_ZN50_$LT$my..Type$u20$as$u20$core..ops..drop..Drop$GT$4drop17hccaa5fa194d5a53aE") == "my");
    CHECK(crate("_ZN36_$LT$a..Type$u20$as$u20$b..Trait$GT$1f17hccaa5fa194d5a53aE") == "none");  // a or b
  }

  TEST_CASE("what compilers call for atomic access is told from what the kernel calls alike") {
    const ExportTable exports(
        "0x1\t__sync_dirty_buffer\tvmlinux\tEXPORT_SYMBOL\t\n0x2\t__udivti3\tvmlinux\tEXPORT_SYMBOL\t\n");
    const auto group = [&](std::string_view name) { return group_symbol(name, &exports).group; };
    CHECK(group("__sync_fetch_and_add_4") == SymbolGroup::builtins);
    CHECK(group("__sync_synchronize") == SymbolGroup::builtins);
    CHECK(group("__atomic_load_8") == SymbolGroup::builtins);
    CHECK(group("__atomic_compare_exchange") == SymbolGroup::builtins);
    CHECK(group("__udivti3") == SymbolGroup::builtins);
    CHECK(group("__sync_dirty_buffer") == SymbolGroup::kernel);
    CHECK(group_symbol("__sync_dirty_buffer").group == SymbolGroup::other);
  }

  TEST_CASE("of Module.symvers each symbol is found, and of several lines about one the last counts") {
    const ExportTable exports(
        "0x00000002\tdevm_kmalloc\tvmlinux\tEXPORT_SYMBOL_GPL\t\n0x1\tdevm_kfree\tdrivers/x\tEXPORT_SYMBOL\tDMA_BUF\n"
        "no line\n0xzz\n0x7\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n0xffffffff\tdevm_kmalloc\tdrivers/y\tEXPORT_SYMBOL\t");
    REQUIRE(exports.size() == 3);
    REQUIRE(exports.find("devm_kmalloc"));
    CHECK(exports.find("devm_kmalloc")->crc == 0xffffffff);
    CHECK(exports.find("devm_kmalloc")->provider == "drivers/y");
    REQUIRE(exports.find("devm_kfree"));
    CHECK(exports.find("devm_kfree")->name_space == "DMA_BUF");
    CHECK(exports.find("kfree"));
    for (const auto* name : {"", "devm_k", "devm_kfreed", "kmalloc"}) CHECK(!exports.find(name));
    CHECK(std::ranges::is_sorted(exports, {}, &ExportedSymbol::name));
  }

  TEST_CASE("routines that calculate with floating point") {
    for (const auto* name : {"__addsf3", "__aeabi_dadd", "__aeabi_fmul", "__aeabi_f2iz", "__aeabi_ui2d", "__aeabi_l2f",
                             "__aeabi_cdcmple", "__aeabi_h2f"})
      CHECK_MESSAGE(is_float_routine(name), name);
    for (const auto* name :
         {"__udivti3", "__aeabi_idiv", "__aeabi_ldivmod", "__aeabi_memcpy", "__aeabi_unwind_cpp_pr0"})
      CHECK_MESSAGE(!is_float_routine(name), name);
  }

  TEST_CASE("a name that refers to itself over and over is given up") {
    std::string name = "INvC1a1b";
    const auto base62 = [](std::size_t n) {
      constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
      std::string out;
      for (--n; out.empty() || n > 0; n /= 62) out.insert(out.begin(), kDigits[n % 62]);
      return out + "_";
    };
    auto last = name.size();
    name += "TuuE";
    for (int i = 0; i < 40; ++i) {
      const auto here = name.size();
      name += "TB" + base62(last) + "B" + base62(last) + "E";  // twice what came before
      last = here;
    }
    name = "_R" + name + "E";
    CHECK(is_rust_mangled(name));
    CHECK(!demangle(name));
  }

  TEST_CASE("compilers are told by .comment, and by symbol names where there is none") {
    const auto language = [](const std::string& path) {
      auto image = Image::of_bytes(golden(path));
      auto facts = read_object(View(image));
      REQUIRE_MESSAGE(facts, path);
      return facts->language;
    };
    CHECK(language("special/archives/c_gcc.o") == Language::c);
    CHECK(language("special/archives/c_clang.o") == Language::c);
    for (const auto* release : {"1.41.0", "1.48.0", "1.63.0", "1.75.0", "1.96.0", "1.98.1"})
      CHECK(language(std::string(release) + "/leaf.o") == Language::rust);
  }

  TEST_CASE("the wrapper section is found in every object format") {
    int found = 0;
    for (const auto& path : test::all_goldens()) {
      if (!path.starts_with("special/dynamic/") || path.ends_with("fat.dylib")) continue;
      auto image = Image::of_bytes(golden(path));
      auto section = find_section(View(image), ".rustc");
      REQUIRE_MESSAGE(section, path);
      REQUIRE_MESSAGE(*section, path);
      CHECK_MESSAGE(as_text((*section)->head(4)) == "rust", path);
      ++found;
    }
    CHECK(found == 12);
  }

  TEST_CASE("without section headers the exports are found through PT_DYNAMIC") {
    auto bytes = golden("1.98.1/libpm-deadbeef.so");
    const auto names = [](std::vector<std::uint8_t> file) {
      auto image = Image::of_bytes(std::move(file));
      return elf_exports(View(image), {"__rustc_proc_macro_decls_"});
    };
    auto whole = names(bytes);
    REQUIRE(whole);
    REQUIRE(whole->size() == 1);
    for (std::size_t i = 0x28; i < 0x30; ++i) bytes[i] = 0;  // e_shoff
    for (std::size_t i = 0x3a; i < 0x40; ++i) bytes[i] = 0;  // e_shentsize, e_shnum, e_shstrndx
    auto stripped = names(bytes);
    REQUIRE(stripped);
    CHECK(*stripped == *whole);
  }

  TEST_CASE("a program is what the dynamic loader starts: no library, and no vDSO, which carries the x bit as well") {
    const int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    REQUIRE(self >= 0);
    struct stat status;
    REQUIRE(fstat(self, &status) == 0);
    auto program = Image::of_file(self, static_cast<std::uint64_t>(status.st_size));
    REQUIRE(program);
    const auto facts = read_elf(View(*program));
    REQUIRE(facts);
    CHECK(program_machine(View(*program)) == facts->e_machine);
    close(self);

    auto library = Image::of_bytes(golden("1.98.1/libpm-deadbeef.so"));
    CHECK(!program_machine(View(library)));
    const auto* vdso = std::bit_cast<const std::uint8_t*>(getauxval(AT_SYSINFO_EHDR));
    if (vdso) {
      auto image = Image::borrowed({vdso, static_cast<std::size_t>(sysconf(_SC_PAGESIZE))});
      CHECK(!program_machine(View(image)));
    }
  }

  TEST_CASE("the header of a library is refused where glibc refuses it") {
    const auto complaint = [](unsigned char abi, unsigned char version, unsigned char padding) {
      auto bytes = golden("1.98.1/libpm-deadbeef.so");
      bytes[EI_OSABI] = abi;
      bytes[EI_ABIVERSION] = version;
      bytes[EI_PAD] = padding;
      auto image = Image::of_bytes(std::move(bytes));
      return read_elf(View(image)).value().unloadable.value_or("none");
    };
    CHECK(complaint(ELFOSABI_SYSV, 0, 0) == "none");
    CHECK(complaint(ELFOSABI_GNU, 1, 0) == "none");
    CHECK(complaint(ELFOSABI_SYSV, 1, 0) == "the version of its ABI is not 0");
    CHECK(complaint(ELFOSABI_GNU, 1, 1) == "the padding of e_ident is not zero");
    CHECK(complaint(ELFOSABI_FREEBSD, 0, 0) == "the OS ABI is not that of Linux");
  }

  TEST_CASE("the size of what strip would take away") {
    const auto facts = [](std::vector<std::uint8_t> bytes) {
      auto image = Image::of_bytes(std::move(bytes));
      return read_elf(View(image)).value();
    };
    auto bytes = golden("1.98.1/libpm-deadbeef.so");  // stripped
    CHECK(facts(bytes).symbol_bytes == 0);
    CHECK(facts(bytes).debug_bytes == 0);
    // Its .dynsym announced as .symtab counts with the names it leads to.
    const auto table = load_le(bytes, 0x28, 8);
    const auto at = [&](std::uint64_t index) { return table + index * 64; };
    for (std::uint64_t i = 0; i < load_le(bytes, 0x3c, 2); ++i) {
      if (load_le(bytes, at(i) + 4, 4) != SHT_DYNSYM) continue;
      const auto names = load_le(bytes, at(i) + 0x28, 4);
      const auto expected = load_le(bytes, at(i) + 0x20, 8) + load_le(bytes, at(names) + 0x20, 8);
      bytes[at(i) + 4] = SHT_SYMTAB;
      CHECK(facts(bytes).symbol_bytes == expected);
      bytes[at(i) + 0x27] = 0xff;  // a size that cannot be
      CHECK(facts(bytes).symbol_bytes <= 2 * bytes.size());
    }
  }

  TEST_CASE("every truncation of an ELF file is an error or says less, and never crashes") {
    const auto whole = golden("1.98.1/libpm-deadbeef.so");
    for (std::size_t length = 0; length < whole.size(); length += 7) {
      auto image = Image::borrowed(Bytes(whole).first(length));
      const View file(image);
      if (auto facts = read_elf(file)) CHECK(facts->e_machine == 62);
      (void)elf_exports(file, {"__rustc_proc_macro_decls_"});
      (void)find_section(file, ".rustc");
      (void)read_object(file);
    }
  }
}
