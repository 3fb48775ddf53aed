// SPDX-License-Identifier: MIT OR Apache-2.0
//
// How large one thing may be
// ==========================
//
// Each row is far above what any real file has. What has more is not wrong: it is an input that this program does not read,
// and the error names the row. What a whole run may take stands in budget.h.
#pragma once

#include <rartifacts/error.h>

#include <cstdint>
#include <string_view>

namespace rartifacts {

struct SizeLimit {
  std::string_view name;
  std::uint64_t most;
  std::string_view what;     ///< that there is more of
  bool is_in_bytes = false;  ///< a whole number of MiB
};

/// The error of an input that has more.
std::unexpected<Error> over(const SizeLimit& limit);

namespace size_limits {

constexpr std::uint64_t mebi(std::uint64_t count) { return count << 20; }
constexpr bool in_bytes = true;

// clang-format off
inline constexpr SizeLimit
    // any text of a tree, of a package that was taken up, of the control files of a package
    text              {"text",              mebi(16),  "text in a file that should hold a few lines", in_bytes},
    package_text      {"package-text",      mebi(1),   "text in a file that should hold a few lines", in_bytes},
    control_text      {"control-text",      mebi(4),   "text in a control file", in_bytes},
    recorded_text     {"recorded-text",     mebi(4),   "text in one value of JSON, or in one line", in_bytes},
    report_line       {"report-line",       mebi(4),   "text in one line of a report", in_bytes},
    rpm_entries       {"rpm-entries",       0xffff,    "entries in an rpm header"},  // HEADER_TAGS_MAX of rpm
    rpm_store         {"rpm-store",         mebi(256), "data in an rpm header", in_bytes},  // HEADER_DATA_MAX of rpm
    rpm_strings       {"rpm-strings",       4096,      "names in an rpm header, or bytes in one of them"},
    archive_members   {"archive-members",   1'000'000, "archive members"},
    symbols           {"symbols",           mebi(4),   "symbols"},
    symbol_names      {"symbol-names",      mebi(64),  "symbol names", in_bytes},
    relocations       {"relocations",       mebi(16),  "relocations"},  // more than a whole kernel has
    relocation_types  {"relocation-types",  256,       "types of relocations"},
    debug_relocations {"debug-relocations", mebi(4),   "relocations of debug information"},
    debug_symbols     {"debug-symbols",     mebi(192), "symbols for debug information", in_bytes},
    dwarf_units       {"dwarf-units",       mebi(1),   "DWARF units"},
    // one may be gone through for each unit
    dwarf_abbreviations{"dwarf-abbreviations", mebi(64), "DWARF abbreviations to look through", in_bytes},
    // text in .debug_str may be overlapping: a long one for each unit
    dwarf_producers   {"dwarf-producers",   mebi(16),  "DW_AT_producer", in_bytes},
    exports_of_library{"exports-of-library", mebi(64), "library that is not ELF, to look for what it exports", in_bytes},
    modinfo           {"modinfo",           mebi(1),   ".modinfo", in_bytes},
    module_versions   {"module-versions",   mebi(8),   "versions of symbols in a module", in_bytes},
    crate_list        {"crate-list",        mebi(1),   ".dep-v0", in_bytes},  // ten times the largest that is known
    listed_crates     {"listed-crates",     20'000,    "crates in .dep-v0"},
    definitions       {"definitions",       mebi(4),   "definitions in a crate"},
    item_names        {"item-names",        mebi(256), "names of definitions", in_bytes},
    item_paths        {"item-paths",        mebi(256), "paths of items", in_bytes},
    source_paths      {"source-paths",      mebi(64),  "paths of source files", in_bytes};
// clang-format on

}  // namespace size_limits
}  // namespace rartifacts
