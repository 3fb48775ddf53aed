// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/audit.h>

#include <algorithm>

namespace rartifacts {

using enum Severity;

// The table of rules. `rartifacts explain` and docs/rules.md are made from it.
const std::array<RuleRow, 39> rule_table{{
    {Rule::no_artifacts, "no-artifacts", error, "E0463",
     "the configuration says CONFIG_RUST=y, and there is no crate metadata",
     "A headers package that is made from a list of old globs, or of a kernel built without `make prepare`, has the "
     "configuration "
     "of a Rust kernel and none of its crates. The first out-of-tree Rust module fails with `can't find crate for "
     "core`, or "
     "before that because scripts/target.json does not exist.",
     "build the tree (make prepare modules_prepare), and ship what `rartifacts scan` lists"},
    {Rule::missing_crate, "missing-crate", error, "E0463", "a crate that another one needs is not where rustc looks",
     "Every crate records which crates it was compiled against. rustc looks for them in the folder given with -L, by "
     "file name. "
     "When one is not there, rustc names the crate that needs it: `can't find crate for kernel` when libffi.rmeta is "
     "missing.",
     "ship the file that is named, from the same build"},
    {Rule::crate_hash_mismatch, "crate-hash-mismatch", error, "E0460",
     "a crate is there, but of another build than the one that is needed",
     "A crate records the hash (SVH) of every crate it was compiled against. The hash covers the source, the flags and "
     "the folder "
     "of the build, so the same source built twice in two folders does not fit together. All files must come from one "
     "build.",
     "take all crates from one build"},
    {Rule::duplicate_crate, "duplicate-crate", error, "E0464",
     "two different crates claim one name in the folder where rustc looks",
     "For a crate that a module names itself rustc has no hash to choose by, and gives up when it finds two. A copy "
     "with the same "
     "hash does no harm.",
     "remove the one that is not of this build"},
    {Rule::missing_auxiliary, "missing-auxiliary", error, "",
     "a file that is no crate, and that the configuration calls for, is not there",
     "A module build reads more than crates: the target specification, the configuration for rustc, texts for inline "
     "assembly "
     "(JUMP_LABEL, BUG), bitcode of the helpers (RUST_INLINE_HELPERS). `make clean` removes some of them.",
     "ship the file from the build tree"},
    {Rule::rustc_mixed, "rustc-mixed", error, "E0514", "crates of one set were made by more than one rustc",
     "rustc reads only what a rustc with the very same version string has written. After an upgrade of the compiler in "
     "the middle of a "
     "build some crates are old and some are new.",
     "rebuild all crates with one compiler"},
    {Rule::rustc_mismatch, "rustc-mismatch", error, "E0514",
     "the crates were made by another rustc than the one that will read them",
     "rustc compares its whole version string with the one in the file. `rustc 1.75.0 (82e1608df 2023-12-21)` of "
     "rustup and `rustc "
     "1.75.0 (82e1608df 2023-12-21) (built from a source tarball)` of a distribution refuse each other.",
     "install the compiler that is named, or rebuild the crates with yours; `rartifacts toolchain` says whether rustup "
     "has it"},
    {Rule::target_mismatch, "target-mismatch", error, "E0461", "a crate was compiled for another target",
     "The target of every crate must be that of the module. A custom target is compared as text: a target.json with "
     "the same "
     "content in another layout is another target.",
     "ship the target.json the crates were compiled with, byte for byte"},
    {Rule::host_arch_mismatch, "host-arch-mismatch", error, "E0463",
     "a proc macro is for another machine than the one that will run rustc",
     "Proc macros are loaded into rustc. Those of a cross-built tree are for the machine that built it.",
     "build the proc macros on, or for, the machine that will compile the modules"},
    {Rule::stripped_metadata, "stripped-metadata", error, "E0786", "a proc macro lost its section .rustc",
     "rustc reads what a proc macro is from its section .rustc. llvm-strip and eu-strip remove it unless told "
     "otherwise, "
     "strip of binutils keeps it.",
     "strip with `strip --strip-unneeded`, or with --keep-section=.rustc, or not at all"},
    {Rule::stripped_decls, "stripped-decls", error, "E0463", "a proc macro no longer exports its declarations",
     "rustc finds the macros in a library by the symbol __rustc_proc_macro_decls_<id>__.",
     "keep the dynamic symbols: a version script or objcopy has removed them"},
    {Rule::corrupt_artifact, "corrupt-artifact", error, "E0786", "a file is cut off or damaged",
     "An interrupted build, a full disk or a broken copy leaves files that begin well. rustc skips them and says that "
     "it can't "
     "find the crate.",
     "copy or build the file again"},
    {Rule::rlib_without_metadata, "rlib-without-metadata", error, "E0786", "an rlib has no readable lib.rmeta",
     "An rlib is an archive whose member lib.rmeta says what the crate is. Tools that rewrite archives may remove or "
     "damage it.",
     "build the rlib again, and do not strip it"},
    {Rule::stub_without_metadata, "stub-without-metadata", error, "",
     "a library holds only a stub, and the full metadata is not beside it",
     "Since rustc 1.88 the metadata of a library may be a stub that refers to an .rmeta file of the same name.",
     "ship the .rmeta file beside the library"},
    {Rule::stale_artifact, "stale-artifact", warning, "", "nothing that ships needs this crate",
     "Leftovers of an earlier build or of another configuration stay in a tree. They are not listed by scan, and cost "
     "nothing but "
     "confusion until their name is needed.",
     "remove it, or build from clean"},
    {Rule::dangling_link, "dangling-link", error, "E0786", "a symbolic link leads to nothing",
     "A package that links to a folder of another package is useless without it.", "ship what the link leads to"},
    {Rule::escaping_link, "escaping-link", warning, "", "a symbolic link leads out of the tree",
     "What is outside is not copied with the tree.", "link inside of the tree, or copy the file"},
    {Rule::absolute_link, "absolute-link", warning, "", "a symbolic link has an absolute path",
     "It leads to the machine that built the tree once it is installed elsewhere.", "make the link relative"},
    {Rule::config_dropped, "config-dropped", error, "", "the kernel is configured without CONFIG_RUST",
     "CONFIG_RUSTC_VERSION and CONFIG_RUST_IS_AVAILABLE say that a compiler was there when the kernel was configured. "
     "Only CONFIG_RUST=y "
     "says that there are crates. Kconfig drops it silently when another option excludes it: MODVERSIONS without "
     "GENDWARFKSYMS, RANDSTRUCT, DEBUG_INFO_BTF with a pahole that is too old or with LTO.",
     "use a kernel with CONFIG_RUST=y"},
    {Rule::path_conflict, "path-conflict", error, "", "two packages have one path with different content",
     "The second package cannot be installed: dpkg and rpm refuse to overwrite a file of another package. It is no "
     "conflict "
     "when one of the two diverts the path (--diversions takes what dpkg-divert --list prints; a local diversion does "
     "not "
     "help, dpkg refuses all the same), or yields to the other by Replaces, Breaks, Conflicts or Obsoletes. Versions "
     "in "
     "these are not compared; and files with the same content are passed over, as rpm does, where dpkg wants "
     "Multi-Arch: "
     "same.",
     "leave the path to one of them, or declare Replaces and Breaks, or divert it"},
    {Rule::mixed_machine, "mixed-machine", error, "", "programs in a package are for another machine than the package",
     "modpost, fixdep and other programs of a headers package run where modules are compiled. A cross build leaves "
     "those of "
     "the machine that built it, and the package installs well and cannot be used. Proc macros count as programs, and "
     "what "
     "the kernel itself is made of (vmlinux, modules, vDSOs) does not. i386 programs run on x86_64.",
     "build the programs for the architecture of the package (make modules_prepare there), or ship them apart"},
    {Rule::unexpected_file, "unexpected-file", warning, "",
     "a headers package has files that only the build had a use for",
     "Objects, rlibs and .cmd files are what a build leaves behind. No module build reads them, and they make a "
     "package of "
     "many times the size. `find -name *.o -or -name *.cmd -exec rm` removes only the latter: -exec binds closer.",
     "leave it out; `rartifacts scan` lists what is needed"},
    {Rule::world_writable, "world-writable", warning, "", "everybody may write to a file or folder of a package",
     "Whoever is on the machine can change what others will compile, and rustc loads proc macros into itself.",
     "package it with mode 644, or 755 for programs and folders"},
    {Rule::not_readable, "not-readable", error, "E0786", "an artifact cannot be read by other users",
     "The package is installed by root, and modules are compiled by somebody else. A build under umask 077 leaves "
     "files that "
     "only their owner can read; rustc says that it failed to open the metadata.",
     "package it with mode 644"},
    {Rule::unstripped, "unstripped", info, "", "a proc macro in a package has symbols or debug information",
     "rustc needs the dynamic symbols and the section .rustc of a proc macro. The rest is most of its size.",
     "strip it with `strip --strip-unneeded`; llvm-strip and eu-strip need --keep-section=.rustc"},
    {Rule::path_leak, "path-leak", info, "",
     "a file has paths of the machine that built it, more than the budget allows",
     "Crates record the paths of their sources. Two builds in two folders differ then, and what is shipped tells where "
     "it was "
     "built. Asked for with --path-leak PREFIX; a budget is a number of occurrences in one file.",
     "remap the paths with --remap-path-prefix in KRUSTFLAGS, or raise the budget"},
    {Rule::vermagic_mismatch, "vermagic-mismatch", error, "", "a module was built for another kernel",
     "The module loader compares the vermagic of a module with its own: the release, and a word for each option that "
     "changes how "
     "modules must be built. With MODVERSIONS, a module with checksums is let off the release. It refuses others with "
     "`version magic "
     "… should be …`.",
     "build the module against the headers of the kernel that will load it"},
    {Rule::module_unsigned, "module-unsigned", warning, "", "a module has no signature, or a damaged one",
     "With MODULE_SIG the kernel looks for a signature at the end of a module. Without one it is refused when "
     "MODULE_SIG_FORCE is "
     "set or the kernel is locked down, and taints the kernel otherwise. A damaged one is refused always. strip "
     "removes it. "
     "Whose signature it is, is not looked at.",
     "sign it with scripts/sign-file, after stripping"},
    {Rule::modversions_without_gendwarfksyms, "modversions-without-gendwarfksyms", error, "",
     "a Rust module lacks the checksums that MODVERSIONS asks for",
     "Checksums of Rust symbols are made from debug information by gendwarfksyms (Linux 6.14), and names of Rust need "
     "extended "
     "modversions, because 55 bytes rarely hold one. Without MODVERSIONS none is needed.",
     "configure GENDWARFKSYMS and EXTENDED_MODVERSIONS, and build with the Module.symvers of that kernel"},
    {Rule::needs_std, "needs-std", error, "", "an object for a kernel needs Rust's std",
     "std needs an operating system below it. In a kernel nobody defines its symbols, and modpost says `undefined!`.",
     "compile it with #![no_std]"},
    {Rule::unresolved_runtime, "unresolved-runtime", warning, "",
     "an object for a kernel needs lang items or the shims of the allocator",
     "rustc makes the shims of the allocator, and takes the lang items from std, when it links a program itself. It "
     "does not link "
     "kernels. The crate `kernel` defines the panic handler; `__rust_alloc` and `rust_eh_personality` nobody does. An "
     "error when the "
     "exports of the kernel are known.",
     "compile with panic=abort for the kernel's target, and use the kernel's own allocation"},
    {Rule::bitcode_only, "bitcode-only", error, "", "an object for a kernel holds no machine code",
     "`-C linker-plugin-lto`, `-flto`, and `--emit obj` for some targets leave bitcode. Kbuild's linker takes it only "
     "when the "
     "whole kernel is built with LTO by the same compiler.",
     "compile without -C linker-plugin-lto or -flto"},
    {Rule::foreign_relocation, "foreign-relocation", error, "",
     "an object has relocations that the module loader does not know",
     "Linux applies the relocations of a module itself, and knows those of code that is not position-independent. Code "
     "for "
     "shared libraries finds addresses in a GOT, thread-local variables are found from their block: a module has "
     "neither. The loader "
     "says `Unknown rela relocation`. (Linked into vmlinux itself, a linker may still do away with them.)",
     "compile for the kernel's target.json, or with -C relocation-model=static; use no thread_local!"},
    {Rule::kernel_float, "kernel-float", warning, "",
     "an object for a kernel calculates with floating point or vectors",
     "A kernel does not save these registers for itself. With them its code is only allowed between kernel_fpu_begin "
     "and "
     "kernel_fpu_end; without them compilers call routines that no kernel has. An error when the exports of the kernel "
     "are known.",
     "calculate with integers"},
    {Rule::user_space_options, "user-space-options", warning, "",
     "GCC compiled an object for a kernel with options for user space",
     "GCC lists its options in debug information. Without -mno-red-zone code keeps data below the stack pointer, where "
     "an interrupt "
     "overwrites it; without -mno-sse the compiler may use registers that a kernel does not save.",
     "compile it with the flags that Kbuild uses"},
    {Rule::missing_stack_note, "missing-stack-note", info, "", "an object has code, and no section .note.GNU-stack",
     "A linker then takes it that the code needs an executable stack, and warns. Kernels since 5.19 are linked with -z "
     "noexecstack, "
     "so it does no harm there. Assembler files forget it, compilers do not.",
     "add .section .note.GNU-stack,\"\",%progbits"},
    {Rule::missing_item, "missing-item", error, "E0432", "an item that a module needs is not offered by the crate",
     "Which abstractions a kernel offers depends on its version, its configuration and its architecture. --needs names "
     "the file that "
     "lists what a module imports, one path per line; each that is not in the public interface of the crate would fail "
     "to compile: "
     "E0432 in a `use`, E0433 elsewhere.",
     "use what the kernel has instead, or choose another kernel"},
    {Rule::unused_waiver, "unused-waiver", warning, "", "a waiver fits no finding",
     "What it excused is mended, or it never fitted. A waiver that stays would excuse the next fault.", "remove it"},
    {Rule::expired_waiver, "expired-waiver", error, "", "the date of a waiver has passed",
     "A waiver with a date is a promise.", "mend what it excuses, or give it a new date"},
}};

const RuleRow& row_of(Rule rule) { return rule_table[static_cast<std::size_t>(rule)]; }

std::optional<Rule> rule_of(std::string_view id) {
  const auto* row = std::ranges::find(rule_table, id, &RuleRow::id);
  return row == rule_table.end() ? std::nullopt : std::optional(row->rule);
}

std::string_view name_of(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames{"info", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::optional<Severity> severity_of(std::string_view name) {
  for (const auto severity : {info, warning, error})
    if (name_of(severity) == name) return severity;
  return std::nullopt;
}

}  // namespace rartifacts
