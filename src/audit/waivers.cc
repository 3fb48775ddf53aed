// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fnmatch.h>
#include <rartifacts/bytes.h>
#include <rartifacts/waivers.h>

#include <algorithm>
#include <tuple>

#include "bytes/budget.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace rartifacts {
namespace {

std::unexpected<Error> fail_in(const toml::node& node, std::string_view what) {
  return fail(ErrorKind::malformed, "line {}: {}", node.source().begin.line, what);
}

Result<Waiver> waiver_of(const toml::table& table) {
  Waiver waiver;
  waiver.line = table.source().begin.line;
  for (const auto& [key, node] : table) {
    const auto text = node.value_exact<std::string>();
    if (key == "expires") {
      const auto date = node.value_exact<toml::date>();
      if (!date) return fail_in(node, "expires must be a date without quotes, such as 2027-01-31");
      waiver.expires = std::chrono::year(date->year) / date->month / date->day;
      continue;
    }
    if (!text || text->empty()) return fail_in(node, fmt::format("{} must be a string in quotes", key.str()));
    if (key == "rule") {
      const auto rule = rule_of(*text);
      if (!rule) return fail_in(node, fmt::format("there is no rule {} (see rartifacts explain)", *text));
      waiver.rule = *rule;
    } else if (key == "path") {
      waiver.path = *text;
    } else if (key == "crate") {
      waiver.crate = *text;
    } else if (key == "reason") {
      waiver.reason = *text;
    } else {
      return fail_in(node,
                     fmt::format("unknown key {}: a waiver has rule, path, crate, reason and expires", key.str()));
    }
  }
  for (const auto* needed : {"rule", "path", "reason"})
    if (!table.contains(needed)) return fail_in(table, fmt::format("a waiver needs a {}", needed));
  return waiver;
}

// What the paths that fit a pattern begin with.
struct PatternStart {
  std::string text;
  std::size_t rest = 0;  ///< bytes of the pattern behind it
};

PatternStart start_of(std::string_view pattern) {
  PatternStart start;
  std::size_t at = 0;
  for (; at < pattern.size() && !std::string_view("*?[").contains(pattern[at]); ++at) {
    if (pattern[at] == '\\') {
      if (at + 1 == pattern.size()) break;
      ++at;
    }
    start.text += pattern[at];
  }
  start.rest = pattern.size() - at;
  return start;
}

// What findings are sorted by: so much of the path as fnmatch sees it.
auto key_of(std::size_t length) {
  return [length](const Finding* finding) {
    const std::string_view path(finding->path);
    return std::pair(finding->rule, path.substr(0, std::min(length, path.find('\0'))));
  };
}

// Findings by rule and path, so that a waiver is compared with those that begin as it does.
class FindingsByPath {
 public:
  explicit FindingsByPath(std::vector<Finding>& findings) {
    for (auto& finding : findings) sorted_.push_back(&finding);
    std::ranges::sort(sorted_, {}, key_of(std::string_view::npos));
  }

  auto beginning_as(Rule rule, const PatternStart& start) const {
    const auto length = start.rest == 0 ? std::string_view::npos : start.text.size();
    return std::ranges::equal_range(sorted_, std::pair(rule, std::string_view(start.text)), {}, key_of(length));
  }

 private:
  std::vector<Finding*> sorted_;
};

bool is_expired(const Waiver& waiver, std::chrono::year_month_day today) {
  return waiver.expires && *waiver.expires < today;
}

// Excuses what the waiver fits; false when there is nothing.
bool apply(const FindingsByPath& findings, const Waiver& waiver) {
  constexpr std::uint64_t kStepsPerFinding = 64;
  const auto* pattern = waiver.path.c_str();
  const auto start = start_of(pattern);
  add_work(kStepsPerFinding);
  bool is_used = false;
  for (auto* finding : findings.beginning_as(waiver.rule, start)) {
    if (!work(kStepsPerFinding)) break;
    if (waiver.crate && *waiver.crate != finding->crate) continue;
    if (!work(finding->path.size() * start.rest)) break;  // what stands behind a star may be compared at each place
    if (fnmatch(pattern, finding->path.c_str(), 0) != 0) continue;
    is_used = finding->waived = true;
    finding->waiver_reason = waiver.reason;
  }
  return is_used;
}

}  // namespace

namespace {

// Behind the text in quotes that begins at `at` (TOML 1.0, "String").
std::size_t behind_quotes(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string closing(text.substr(at).starts_with(std::string(3, quote)) ? 3 : 1, quote);
  for (at += closing.size(); at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') ++at;
    else if (text[at] == '\n' && closing.size() == 1) return at;
    else if (text.substr(at).starts_with(closing)) {
      at += closing.size();
      for (int more = 0; more < 2 && closing.size() == 3 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    }
  }
  return text.size();
}

// The parser goes down a level, on the stack, for each dot of a key and each bracket. A waiver has two levels. What it makes of a byte or
// two, a value or a table, takes much more.
Result<Held> check_size(std::string_view text) {
  constexpr std::size_t kMostLevels = 100;
  constexpr std::uint64_t kNode = 100;
  std::uint64_t nodes = 0;
  std::size_t open = 0;
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '\n': dots = 0; break;
      case '"':
      case '\'': i = behind_quotes(text, i) - 1; break;
      case '#': i = std::min(text.find('\n', i), text.size()) - 1; break;
      case '.': ++dots, ++nodes; break;
      case ',':
      case '=': ++nodes; break;
      case '[':
      case '{': ++open, ++nodes; break;
      case ']':
      case '}': open -= open > 0 ? 1 : 0; break;
      default: break;
    }
    if (open + dots > kMostLevels) return over(Limit::nesting);
  }
  Held held;
  if (auto charged = held.grow(nodes * kNode); !charged) return pass(charged);
  return held;
}

}  // namespace

Result<std::vector<Waiver>> parse_waivers(std::string_view text) {
  const auto held = check_size(text);
  if (!held) return pass(held);
  const auto parsed = toml::parse(text);
  if (!parsed)
    return fail(ErrorKind::malformed, "line {}: {}", parsed.error().source().begin.line, parsed.error().description());
  std::vector<Waiver> waivers;
  for (const auto& [key, node] : parsed.table()) {
    const auto* list = node.as_array();
    if (key != "waiver" || !list) return fail_in(node, "only [[waiver]] tables are allowed here");
    for (const auto& one : *list) {
      if (!one.is_table()) return fail_in(one, "only [[waiver]] tables are allowed here");
      auto waiver = waiver_of(*one.as_table());
      if (!waiver) return pass(waiver);
      waivers.push_back(std::move(*waiver));
    }
  }
  return waivers;
}

void mark_waived(Audit& audit, const std::vector<Waiver>& waivers, std::chrono::year_month_day today,
                 std::vector<bool>& used) {
  used.resize(waivers.size());
  if (audit.findings.empty()) return;
  const FindingsByPath findings(audit.findings);
  for (std::size_t i = 0; i < waivers.size(); ++i)
    if (!is_expired(waivers[i], today) && apply(findings, waivers[i])) used[i] = true;
}

std::vector<Finding> waiver_findings(const std::vector<Waiver>& waivers, const std::vector<bool>& used,
                                     const std::string& file, std::chrono::year_month_day today) {
  std::vector<Finding> about;
  const auto complain_of = [&](Rule rule, const Waiver& waiver, const std::string& message) {
    const auto& row = row_of(rule);
    about.push_back({.rule = rule,
                     .severity = row.severity,
                     .path = file,
                     .crate = waiver.crate.value_or(""),
                     .rustc_error = "",
                     .message = message,
                     .evidence = {{"line", std::to_string(waiver.line)}, {"reason", waiver.reason}},
                     .fix = std::string(row.fix)});
  };
  for (std::size_t i = 0; i < waivers.size(); ++i) {
    const auto& waiver = waivers[i];
    const auto what =
        fmt::format("the waiver of {} for {} (line {})", row_of(waiver.rule).id, waiver.path, waiver.line);
    if (is_expired(waiver, today))
      complain_of(
          Rule::expired_waiver, waiver,
          fmt::format("{} was valid until {:04}-{:02}-{:02}", what, static_cast<int>(waiver.expires->year()),
                      static_cast<unsigned>(waiver.expires->month()), static_cast<unsigned>(waiver.expires->day())));
    else if (i >= used.size() || !used[i]) complain_of(Rule::unused_waiver, waiver, what + " matches no finding");
  }
  return about;
}

void apply_waivers(Audit& audit, const std::vector<Waiver>& waivers, const std::string& file,
                   std::chrono::year_month_day today) {
  std::vector<bool> used;
  mark_waived(audit, waivers, today, used);
  std::ranges::move(waiver_findings(waivers, used, file, today), std::back_inserter(audit.findings));
}

void apply_baseline(Audit& audit, const std::vector<Waiver>& baseline) {
  if (audit.findings.empty() || baseline.empty()) return;
  const FindingsByPath findings(audit.findings);
  for (const auto& waiver : baseline) apply(findings, waiver);
}

}  // namespace rartifacts
