// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Kernel modules, as the module loader of Linux would look at them
// ================================================================
//
// The loader compares `vermagic`, a text: the release of the kernel, then one word for each option that changes how modules must be
// built. With MODVERSIONS, a module that has checksums is let off the release. Everything else must be equal, byte for byte;
// of the words those are judged here that a configuration tells for certain.
//
// Which kernel? The tree that holds the module; the only tree there is; the folder lib/modules/RELEASE. Else the other modules.
#include <algorithm>
#include <array>
#include <map>

#include "audit/findings.h"

namespace rartifacts {
namespace {

std::string_view release_of(std::string_view vermagic) { return vermagic.substr(0, vermagic.find(' ')); }

bool has_word(std::string_view vermagic, std::string_view word) {
  const std::string padded = fmt::format(" {} ", vermagic);
  return padded.find(fmt::format(" {} ", word)) != padded.npos;
}

// include/linux/vermagic.h. PREEMPT alone is what kernels before 5.13 had.
struct Word {
  std::string_view word;
  std::string_view symbol;
  std::string_view other_symbol;
};
constexpr std::array kWords{Word{"SMP", "SMP", ""}, Word{"preempt", "PREEMPT_BUILD", "PREEMPT"},
                            Word{"preempt_rt", "PREEMPT_RT", ""}, Word{"mod_unload", "MODULE_UNLOAD", ""},
                            Word{"modversions", "MODVERSIONS", ""}};

bool expects(const KernelConfig& config, const Word& word) {
  return config.is_set(word.symbol) || (!word.other_symbol.empty() && config.is_set(word.other_symbol));
}

bool has_checksums(const ModuleFacts& module) { return module.versions || module.extended_versions; }

class ModuleAudit {
 public:
  ModuleAudit(const ScanResult& result, Findings& findings) : result_(result), findings_(findings) {}

  void run() {
    std::vector<const Artifact*> without_kernel;
    for (const auto& artifact : result_.artifacts) {
      if (!artifact.module || artifact.link_target) continue;
      const auto* kernel = kernel_of(artifact);
      check_signature(artifact, kernel);
      if (kernel) {
        compare_with_kernel(artifact, *kernel);
        check_checksums(artifact, *kernel);
      } else {
        without_kernel.push_back(&artifact);
      }
    }
    compare_with_each_other(without_kernel);
  }

 private:
  // A Module.symvers alone says nothing of the configuration.
  const KernelRoot* kernel_of(const Artifact& artifact) const {
    const auto* kernel = kernel_for(result_, findings_, artifact.path);
    return kernel && !kernel->config_path.empty() ? kernel : nullptr;
  }

  void compare_with_kernel(const Artifact& artifact, const KernelRoot& kernel) {
    const auto& module = *artifact.module;
    findings_.apply({Rule::vermagic_mismatch}, artifact.path);
    const auto vermagic = module.value("vermagic");
    if (!vermagic)
      return findings_.add(Rule::vermagic_mismatch, artifact.path, "", "has no vermagic: modpost has not completed it");
    if (kernel.release && release_of(*vermagic) != *kernel.release)
      compare_releases(artifact, *vermagic, *kernel.release);
    std::string differences;
    const auto& config = kernel.config;
    // Where both are asked for, it depends on the release which of the two words stands for both.
    const bool has_preempt = has_word(*vermagic, "preempt") || has_word(*vermagic, "preempt_rt");
    const bool is_either = has_preempt && expects(config, kWords[1]) && expects(config, kWords[2]);
    for (const auto& word : kWords) {
      const bool expected = expects(config, word);
      if (has_word(*vermagic, word.word) == expected) continue;
      if (is_either && word.word.starts_with("preempt")) continue;
      differences += fmt::format("{}{} `{}`, which CONFIG_{}{} asks {}", differences.empty() ? "" : "; ",
                                 expected ? "lacks" : "has", word.word,
                                 expected && !config.is_set(word.symbol) ? word.other_symbol : word.symbol,
                                 expected ? "=y" : " not set", expected ? "for" : "not for");
    }
    if (!differences.empty())
      findings_.add(Rule::vermagic_mismatch, artifact.path, "options", fmt::format("its vermagic {}", differences),
                    {{"vermagic", *vermagic}, {"config", kernel.config_path}});
  }

  void compare_releases(const Artifact& artifact, const std::string& vermagic, const std::string& release) {
    const bool is_let_off = has_word(vermagic, "modversions") && has_checksums(*artifact.module);
    findings_.add(is_let_off ? Severity::info : Severity::error, Rule::vermagic_mismatch, artifact.path, "",
                  fmt::format("built for Linux {}, but the kernel is {}{}", release_of(vermagic), release,
                              is_let_off ? ": it loads only if the checksums of all its symbols agree" : ""),
                  {{"vermagic", vermagic}, {"kernel", release}});
  }

  // Nobody but a signer's key can say more than that a signature is there.
  void check_signature(const Artifact& artifact, const KernelRoot* kernel) {
    const auto& signature = artifact.module->signature;
    const bool is_asked = kernel && kernel->config.is_set("MODULE_SIG");
    const bool is_damaged = signature.state == ModuleSignature::State::malformed;
    if (!is_asked && !is_damaged) return;
    findings_.apply({Rule::module_unsigned}, artifact.path);
    if (is_damaged) {
      findings_.add(is_asked ? Severity::error : Severity::warning, Rule::module_unsigned, artifact.path, "",
                    fmt::format("its signature is damaged: {}", signature.why), {{"signature", signature.why}});
    } else if (signature.state == ModuleSignature::State::absent) {
      const bool is_before_install =
          kernel->config.is_set("MODULE_SIG_ALL") && kernel->holds(artifact.path) && !kernel->is_image;
      const bool is_forced = kernel->config.is_set("MODULE_SIG_FORCE") && !is_before_install;
      findings_.add(is_before_install ? Severity::info
                    : is_forced       ? Severity::error
                                      : Severity::warning,
                    Rule::module_unsigned, artifact.path, "",
                    fmt::format("has no signature{}{}", is_forced ? ", and CONFIG_MODULE_SIG_FORCE=y" : "",
                                is_before_install ? " yet: `make modules_install` signs it" : ""),
                    {{"config", is_forced ? "CONFIG_MODULE_SIG_FORCE=y" : "CONFIG_MODULE_SIG=y"}});
    }
  }

  void check_checksums(const Artifact& artifact, const KernelRoot& kernel) {
    const auto language = artifact.object ? artifact.object->language : std::nullopt;
    if (!kernel.config.is_set("MODVERSIONS") || (language != Language::rust && language != Language::mixed)) return;
    constexpr auto kRule = Rule::modversions_without_gendwarfksyms;
    findings_.apply({kRule}, artifact.path);
    if (!kernel.config.is_set("GENDWARFKSYMS"))
      return findings_.add(
          kRule, artifact.path, "",
          "a Rust module, for a kernel with MODVERSIONS and without GENDWARFKSYMS: its symbols of Rust "
          "have no checksums",
          {{"config", "CONFIG_MODVERSIONS=y, CONFIG_GENDWARFKSYMS not set"}});
    if (!has_checksums(*artifact.module))
      return findings_.add(kRule, artifact.path, "", "has no checksums (__versions), and CONFIG_MODVERSIONS=y",
                           {{"config", "CONFIG_MODVERSIONS=y"}});
    if (artifact.module->extended_versions || !artifact.link) return;
    const auto longest = max_version_name(artifact);
    const auto found = std::ranges::find_if(artifact.link->undefined, [&](const UndefinedSymbol& symbol) {
      return !symbol.is_weak && symbol.name.size() > longest;
    });
    if (found != artifact.link->undefined.end())
      findings_.add(kRule, artifact.path, "",
                    fmt::format("has no extended checksums, and {} does not fit into __versions: it needs "
                                "CONFIG_EXTENDED_MODVERSIONS",
                                found->demangled.value_or(found->name)),
                    {{"symbol", found->name}});
  }

  // `lib/modules/6.12.1/` of a path; empty for modules that lie elsewhere.
  static std::string_view installed_for(std::string_view path) {
    constexpr std::string_view kFolder = "lib/modules/";
    const auto at = path.find(kFolder);
    if (at == path.npos || (at > 0 && path[at - 1] != '/')) return {};
    const auto begin = at + kFolder.size();
    const auto end = path.find('/', begin);
    return end == path.npos ? std::string_view() : path.substr(begin, end - begin);
  }

  void compare_with_each_other(const std::vector<const Artifact*>& modules) {
    std::map<std::string_view, std::vector<const Artifact*>> groups;
    for (const auto* artifact : modules) groups[installed_for(artifact->path)].push_back(artifact);
    for (const auto& [release, members] : groups) {
      std::map<std::string, std::size_t> votes;
      for (const auto* artifact : members) {
        findings_.apply({Rule::vermagic_mismatch}, artifact->path);
        ++votes[artifact->module->value("vermagic").value_or("")];
      }
      const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
      for (const auto* artifact : members) {
        const auto vermagic = artifact->module->value("vermagic").value_or("");
        if (!release.empty() && release_of(vermagic) != release)
          compare_releases(*artifact, vermagic, std::string(release));
        else if (vermagic != most->first)
          findings_.add(Severity::warning, Rule::vermagic_mismatch, artifact->path, "",
                        fmt::format("its vermagic is `{}`, that of {} other modules is `{}`", vermagic, most->second,
                                    most->first),
                        {{"vermagic", vermagic}, {"others", most->first}});
      }
    }
  }

  const ScanResult& result_;
  Findings& findings_;
};

}  // namespace

std::size_t max_version_name(const Artifact& module) { return module.elf && module.elf->elf_class == 32 ? 59 : 55; }

void audit_modules(const ScanResult& result, Findings& findings) { ModuleAudit(result, findings).run(); }

}  // namespace rartifacts
