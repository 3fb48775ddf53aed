// SPDX-License-Identifier: MIT OR Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "bytes/budget.h"
#include "bytes/json_tree.h"
#include "bytes/size_limits.h"
#include "manifest/recorded_object.h"
#include "report/ndjson.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

constexpr std::string_view kEnding = ".ndjson";

/// The lines of a file, one at a time, none of them larger than a limit.
class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd) {}

  /// The next line without its end; nothing behind the last one.
  Result<std::optional<std::string_view>> next() {
    line_.clear();
    for (;;) {
      const auto rest = std::string_view(buffer_.data(), filled_).substr(at_);
      const auto end = rest.find('\n');
      line_ += rest.substr(0, end);
      if (line_.size() > size_limits::report_line.most) return over(size_limits::report_line);
      if (end != rest.npos) {
        at_ += end + 1;
        return line_;
      }
      const auto got = ::read(fd_, buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_errno("cannot be read");
      at_ = 0;
      filled_ = static_cast<std::size_t>(got);
      credit_read(filled_);
      if (got == 0) return line_.empty() ? std::nullopt : std::optional<std::string_view>(line_);
    }
  }

 private:
  int fd_;
  std::array<char, std::size_t{64} * 1024> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::string line_;
};

std::optional<Rule> rule_in(const RecordedObject& line) {
  const auto id = line.needed_text("rule");
  const auto rule = rule_of(id);
  if (!rule) line.reject("rule", fmt::format("is {}, which this version does not know", id));
  return rule;
}

std::string needed_bytes(const RecordedObject& line, const char* name) {
  if (!line.has(name)) line.reject(name, "is missing");
  return line.bytes(name).value_or("");
}

Finding read_finding(const RecordedObject& line) {
  Finding finding;
  finding.rule = rule_in(line).value_or(Rule::no_artifacts);
  finding.severity = line.one_of<Severity>("severity", 3).value_or(Severity::error);
  finding.path = needed_bytes(line, "path");
  finding.crate = line.bytes("crate").value_or("");
  finding.rustc_error = line.bytes("rustc_error").value_or("");
  finding.message = needed_bytes(line, "message");
  finding.evidence = line.all_bytes("evidence");
  std::ranges::sort(finding.evidence);
  finding.fix = line.bytes("fix").value_or("");
  finding.waived = line.boolean("waived").value_or(false);
  finding.waiver_reason = line.bytes("waiver_reason").value_or("");
  return finding;
}

// One part, line by line.
class PartReader {
 public:
  PartReader(std::vector<JudgedSet>& sets, std::set<std::string>& roots, bool keeps_passed)
      : sets_(sets), roots_(roots), keeps_passed_(keeps_passed) {}

  Result<void> take(std::string_view text) {
    std::optional<Error> error;
    std::uint64_t kept = 0;
    {
      const auto tree = read_json_tree(text);
      if (!tree) return pass(tree);
      const RecordedObject line(tree->root, "", error, "the line");
      const auto kind = line.needed_text("kind");
      const auto version = line.number("version");
      if (!error && version > 1)
        return fail(ErrorKind::unsupported, "version {} of these lines: this program knows version 1", version);
      if (version == 0) line.reject("version", "is missing");
      if (!error) take_kind(kind, line);
      if (error) return std::unexpected(*error);
      if (kind != "passed" || keeps_passed_) kept = 2 * text.size() + sizeof(JudgedSet);
    }
    return keep(kept);
  }

  Result<void> finish() const {
    if (open_runs_ > 0 || !open_.empty())
      return fail(ErrorKind::truncated, "breaks off before a run of audit has ended");
    if (!has_run_)
      return fail(ErrorKind::empty, "empty: audit --report ndjson writes at least where it begins and ends");
    return {};
  }

 private:
  void take_kind(const std::string& kind, const RecordedObject& line) {
    if (kind == "run") return begin(line);
    if (open_runs_ == 0) return line.reject("", "stands outside of a run, between its `run` and its `end`");
    if (kind == "end") return void(--open_runs_);
    const auto name = needed_bytes(line, "set");
    if (kind == "passed") return take_passed(set_called(name, line), line);
    if (kind == "finding") return set_called(name, line).audit.findings.push_back(read_finding(line));
    if (kind == "problem")
      return set_called(name, line)
          .problems.push_back({needed_bytes(line, "path"), Error{ErrorKind::io, needed_bytes(line, "message"), {}}});
    if (kind == "set") return take_end(name, line);
    line.reject("kind", fmt::format("is {}: not a line of audit --report ndjson", kind));
  }

  void begin(const RecordedObject& line) {
    roots_.insert(needed_bytes(line, "root"));
    ++open_runs_;
    has_run_ = true;
  }

  void take_passed(JudgedSet& set, const RecordedObject& line) const {
    const auto path = needed_bytes(line, "path");
    for (const auto& id : line.texts("rules")) {
      const auto rule = rule_of(id);
      if (!rule) return line.reject("rules", fmt::format("holds {}, which this version does not know", id));
      if (keeps_passed_) set.audit.passed.emplace_back(*rule, path);
    }
  }

  void take_end(const std::string& name, const RecordedObject& line) {
    auto& set = set_called(name, line);
    set.is_judged = line.needed_text("verdict") != "nothing";
    set.entries = line.number("entries");
    set.shipping = line.number("shipping");
    set.judged = line.number("judged");
    set.audit.crates = line.number("crates");
    set.audit.lacks_config = line.boolean("lacks_config").value_or(false);
    line.each("unchecked", [&](const RecordedObject& each) {
      set.audit.unchecked.push_back(
          {needed_bytes(each, "crate"), each.needed_text("svh"), needed_bytes(each, "needed_by")});
    });
    ended_.insert(*open_.find(name));
    open_.erase(name);
  }

  JudgedSet& set_called(const std::string& name, const RecordedObject& line) {
    if (ended_.contains(name))
      line.reject("set",
                  fmt::format("is {} once more: write each run over the same path into a file of its own", name));
    const auto [place, is_new] = open_.try_emplace(name, sets_.size());
    if (is_new) sets_.push_back({.name = name});
    return sets_[place->second];
  }

  std::vector<JudgedSet>& sets_;
  std::set<std::string>& roots_;
  bool keeps_passed_;
  std::size_t open_runs_ = 0;
  bool has_run_ = false;
  std::map<std::string, std::size_t> open_;   ///< index of each set that has not ended
  std::map<std::string, std::size_t> ended_;  ///< the others
};

void put_in_front(const std::string& label, JudgedSet& set) {
  const auto put = [&](std::string& path) {
    if (path == ".") path = label;
    else path = label + (path.starts_with('/') ? "" : "/") + path;
  };
  put(set.name);
  for (auto& finding : set.audit.findings) put(finding.path);
  for (auto& [rule, path] : set.audit.passed) put(path);
  for (auto& crate : set.audit.unchecked) put(crate.needed_by);
  for (auto& problem : set.problems) put(problem.path);
}

}  // namespace

Result<void> ReportParts::read(int fd, const std::string& name) {
  std::vector<JudgedSet> sets;
  std::set<std::string> roots;
  PartReader reader(sets, roots, keeps_passed_);
  LineReader lines(fd);
  std::size_t number = 1;
  for (;; ++number) {
    const auto line = lines.next();
    if (!line) return fail(line.error().kind, "line {}: {}", number, line.error().what);
    if (!*line) break;
    if ((*line)->find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (auto taken = reader.take(**line); !taken)
      return fail(taken.error().kind, "line {}: {}", number, describe(taken.error()));
  }
  if (auto finished = reader.finish(); !finished)
    return number == 1 ? finished : fail(finished.error().kind, "line {}: {}", number - 1, finished.error().what);
  roots_.merge(roots);
  parts_.push_back({name.ends_with(kEnding) ? name.substr(0, name.size() - kEnding.size()) : name, std::move(sets)});
  return {};
}

std::string ReportParts::root() const { return roots_.size() == 1 ? *roots_.begin() : "."; }

Result<std::vector<JudgedSet>> ReportParts::take() {
  std::map<std::string, int> parts_with;
  for (const auto& part : parts_)
    for (const auto& set : part.sets) ++parts_with[set.name];
  std::vector<JudgedSet> sets;
  for (auto& part : parts_)
    for (auto& set : part.sets) {
      // Where there is no file to blame, it is the set.
      for (auto& finding : set.audit.findings)
        if (finding.path.empty()) finding.path = set.name;
      if (parts_with[set.name] > 1) put_in_front(part.label, set);
      sets.push_back(std::move(set));
    }
  parts_.clear();
  std::ranges::sort(sets, {}, &JudgedSet::name);
  const auto twice = std::ranges::adjacent_find(sets, {}, &JudgedSet::name);
  if (twice != sets.end())
    return fail(ErrorKind::malformed, "{} is reported on twice: was a part named twice?", twice->name);
  return sets;
}

}  // namespace rartifacts
