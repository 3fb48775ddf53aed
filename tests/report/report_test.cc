// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <list>
#include <nlohmann/json.hpp>
#include <set>

#include "report/shared.h"

using namespace rartifacts;

namespace {

// What a name may hold: everything but NUL, and a slash between its parts.
const std::string kHostile =
    "r\xff/]]>\"'<b>&\x1b[31m\x7f\n::error::100%,a:b\r\t{0}\xed\xa0\x80\xef\xbf\xbe\u00e9</script>.rmeta";

Artifact crate_file(const std::string& name, const std::string& svh, Dependencies dependencies = {}) {
  Artifact artifact{.path = "rust/lib" + name + ".rmeta", .kind = Kind::rmeta, .size = 10};
  artifact.crate.emplace();
  artifact.crate.edit().name.text = name;
  artifact.crate.edit().svh = svh;
  artifact.crate.edit().dependencies = std::move(dependencies);
  return artifact;
}

Dependency on(const std::string& name, const std::string& svh) {
  Dependency dependency;
  dependency.name.text = name;
  dependency.svh = svh;
  return dependency;
}

Finding finding(Rule rule, std::string path, std::string crate = "") {
  const auto& row = row_of(rule);
  return {.rule = rule,
          .severity = row.severity,
          .path = std::move(path),
          .crate = std::move(crate),
          .rustc_error = std::string(row.rustc_error),
          .message = "it does not fit",
          .fix = "build it again"};
}

/// What a report is made of, kept alive.
struct Sample {
  Audit audit;
  ScanResult scan;
  std::list<Artifact> artifacts;

  ReportInput input() const {
    ReportInput input{.audit = audit, .scan = scan, .root = "linux-build", .version = "0.1.0"};
    for (const auto& artifact : artifacts) input.artifacts.push_back(&artifact);
    return input;
  }
};

Sample hostile() {
  Sample sample;
  auto one = finding(Rule::missing_crate, kHostile, kHostile);
  one.message = one.fix = kHostile;
  one.evidence = {{kHostile, kHostile}, {kHostile, "again"}};
  sample.audit.findings = {one, one};
  sample.audit.findings[1].waived = true;
  sample.audit.findings[1].waiver_reason = kHostile;
  sample.audit.passed = {{Rule::rustc_mixed, kHostile}};
  sample.artifacts = {crate_file(kHostile, kHostile, {on(kHostile, "1"), on("gone", kHostile)})};
  sample.artifacts.front().path = kHostile;
  sample.artifacts.front().link_target = kHostile;
  return sample;
}

nlohmann::json sarif_of(const Sample& sample) {
  return nlohmann::json::parse(write_sarif_report(sample.input()))["runs"][0];
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("every format is found by its name, and no other") {
    REQUIRE(!report_table().empty());
    for (const auto& row : report_table()) CHECK(report_of(row.name) == &row);
    CHECK(report_of("xml") == nullptr);
  }

  TEST_CASE("no name, message or waiver gets a control character or a byte that is not UTF-8 into any report") {
    const auto sample = hostile();
    for (const auto& row : report_table()) {
      CAPTURE(row.name);
      const auto text = row.write(sample.input());
      CHECK(is_utf8(text));
      CHECK(std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f; }));
      CHECK(text.ends_with('\n'));
    }
  }

  TEST_CASE("the verdict is bad when a finding that is not waived reaches the threshold") {
    Sample sample;
    auto input = sample.input();
    CHECK(is_healthy(input));
    sample.audit.findings = {finding(Rule::stale_artifact, "a")};
    CHECK(is_healthy(input));
    input.fail_on = Severity::warning;
    CHECK(!is_healthy(input));
    sample.audit.findings[0].waived = true;
    CHECK(is_healthy(input));
  }

  TEST_CASE("the verdict counts what was found") {
    Sample sample;
    CHECK(verdict_of(sample.input()) == "ok: no artifacts");
    sample.artifacts = {crate_file("core", "1")};
    CHECK(verdict_of(sample.input()) == "ok: 1 artifact");
    sample.artifacts.push_back(crate_file("kernel", "2"));
    CHECK(verdict_of(sample.input()) == "ok: 2 artifacts fit together");
    sample.audit.findings = {finding(Rule::stale_artifact, "a"), finding(Rule::missing_crate, "b")};
    sample.audit.findings[1].waived = true;
    CHECK(verdict_of(sample.input()) == "ok: 2 artifacts fit together (1 warning, 1 waived)");
    sample.audit.findings.push_back(finding(Rule::missing_crate, "c"));
    sample.audit.findings.push_back(finding(Rule::missing_crate, "d"));
    CHECK(verdict_of(sample.input()) == "2 errors, 1 warning in 2 artifacts (1 waived)");
  }

  TEST_CASE("text: a line that says where, how bad, what and which rule, and one that says what to do") {
    Sample sample;
    sample.artifacts = {crate_file("kernel", "2")};
    sample.audit.findings = {finding(Rule::missing_crate, "rust/libkernel.rmeta", "ffi"),
                             finding(Rule::stale_artifact, "")};
    CHECK(write_text_report(sample.input()) ==
          "rust/libkernel.rmeta: error: it does not fit [missing-crate, E0463]\n"
          "    fix: build it again\n"
          "linux-build: warning: it does not fit [stale-artifact]\n"
          "    fix: build it again\n"
          "verdict: 1 error, 1 warning in 1 artifact\n");
    sample.audit.findings[0].waived = sample.audit.findings[1].waived = true;
    CHECK(write_text_report(sample.input()) == "verdict: ok: 1 artifact (2 waived)\n");
  }

  TEST_CASE("text: colours on request only, and never from a name") {
    const auto sample = hostile();
    auto input = sample.input();
    CHECK(!holds(write_text_report(input), "\x1b"));
    input.color = true;
    CHECK(holds(write_text_report(input), "\x1b[1;31merror:\x1b[0m"));
    CHECK(!holds(write_text_report(input), "\x1b[31m"));
  }

  TEST_CASE("json: the contract") {
    Sample sample;
    auto one = finding(Rule::missing_crate, "rust/libkernel.rmeta", "ffi");
    one.evidence = {{"needed", "c5a2"}};
    auto other = finding(Rule::stale_artifact, "a\xff");
    other.waived = true;
    other.waiver_reason = "known";
    sample.audit.findings = {one, other};
    sample.artifacts = {crate_file("kernel", "2")};
    CHECK(nlohmann::json::parse(write_json_report(sample.input())) == nlohmann::json::parse(R"({
      "version": 1, "root": "linux-build", "artifacts": 1, "verdict": "findings", "findings": [
        {"rule": "missing-crate", "severity": "error", "path": "rust/libkernel.rmeta", "crate": "ffi",
         "rustc_error": "E0463", "message": "it does not fit", "evidence": {"needed": "c5a2"},
         "fix": "build it again", "waived": false, "waiver_reason": null},
        {"rule": "stale-artifact", "severity": "warning", "path": "a\ufffd", "path_base64": "Yf8=", "crate": null,
         "rustc_error": null, "message": "it does not fit", "evidence": {},
         "fix": "build it again", "waived": true, "waiver_reason": "known"}], "unchecked": []})"));
    sample.audit.findings.erase(sample.audit.findings.begin());
    CHECK(nlohmann::json::parse(write_json_report(sample.input()))["verdict"] == "ok");
  }

  TEST_CASE("json: evidence of one name is not lost, and a path is exact as base64") {
    const auto report = nlohmann::json::parse(write_json_report(hostile().input()));
    const auto& one = report["findings"][0];
    CHECK(one["path_base64"] == base64(kHostile));
    CHECK(one["evidence"].size() == 3);  // the value, its bytes, and the second value
  }

  TEST_CASE("xml: what XML 1.0 cannot hold is shown, what it could misread is escaped") {
    CHECK(xml_escaped("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
    CHECK(xml_escaped("]]>") == "]]&gt;");
    CHECK(xml_escaped("\t\n\r") == "\\x09\\x0a\\x0d");
    CHECK(xml_escaped(std::string_view("\0\x1b\x7f", 3)) == "\\x00\\x1b\\x7f");
    CHECK(xml_escaped("\xef\xbf\xbe\xef\xbf\xbf") == "\\xef\\xbf\\xbe\\xef\\xbf\\xbf");  // U+FFFE, U+FFFF
    CHECK(xml_escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");                             // half a surrogate pair
    CHECK(xml_escaped("\u00e9\U0001f980") == "\u00e9\U0001f980");
  }

  TEST_CASE("junit: a case per rule and file: failed, waived, below the threshold, passed") {
    Sample sample;
    auto waived = finding(Rule::missing_crate, "b");
    waived.waived = true;
    waived.waiver_reason = "known <bug>";
    sample.audit.findings = {finding(Rule::missing_crate, "a", "ffi"), finding(Rule::missing_crate, "a", "uapi"),
                             waived, finding(Rule::stale_artifact, "c")};
    sample.audit.findings[0].evidence = {{"needed", "c5a2"}};
    sample.audit.passed = {{Rule::rustc_mixed, "a"}};
    const auto report = write_junit_report(sample.input());
    CHECK(holds(report, "tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"0\">"));
    CHECK(holds(report, "<testcase classname=\"rartifacts.rustc-mixed\" name=\"a\" time=\"0\"/>"));
    CHECK(count(report, "<failure ") == 1);
    CHECK(holds(report,
                "<failure type=\"error\" message=\"it does not fit\">error: it does not fit "
                "[missing-crate, E0463]\nneeded: c5a2\nfix: build it again\n\nerror: "));
    CHECK(holds(report, "name=\"b\" time=\"0\">\n      <skipped message=\"waived: known &lt;bug&gt;\">"));
    CHECK(holds(report, "name=\"c\" time=\"0\">\n      <system-out>warning: it does not fit [stale-artifact]\n"));
    auto input = sample.input();
    input.fail_on = Severity::warning;
    CHECK(holds(write_junit_report(input), "<failure type=\"warning\""));
  }

  TEST_CASE("junit: one that is not waived outweighs one that is") {
    Sample sample;
    sample.audit.findings = {finding(Rule::missing_crate, "a", "ffi"), finding(Rule::missing_crate, "a", "uapi")};
    sample.audit.findings[0].waived = true;
    sample.audit.findings[1].message = "this one";
    CHECK(holds(write_junit_report(sample.input()), "<failure type=\"error\" message=\"this one\">"));
  }

  TEST_CASE("sarif: every rule of the table is described, and every result refers to its own") {
    Sample sample;
    for (const auto& row : rule_table) sample.audit.findings.push_back(finding(row.rule, "a"));
    sample.audit.findings[0].severity = Severity::info;
    const auto run = sarif_of(sample);
    const auto& rules = run["tool"]["driver"]["rules"];
    CHECK(rules.size() == rule_table.size());
    for (const auto& result : run["results"])
      CHECK(rules[result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
    CHECK(run["results"][0]["level"] == "note");
    CHECK(run["results"][1]["level"] == "error");
  }

  TEST_CASE("sarif: a path is a relative URI that gives back every byte") {
    const auto run = sarif_of(hostile());
    const auto& location = run["results"][0]["locations"][0]["physicalLocation"];
    const std::string uri = location["artifactLocation"]["uri"];
    std::string bytes;
    for (std::size_t i = 0; i < uri.size(); ++i) {
      const bool is_code = uri[i] == '%';
      bytes += is_code ? static_cast<char>(std::stoi(uri.substr(i + 1, 2), nullptr, 16)) : uri[i];
      if (is_code) i += 2;
    }
    CHECK(bytes == kHostile);
    CHECK(uri.find_first_of(":?#\"<>\\ ") == std::string::npos);

    Sample sample;
    sample.audit.findings = {finding(Rule::missing_crate, "/lib/modules/7.2/build"), finding(Rule::missing_crate, "")};
    const auto places = sarif_of(sample)["results"];
    const auto place = [&](std::size_t i) {
      return places[i]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    };
    CHECK(place(0) == "file:///lib/modules/7.2/build");
    CHECK(place(1) == "linux-build");
  }

  TEST_CASE("sarif: a fingerprint outlives the message, and is no other finding's") {
    Sample sample;
    sample.audit.findings = {finding(Rule::missing_crate, "a", "ffi"), finding(Rule::missing_crate, "a", "uapi"),
                             finding(Rule::rustc_mixed, "a", "ffi"), finding(Rule::missing_crate, "b", "ffi"),
                             finding(Rule::missing_crate, "a", "ffi")};
    const auto prints = [&] {
      std::vector<std::string> all;
      const auto run = sarif_of(sample);
      for (const auto& result : run["results"]) all.push_back(result["partialFingerprints"].dump());
      return all;
    };
    const auto before = prints();
    CHECK(std::set(before.begin(), before.end()).size() == 5);
    for (auto& one : sample.audit.findings) one.message = "another hash";
    CHECK(prints() == before);
  }

  TEST_CASE("sarif: all results say whether they are suppressed, and no text holds a placeholder") {
    const auto results = sarif_of(hostile())["results"];
    CHECK(results[0]["suppressions"] == nlohmann::json::array());
    CHECK(results[1]["suppressions"][0]["kind"] == "external");
    CHECK(holds(results[0]["message"]["text"].get<std::string>(), "{{0}}"));
  }

  TEST_CASE("github: one command per finding, and no text can end it or start another") {
    Sample sample;
    sample.audit.findings = {finding(Rule::missing_crate, "a,b:c%\n\xff"), finding(Rule::stale_artifact, "d"),
                             finding(Rule::stale_artifact, "e")};
    sample.audit.findings[0].message = "x::y, 100%\nz";
    sample.audit.findings[1].severity = Severity::info;
    sample.audit.findings[2].waived = true;
    CHECK(write_github_report(sample.input()) ==
          "::error file=a%2Cb%3Ac%25%0A\\xff,title=missing-crate%2C E0463::x::y, 100%25%0Az%0Afix: build it again\n"
          "::notice file=d,title=stale-artifact::it does not fit%0Afix: build it again\n"
          "verdict: 1 error, 1 info in no artifacts (1 waived)\n");
  }

  TEST_CASE("html: the page loads nothing and runs nothing") {
    const auto page = write_html_report(hostile().input());
    for (const auto* tag :
         {"<script", "</script", "<b>&", "<img", "<link", "<iframe", "src=", "href=", "url(", "@import"})
      CHECK_MESSAGE(!holds(page, tag), tag);
    CHECK(holds(page, "<code>r\\xff/]]&gt;"));
  }

  TEST_CASE("html: the crates stand in the picture, and a missing one is marked") {
    Sample sample;
    sample.artifacts = {crate_file("core", "11111111aa"),
                        crate_file("kernel", "22222222bb", {on("core", "11111111aa"), on("ffi", "3")})};
    CHECK(count(write_html_report(sample.input()), "<g class=\"crate") == 2);  // nobody misses ffi: not drawn
    sample.audit.findings = {finding(Rule::missing_crate, "rust/libkernel.rmeta", "ffi")};
    const auto page = write_html_report(sample.input());
    CHECK(count(page, "<g class=\"crate\">") == 1);
    CHECK(count(page, "<g class=\"crate blamed\">") == 1);
    CHECK(count(page, "<g class=\"crate missing\">") == 1);
    CHECK(count(page, "class=\"edge broken\"") == 1);
    CHECK(count(page, "class=\"edge\"") == 1);
    CHECK(holds(page, ">11111111</text>"));
    CHECK(holds(page, "<td>rmeta</td><td>target</td><td><code>core</code></td>"));
  }

  TEST_CASE("html: more crates than a picture holds are said to be too many") {
    Sample sample;
    for (int i = 0; i < 301; ++i) sample.artifacts.push_back(crate_file(fmt::format("c{}", i), fmt::format("{}", i)));
    const auto page = write_html_report(sample.input());
    CHECK(!holds(page, "<svg"));
    CHECK(holds(page, "301 crates are too many"));
  }
}
