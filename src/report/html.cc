// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One page that needs nothing else: no script, no font, no picture from elsewhere. It is read on a telephone, printed,
// mailed and kept, and shows strangers' file names: everything goes through xml_escaped, and the page itself forbids
// whatever it does not hold.
#include <rartifacts/graph.h>

#include <algorithm>
#include <map>

#include "report/crate_picture.h"
#include "report/shared.h"

namespace rartifacts {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--back:#fff;--text:#1c1e21;--soft:#5d636b;--line:#d5d9de;--box:#f4f6f8;
--error:#b3151b;--warning:#8a5300;--info:#0b5a9c;--ok:#166a2f}
@media(prefers-color-scheme:dark){:root{--back:#16181b;--text:#e6e8ea;--soft:#a0a7af;--line:#3a3f46;--box:#21252a;
--error:#ff8a80;--warning:#f2b450;--info:#7fbcf5;--ok:#7bd592}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1rem;background:var(--back);color:var(--text);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.3}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem;margin:0 0 .4rem}
code,td,.message{unicode-bidi:isolate}
code{font:.9em ui-monospace,monospace;white-space:pre-wrap}
p{margin:.4rem 0}.soft{color:var(--soft)}
.verdict{font-size:1.15rem;font-weight:600;padding:.6rem .9rem;border:2px solid;border-radius:.4rem}
.ok{color:var(--ok)}.error,.bad{color:var(--error)}.warning{color:var(--warning)}.info{color:var(--info)}
article{border:1px solid var(--line);border-left:.35rem solid;border-radius:.4rem;padding:.7rem .9rem;margin:.8rem 0}
article>*{color:var(--text)}article h3 b{color:var(--severity)}article h3 code{display:inline-block}
article.error{--severity:var(--error)}article.warning{--severity:var(--warning)}article.info{--severity:var(--info)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .7rem .25rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;white-space:nowrap;overflow-wrap:normal}.number{text-align:right;font-variant-numeric:tabular-nums}
.list td{white-space:nowrap;overflow-wrap:normal}.list code{white-space:pre}
@media(max-width:40rem){th,td{padding-right:.5rem}.list th{white-space:normal}
.files thead{position:absolute;clip-path:inset(50%)}.files tr{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.3rem 0}
.files tbody tr{border-bottom:1px solid var(--line)}.files td{border:0;padding:0;white-space:normal}
.files td:first-child{flex-basis:100%}.files code{white-space:pre-wrap;overflow-wrap:anywhere}
.files td:empty{display:none}.files .number::after{content:" bytes"}}
svg{display:block;font:13px ui-monospace,monospace}
svg text{fill:var(--text);text-anchor:middle}svg .svh{font-size:11px;fill:var(--soft)}
.crate rect{fill:var(--box);stroke:var(--line)}.blamed rect{stroke:var(--error);stroke-width:2}
.missing rect{fill:none;stroke:var(--error);stroke-dasharray:5 4}.missing text{fill:var(--error)}
.edge{fill:none;stroke:var(--soft)}.broken{stroke:var(--error);stroke-width:2;stroke-dasharray:6 4}
@media print{:root{color-scheme:light;--back:#fff;--text:#000;--soft:#444;--line:#999;--box:#fff;
--error:#a00;--warning:#630;--info:#036;--ok:#050}body{max-width:none;padding:0;font-size:10pt}
article,tr,svg{break-inside:avoid}.wide{overflow:visible}svg{max-width:100%;height:auto}
.list code{white-space:pre-wrap;overflow-wrap:anywhere}}
)css";

std::string code(std::string_view text) { return "<code>" + xml_escaped(text) + "</code>"; }

// Prose in which what stands in backticks is code.
std::string marked_up(std::string_view text) {
  std::string out;
  for (bool is_code = false; !text.empty(); is_code = !is_code) {
    const auto end = text.find('`');
    // A single one is a backtick.
    const bool is_last = end == text.npos || (!is_code && text.find('`', end + 1) == text.npos);
    const auto piece = is_last ? text : text.substr(0, end);
    out += is_code ? code(piece) : xml_escaped(piece);
    text.remove_prefix(is_last ? text.size() : end + 1);
  }
  return out;
}

std::string_view threshold_of(const ReportInput& input) {
  if (input.fail_on == Severity::error) return "fails on errors";
  return input.fail_on == Severity::warning ? "fails on warnings and errors" : "fails on every finding";
}

std::string head(const ReportInput& input) {
  const auto several = fmt::format("{} packages and trees", input.sets.size());
  const bool has_sets = input.sets.size() > 1;
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<title>rartifacts audit: {}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>Audit of {}</h1>\n"
      "<p class=\"verdict {}\">{}</p>\n<p class=\"soft\">rartifacts {}; the audit {}</p>\n",
      has_sets ? several : xml_escaped(input.root), kStyle, has_sets ? several : code(input.root),
      is_healthy(input) ? "ok" : "bad", xml_escaped(verdict_of(input)), xml_escaped(input.version),
      threshold_of(input));
}

// `needed_by` is a word for programs; paths and options are what they are.
std::string evidence_title(const std::string& name) {
  if (!std::ranges::all_of(name, [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); })) return xml_escaped(name);
  auto title = name;
  std::ranges::replace(title, '_', ' ');
  return xml_escaped(title);
}

std::string finding_card(const Finding& finding, const ReportInput& input) {
  const auto& row = row_of(finding.rule);
  auto out = fmt::format("<article class=\"{0}\">\n<h3><b>{0}</b> {1}</h3>\n<p class=\"message\">{2}</p>\n",
                         name_of(finding.severity), code(place_of(finding, input)), marked_up(finding.message));
  if (finding.waived) out += fmt::format("<p><strong>Waived:</strong> {}</p>\n", xml_escaped(finding.waiver_reason));
  if (!finding.evidence.empty()) {
    out += "<div class=\"wide\"><table>\n";
    for (const auto& [name, value] : finding.evidence)
      out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", evidence_title(name), code(value));
    out += "</table></div>\n";
  }
  if (!finding.fix.empty()) out += fmt::format("<p><strong>Fix:</strong> {}</p>\n", marked_up(finding.fix));
  return out + fmt::format("<p class=\"soft\">{}</p>\n<p class=\"soft\">{}</p>\n</article>\n", marked_up(row.why),
                           code(codes_of(finding)));
}

// Of several sets, how each came out.
std::string sets_section(const ReportInput& input) {
  if (input.sets.size() < 2) return {};
  std::map<std::string_view, std::size_t> verdicts;
  std::string rows;
  for (const auto& set : input.sets) {
    const auto verdict = verdict_word(set, input.fail_on);
    ++verdicts[verdict];
    const auto* color = verdict == "ok" ? "ok" : verdict == "nothing" ? "soft" : "bad";
    rows += fmt::format("<tr><td>{}</td><td class=\"{}\">{}</td>", code(set.name), color, verdict);
    for (const auto severity : {Severity::error, Severity::warning, Severity::info})
      rows += fmt::format("<td class=\"number\">{}</td>", set.tally.open[static_cast<std::size_t>(severity)]);
    rows += fmt::format("<td class=\"number\">{}</td></tr>\n", artifacts_in(set, input.fail_on));
  }
  std::string counts;
  for (const auto& [verdict, count] : verdicts)
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", verdict, count);
  return fmt::format(
      "<section>\n<h2>Checked one by one</h2>\n<p class=\"soft\">{}.</p>\n<div class=\"wide\"><table "
      "class=\"list\">\n<thead><tr><th scope=\"col\">path</th><th scope=\"col\">verdict</th><th scope=\"col\" "
      "class=\"number\">errors</th><th scope=\"col\" class=\"number\">warnings</th><th scope=\"col\" "
      "class=\"number\">info</th><th scope=\"col\" class=\"number\">artifacts</th></tr></thead>\n<tbody>\n{}</tbody>\n"
      "</table></div>\n</section>\n",
      counts, rows);
}

std::string findings_section(const ReportInput& input, bool waived) {
  std::string cards;
  for (const auto& finding : input.audit.findings)
    if (finding.waived == waived) cards += finding_card(finding, input);
  if (cards.empty()) return {};
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", waived ? "Waived" : "Findings", cards);
}

std::string picture_section(const ReportInput& input) {
  const auto crates = std::ranges::count_if(judged_artifacts(input),
                                            [](const Artifact* artifact) { return artifact->crate.has_value(); });
  if (crates == 0) return {};
  const auto picture = crate_picture(input);
  std::string out = "<section>\n<h2>Crates</h2>\n";
  if (picture.empty())
    return out + fmt::format(
                     "<p>{} crates are too many for a picture. <code>rartifacts tree</code> lists them, "
                     "<code>rartifacts tree --format dot</code> draws them.</p>\n</section>\n",
                     crates);
  return out +
         "<p class=\"soft\">Each line leads down from a crate to one that it needs. Crates of the compiler are not "
         "drawn, "
         "nor lines to crates that are needed through another one anyway.</p>\n<div class=\"wide\">\n" +
         picture + "</div>\n</section>\n";
}

std::string manifest_section(const ReportInput& input) {
  const bool ships = !input.artifacts.empty();
  const auto artifacts = ships ? input.artifacts : judged_artifacts(input);
  std::string rows;
  std::uint64_t bytes = 0;
  for (const auto* artifact : artifacts) {
    auto path = code(artifact->path);
    if (artifact->link_target) path += " → " + code(*artifact->link_target);
    else bytes += artifact->size;
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n", path,
                        name_of(artifact->kind), name_of(artifact->side),
                        artifact->crate ? code(display_name(artifact->crate->name)) : "", artifact->size);
  }
  if (rows.empty()) return {};
  return fmt::format(
      "<section>\n<h2>{}</h2>\n<p class=\"soft\">{} files, {} bytes.</p>\n"
      "<div class=\"wide\"><table class=\"list files\">\n<thead><tr><th scope=\"col\">path</th><th "
      "scope=\"col\">kind</th>"
      "<th scope=\"col\">side</th><th scope=\"col\">crate</th><th scope=\"col\" class=\"number\">bytes</th></tr>"
      "</thead>\n<tbody>\n{}</tbody>\n</table></div>\n</section>\n",
      ships ? "Manifest" : "Checked files", artifacts.size(), bytes, rows);
}

// Which rules looked at how many files.
std::string rules_section(const ReportInput& input) {
  std::map<Rule, std::pair<std::size_t, std::size_t>> counts;  // passed, found
  for (const auto& [rule, path] : input.audit.passed) ++counts[rule].first;
  for (const auto& finding : input.audit.findings) ++counts[finding.rule].second;
  std::string rows;
  for (const auto& [rule, count] : counts)
    rows += fmt::format("<tr><td><code>{}</code></td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                        row_of(rule).id, count.first, count.second);
  if (rows.empty()) return {};
  return fmt::format(
      "<section>\n<h2>Rules</h2>\n<div class=\"wide\"><table class=\"list\">\n<thead><tr><th scope=\"col\">rule</th>"
      "<th scope=\"col\" class=\"number\">files passed</th><th scope=\"col\" class=\"number\">findings</th></tr>"
      "</thead>\n<tbody>\n{}</tbody>\n</table></div>\n</section>\n",
      rows);
}

}  // namespace

std::string write_html_report(const ReportInput& input) {
  return head(input) + sets_section(input) + findings_section(input, false) + findings_section(input, true) +
         picture_section(input) + manifest_section(input) + rules_section(input) + "</body>\n</html>\n";
}

}  // namespace rartifacts
