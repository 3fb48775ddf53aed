// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>
#include <rartifacts/link.h>
#include <rartifacts/shared.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// The result of Kbuild's configuration: include/config/auto.conf (strings unquoted) or .config (strings quoted).
class KernelConfig {
 public:
  /// Reads either spelling. Lines that are no `CONFIG_X=value` are passed over, as Kbuild does.
  static KernelConfig parse(std::string_view text);

  /// True for `CONFIG_<name>=y`.
  bool is_set(std::string_view name) const;
  /// The value of `CONFIG_<name>` without quotes.
  std::optional<std::string> value(std::string_view name) const;
  /// True when every word of `condition` holds: `BUG` is set, `!UML` is not, `RUSTC_VERSION<108100` is a smaller number.
  bool fits(std::string_view condition) const;
  /// 6 and 12 of `# Linux/x86 6.12.117 Kernel Configuration`; nothing when there is no such line.
  std::optional<std::pair<int, int>> version() const { return version_; }

 private:
  std::optional<std::pair<int, int>> version_;
  using Values = std::map<std::string, std::string, std::less<>>;
  Shared<Values> values_;
};

/// What the kernel's own objects are made for, as its configuration tells; nothing for an architecture without a row.
struct KernelMachine {
  std::uint16_t e_machine = 0;
  int elf_class = 0;  ///< 32 or 64
};
std::optional<KernelMachine> machine_of(const KernelConfig& config);

/// A file that is no crate, but that a module build reads.
struct AuxiliaryRow {
  std::string_view path;       ///< below the kernel's root
  std::string_view condition;  ///< symbols that call for it: `JUMP_LABEL`, `BUG !UML`; empty: always
  bool custom_target;          ///< only when the crates were compiled for a JSON target
  int since, until;            ///< releases that are known to make it, as 100 * major + minor; others may
  std::string_view why;
};

/// The table of all of them.
const std::vector<AuxiliaryRow>& auxiliary_table();

/// An option, or several, with which Kconfig drops CONFIG_RUST without a word.
struct ExclusionRow {
  std::string_view condition;  ///< as `KernelConfig::fits` reads it
  std::string_view what;
};

/// The symbols that a condition names.
std::vector<std::string_view> symbols_in(std::string_view condition);

/// The reasons why `config` cannot have CONFIG_RUST, as far as they are known.
std::vector<const ExclusionRow*> rust_exclusions(const KernelConfig& config);

/// The rows that `config` calls for.
std::vector<const AuxiliaryRow*> auxiliary_files(const KernelConfig& config, bool has_custom_target);

/// A kernel build tree or headers tree inside of what was scanned: a directory that holds include/config/auto.conf.
struct KernelRoot {
  std::string path;         ///< relative to the base; empty when the base itself is the tree
  std::string config_path;  ///< the configuration that was read
  KernelConfig config;
  std::vector<std::string> places;  ///< the path itself, and where links to its directories lead
  std::vector<std::string>
      auxiliary;  ///< paths of the auxiliary files that the configuration calls for and that are there
  std::optional<std::string> release;  ///< include/config/kernel.release; read when there are modules to compare
  std::shared_ptr<const ExportTable> exports;  ///< Module.symvers; null: there is none, or nobody needed it
  bool is_image = false;  ///< no tree but an installed kernel: `places` are the folders of its modules
  std::vector<std::string>
      missing_tools;  ///< of a tree with scripts/Makefile.build on disk: what building a module lacks
  std::vector<std::pair<std::string, std::uint16_t>>
      programs;                         ///< of such a tree: what a module build runs or loads, and its e_machine
  std::vector<std::string> dead_paths;  ///< of a tree on disk: files in it that its rust-project.json names in vain
  bool lacks_exports = false;           ///< of such a tree: there is no Module.symvers
  Shared<std::string> target_json;      ///< text of scripts/target.json (rust/target.json before Linux 6.6)

  /// True when `file` is part of this tree.
  bool holds(std::string_view file) const;
};

}  // namespace rartifacts
#pragma GCC visibility pop
