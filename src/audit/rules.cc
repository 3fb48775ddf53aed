// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/audit.h>

#include <algorithm>

namespace rartifacts {

using enum Severity;

// The table of rules. `rartifacts explain` and docs/rules.md are made from it.
const std::array<RuleRow, 49> rule_table{{
    {Rule::no_artifacts, "no-artifacts", error, "E0463", "CONFIG_RUST=y, but there is no crate metadata",
     "The configuration says that the kernel was built with Rust, so out-of-tree Rust modules are expected to work, "
     "and none of the crates is there. This happens when a headers package is made from a list of file names that no "
     "longer match, or from a tree in which `make prepare` was not run. The first module fails with `can't find crate "
     "for core`, or earlier, because scripts/target.json does not exist.",
     "package what `rartifacts scan` lists of a built tree (make prepare modules_prepare); if you installed this "
     "package, report it to its maintainer"},
    {Rule::missing_crate, "missing-crate", error, "E0463", "a crate that another crate needs is missing",
     "Every crate records which crates it was compiled against. rustc looks for them by file name in the directories "
     "given with -L. When one is missing, rustc names the crate that needs it, not the one that is missing: `can't "
     "find crate for kernel` when libffi.rmeta is missing.",
     "add the missing file from the same build; if it belongs to a package that you installed, reinstall that package "
     "or report it to its maintainer"},
    {Rule::crate_hash_mismatch, "crate-hash-mismatch", error, "E0460",
     "a crate is from another build than the crates that need it",
     "A crate records the hash (SVH) of every crate it was compiled against. The hash covers the source, the flags and "
     "the build directory, so two builds of the same source in two directories do not fit together.",
     "take all crates from one build; if they come from packages, install the same version of each"},
    {Rule::duplicate_crate, "duplicate-crate", error, "E0464", "two different crates have the same name",
     "rustc has no hash to go by for a crate that a module names itself, and gives up when it finds two candidates. "
     "Two copies with the same hash do no harm.",
     "remove the crate that does not belong to this build"},
    {Rule::missing_auxiliary, "missing-auxiliary", error, "",
     "a file that the configuration calls for is missing or damaged",
     "A module build reads more than crates: the target specification, the rustc configuration, generated inline "
     "assembly (JUMP_LABEL, BUG) and the bitcode of the helpers (RUST_INLINE_HELPERS). `make clean` removes some of "
     "these files.",
     "add the file from the build tree; if it belongs to a package that you installed, report it to its maintainer"},
    {Rule::rustc_mixed, "rustc-mixed", error, "E0514", "the crates were made by more than one rustc",
     "rustc reads only crates that were made by a rustc with exactly the same version string. When the compiler is "
     "upgraded in the middle of a build, some crates are old and some are new.",
     "rebuild all crates with one compiler"},
    {Rule::rustc_mismatch, "rustc-mismatch", error, "E0514",
     "the crates were made by another rustc than the one that will read them",
     "rustc compares its whole version string with the one in the file. `rustc 1.75.0 (82e1608df 2023-12-21)` from "
     "rustup and `rustc 1.75.0 (82e1608df 2023-12-21) (built from a source tarball)` from a distribution refuse each "
     "other's crates.",
     "install the rustc that made the crates (`rartifacts toolchain` tells whether rustup has it), or rebuild the "
     "crates with yours"},
    {Rule::target_mismatch, "target-mismatch", error, "E0461", "a crate was compiled for another target",
     "All crates and the module must be compiled for the same target. rustc compares custom targets by the text of "
     "target.json: the same content in another layout is another target.",
     "use the target.json that the crates were compiled with, byte for byte"},
    {Rule::host_arch_mismatch, "host-arch-mismatch", error, "E0463",
     "a proc macro was built for another machine than the one that runs rustc",
     "rustc loads proc macros, so they must be for the machine that compiles. Those in a cross-built tree are for the "
     "machine that built it.",
     "build the proc macros for the machine that will compile the modules"},
    {Rule::host_library_mismatch, "host-library-mismatch", error, "E0463",
     "a proc macro needs a library that is missing where rustc runs",
     "rustc loads proc macros. One that was linked on a newer system needs symbols of a C library that older systems "
     "do "
     "not have (`version `GLIBC_2.34' not found`), or a library that is not installed, and rustc cannot load it.",
     "build the proc macros on the oldest system that will use them; --host-glibc says which C library that has"},
    {Rule::stripped_metadata, "stripped-metadata", error, "E0786", "a proc macro has lost its .rustc section",
     "rustc reads the .rustc section of a proc macro to find out what it is. llvm-strip and eu-strip remove that "
     "section unless told otherwise; strip from binutils keeps it.",
     "take the unstripped file, and strip it with `strip --strip-unneeded` or with --keep-section=.rustc; if a package "
     "brought it, report it to its maintainer"},
    {Rule::stripped_decls, "stripped-decls", error, "E0463", "a proc macro no longer exports its declarations",
     "rustc finds the macros in a library by the symbol __rustc_proc_macro_decls_<id>__.",
     "keep the dynamic symbols: a version script or objcopy has removed them"},
    {Rule::corrupt_artifact, "corrupt-artifact", error, "E0786", "a file is truncated or damaged",
     "An interrupted build, a full disk or a failed copy leaves files that begin correctly. rustc skips them and "
     "reports that it can't find the crate.",
     "copy or build the file again"},
    {Rule::rlib_without_metadata, "rlib-without-metadata", error, "E0786", "an rlib has no readable lib.rmeta",
     "An rlib is an archive, and its member lib.rmeta describes the crate. Tools that rewrite archives may remove or "
     "damage it.",
     "build the rlib again, and do not strip it"},
    {Rule::stub_without_metadata, "stub-without-metadata", error, "",
     "a library has only a metadata stub, and its .rmeta file is missing",
     "Since rustc 1.88 a library may contain only a stub that refers to an .rmeta file of the same name.",
     "put the .rmeta file next to the library"},
    {Rule::not_checked, "not-checked", error, "", "crates that come with a compiler were not checked (--strict)",
     "std, core and the crates that they were compiled from are not part of the set. Whether the compiler that will "
     "read "
     "the set has the same ones is known only when it can be asked. Without --strict the verdict counts them.",
     "say with --rustc or --sysroot which compiler will read the set"},
    {Rule::stale_artifact, "stale-artifact", warning, "", "a crate is not needed by anything that ships",
     "Leftovers of an earlier build or of another configuration stay in a tree. scan does not list them, and they do "
     "no harm until a crate of that name is needed.",
     "remove it, or build from clean"},
    {Rule::dangling_link, "dangling-link", error, "E0786", "a symbolic link points to nothing",
     "A package that links to a directory of another package is useless without that package.",
     "add what the link points to"},
    {Rule::escaping_link, "escaping-link", warning, "", "a symbolic link points out of the tree",
     "What is outside of the tree is not copied with it.", "link to a file inside of the tree, or copy the file"},
    {Rule::absolute_link, "absolute-link", warning, "", "a symbolic link has an absolute path",
     "The link still points to a path of the build machine after the tree is installed elsewhere.",
     "make the link relative"},
    {Rule::config_dropped, "config-dropped", error, "", "the kernel is configured without CONFIG_RUST",
     "CONFIG_RUSTC_VERSION and CONFIG_RUST_IS_AVAILABLE only say that a compiler was found when the kernel was "
     "configured. Crates exist only with CONFIG_RUST=y. Kconfig drops it silently when another option excludes it: "
     "MODVERSIONS without GENDWARFKSYMS, RANDSTRUCT, DEBUG_INFO_BTF with LTO or with a pahole that is too old.",
     "use a kernel with CONFIG_RUST=y"},
    {Rule::path_conflict, "path-conflict", error, "", "two packages contain the same path with different content",
     "The second package cannot be installed: dpkg and rpm refuse to overwrite a file of another package. It is no "
     "conflict when one of the two diverts the path (--diversions takes the output of dpkg-divert --list; a local "
     "diversion does not help, dpkg refuses all the same), or yields to the other by Replaces, Breaks, Conflicts or "
     "Obsoletes. The versions in these fields are not compared. Files with the same content are passed over, as rpm "
     "does, although dpkg requires Multi-Arch: same.",
     "leave the path to one of them, or declare Replaces and Breaks, or divert it"},
    {Rule::mixed_machine, "mixed-machine", error, "",
     "a package has programs for another machine than the package is for",
     "modpost, fixdep and other programs of a headers package run where modules are compiled. A cross build leaves "
     "programs for the build machine; the package then installs without an error, but cannot be used. Proc macros "
     "count as programs; what the kernel itself is made of (vmlinux, modules, vDSOs) does not. i386 programs run on "
     "x86_64.",
     "build the programs for the architecture of the package (make modules_prepare there), or ship them in a package "
     "of their own"},
    {Rule::rustc_dependency, "rustc-dependency", warning, "E0514",
     "a package with crates does not depend on the rustc that can read them",
     "Only the rustc that made a crate reads it, the same number from elsewhere included. A package for those who "
     "compile against its crates therefore needs that compiler: a dependency on another one is an error, none at all "
     "is a warning, and one that others satisfy too is info. Nothing is said where no package of the distribution "
     "has the compiler: crates made by a rustc of the Rust project, in a .deb. Recommends and optdepends count as "
     "well.",
     "`rartifacts toolchain` prints the dependency (--format debian, rpm, arch)"},
    {Rule::unexpected_file, "unexpected-file", warning, "", "a headers package has files that only the build used",
     "Objects, rlibs and .cmd files are left over from the build. No module build reads them, and they multiply the "
     "size of the package. `find -name *.o -or -name *.cmd -exec rm` removes only the .cmd files, because -exec binds "
     "more tightly than -or.",
     "leave the file out; `rartifacts scan` lists what is needed"},
    {Rule::world_writable, "world-writable", warning, "", "everybody can write to a file or directory of a package",
     "Any user of the machine can change what others compile, and rustc loads proc macros into its own process.",
     "package it with mode 644, or 755 for programs and directories"},
    {Rule::not_readable, "not-readable", error, "E0786", "other users cannot read an artifact",
     "root installs the package, but others compile modules. A build under umask 077 leaves files that only their "
     "owner can read; rustc reports that it failed to open the metadata.",
     "package it with mode 644"},
    {Rule::unstripped, "unstripped", info, "", "a proc macro in a package has symbols or debug information",
     "rustc needs only the dynamic symbols and the .rustc section of a proc macro. The rest is most of its size.",
     "strip it with `strip --strip-unneeded`; llvm-strip and eu-strip also need --keep-section=.rustc"},
    {Rule::path_leak, "path-leak", info, "", "a file contains paths of the build machine, more often than allowed",
     "Crates record the paths of their sources. Builds in two directories therefore differ, and the files reveal where "
     "they were built. Checked only with --path-leak PREFIX; the budget is the number of occurrences allowed in one "
     "file.",
     "remap the paths with --remap-path-prefix in KRUSTFLAGS, or raise the budget"},
    {Rule::vermagic_mismatch, "vermagic-mismatch", error, "", "a module was built for another kernel",
     "The module loader compares the vermagic of a module with its own: the kernel release, and a word for each option "
     "that changes how modules must be built. With MODVERSIONS it ignores the release of a module that has checksums. "
     "Otherwise it refuses the module with `version magic … should be …`.",
     "build the module against the headers of the kernel that will load it"},
    {Rule::module_unsigned, "module-unsigned", warning, "", "a module has no signature, or a damaged one",
     "With MODULE_SIG the kernel looks for a signature at the end of a module. A module without one is refused when "
     "MODULE_SIG_FORCE is set or the kernel is locked down, and taints the kernel otherwise. A damaged signature is "
     "always refused. strip removes signatures. Who signed the module is not checked.",
     "sign it with scripts/sign-file, after stripping"},
    {Rule::modversions_without_gendwarfksyms, "modversions-without-gendwarfksyms", error, "",
     "a Rust module lacks the checksums that MODVERSIONS requires",
     "gendwarfksyms (since Linux 6.14) makes checksums of Rust symbols from debug information. Most Rust symbol names "
     "are longer than 55 bytes and therefore need extended modversions. Without MODVERSIONS no checksums are needed.",
     "configure GENDWARFKSYMS and EXTENDED_MODVERSIONS, and build with the Module.symvers of that kernel"},
    {Rule::needs_std, "needs-std", error, "", "an object for a kernel needs the Rust standard library",
     "std needs an operating system below it. Nothing in a kernel defines its symbols, and modpost reports them as "
     "`undefined!`.",
     "compile it with #![no_std]"},
    {Rule::unresolved_runtime, "unresolved-runtime", warning, "",
     "an object for a kernel needs lang items or allocator shims",
     "rustc generates the allocator shims, and takes the lang items from std, when it links a program itself; it does "
     "not link kernels. The crate `kernel` defines the panic handler, but nothing defines `__rust_alloc` and "
     "`rust_eh_personality`. The severity is error when the exports of the kernel are known.",
     "compile with panic=abort for the kernel's target, and use the kernel's own allocation"},
    {Rule::bitcode_only, "bitcode-only", error, "", "an object for a kernel contains no machine code",
     "`-C linker-plugin-lto`, `-flto`, and `--emit obj` for some targets leave bitcode. Kbuild's linker accepts it "
     "only when the whole kernel is built with LTO by the same compiler.",
     "compile without -C linker-plugin-lto or -flto"},
    {Rule::foreign_relocation, "foreign-relocation", error, "",
     "an object has relocations that the module loader does not know",
     "Linux applies the relocations of a module itself, and knows only those of code that is not position-independent. "
     "Code for shared libraries takes addresses from a GOT, and thread-local variables need a TLS block: a module has "
     "neither. The loader reports `Unknown rela relocation`. When the object is linked into vmlinux, the linker may "
     "still resolve them.",
     "compile for the kernel's target.json, or with -C relocation-model=static; do not use thread_local!"},
    {Rule::kernel_float, "kernel-float", warning, "", "an object for a kernel uses floating point or vector registers",
     "A kernel does not save these registers for itself. Code that uses them is allowed only between kernel_fpu_begin "
     "and kernel_fpu_end; without them, compilers call routines that no kernel has. The severity is error when the "
     "exports of the kernel are known. Functions of riscv and loongarch that pass floating point in registers have an "
     "ABI of their own, and linkers refuse to link them with a kernel's: that is always an error.",
     "use integer arithmetic"},
    {Rule::user_space_options, "user-space-options", warning, "",
     "GCC compiled an object for a kernel with user-space options",
     "GCC records its options in debug information. Without -mno-red-zone, code keeps data below the stack pointer, "
     "where an interrupt overwrites it. Without -mno-sse, or -mgeneral-regs-only on aarch64 and -msoft-float on s390x, "
     "the compiler may use registers that a kernel does not save.",
     "compile it with the flags that Kbuild uses"},
    {Rule::missing_stack_note, "missing-stack-note", info, "", "an object has code, but no .note.GNU-stack section",
     "The linker then assumes that the code needs an executable stack, and warns. Kernels since 5.19 are linked with "
     "-z noexecstack, so it does no harm there. Assembler files often lack the section; compilers write it.",
     "add .section .note.GNU-stack,\"\",%progbits"},
    {Rule::missing_item, "missing-item", error, "E0432", "a crate does not offer an item that a module needs",
     "Which abstractions a kernel offers depends on its version, its configuration and its architecture. --needs names "
     "the file that lists what a module imports, one path per line. An item that is not in the public interface of the "
     "crate does not compile: E0432 in a `use`, E0433 elsewhere.",
     "use what the kernel has instead, or choose another kernel"},
    {Rule::foreign_machine, "foreign-machine", error, "", "an object is for another machine than the kernel",
     "The linker of Kbuild refuses objects for another machine, and the module loader modules for one: `Exec format "
     "error`. An "
     "archive with objects for two machines was put together from two builds.",
     "build it for the kernel's architecture: --target, or ARCH= and CROSS_COMPILE="},
    {Rule::undefined_symbol, "undefined-symbol", error, "", "an object for a kernel needs symbols that nothing exports",
     "modpost looks up what a module needs in Module.symvers, and reports `undefined!` for what is not there. No "
     "kernel "
     "has the functions of libm and libc, nor the routines that compilers call in their place. When an object is not a "
     "module yet, another object may define the symbol: then the severity is warning.",
     "do without it, define it in the module, or build with the Module.symvers of the module that exports it "
     "(KBUILD_EXTRA_SYMBOLS)"},
    {Rule::symbol_version, "symbol-version", error, "",
     "a module was built against other versions of the kernel's symbols",
     "With MODVERSIONS a module carries a checksum of each symbol it uses, of module_layout at least. When one differs "
     "from the kernel's own, the kernel refuses the module: `disagrees about version of symbol`.",
     "build the module against the headers of the kernel that will load it"},
    {Rule::missing_exports, "missing-exports", error, "",
     "a headers tree with Rust has no Module.symvers, or one without the symbols of Rust",
     "For modpost, a symbol that is not in Module.symvers is undefined. `make modules_prepare` does not make this "
     "file, and a build without CONFIG_RUST leaves the symbols of the crates out of it.",
     "package the Module.symvers of the complete build; if you installed this package, report it to its maintainer"},
    {Rule::duplicate_symbol, "duplicate-symbol", error, "", "two of the named archives define the same symbols",
     "Each Rust static library contains its own std, allocator and `rust_eh_personality`. A linker that takes an "
     "object from each of two libraries reports `multiple definition`, or silently uses the definitions of one for "
     "both.",
     "make one static library that depends on both crates, or shared libraries"},
    {Rule::missing_build_tool, "missing-build-tool", error, "", "a headers tree lacks a program that builds modules",
     "To build a module, Kbuild runs fixdep, modpost and, where the configuration asks for it, objtool, and links with "
     "scripts/module.lds. Without any one of them no module can be built, in Rust or in C. A program or a GCC plugin "
     "for the machine that cross-built the kernel is of no use on another one.",
     "package scripts/ and tools/objtool as `make modules_prepare` leaves them on a machine of the architecture; if "
     "you "
     "installed this package, report it to its maintainer"},
    {Rule::dead_project_path, "dead-project-path", warning, "", "rust-project.json names a file that is not there",
     "`make rust-analyzer` writes the file for editors. It contains absolute paths of the machine that wrote it, and "
     "names proc macros by their files there: without them an editor expands no macros. Modules build all the same. A "
     "path that leads into the tree where it stands now is not reported.",
     "run `make rust-analyzer` where the tree is used"},
    {Rule::unused_waiver, "unused-waiver", warning, "", "a waiver matches no finding",
     "What it waived is fixed, or it never matched. A waiver that stays would hide the next fault.", "remove it"},
    {Rule::expired_waiver, "expired-waiver", error, "", "the date of a waiver has passed",
     "A waiver with a date is meant to be temporary.", "fix what it waives, or set a new date"},
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
