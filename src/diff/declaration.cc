// SPDX-License-Identifier: MIT OR Apache-2.0
#include "diff/declaration.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bytes/budget.h"
#include "bytes/unicode.h"

namespace rartifacts {
namespace {

/// Goes through Rust source, token by token, as far as it takes to know where brackets and strings end.
class RustTokens {
 public:
  RustTokens(std::string_view source, std::size_t at) : text_(source), at_(at), began_(at) {}
  RustTokens(const RustTokens&) = delete;
  RustTokens& operator=(const RustTokens&) = delete;
  ~RustTokens() { add_work(kStepsPerByte * (at_ - began_)); }

  /// The next one, of which `=>` is one; empty at the end.
  std::string_view next() {
    skip_space();
    start_ = at_;
    if (at_ >= text_.size()) return {};
    const char c = text_[at_];
    if (is_identifier_part(c)) identifier_or_raw_string();
    else if (c == '"') string();
    else if (c == '\'') character_or_lifetime();
    else at_ += text_.substr(at_).starts_with("=>") ? 2 : 1;
    return text_.substr(start_, at_ - start_);
  }

  std::size_t start() const { return start_; }  ///< of the token that came last
  std::size_t end() const { return at_; }

  /// Passes over what is left of a group whose bracket came last. False when it does not end.
  bool skip_group() {
    for (int depth = 1; depth > 0;) {
      const auto token = next();
      if (token.empty()) return false;
      if (is_opening(token)) ++depth;
      if (is_closing(token)) --depth;
    }
    return true;
  }

  static bool is_opening(std::string_view token) { return token == "(" || token == "[" || token == "{"; }
  static bool is_closing(std::string_view token) { return token == ")" || token == "]" || token == "}"; }

 private:
  static bool is_identifier_part(char c) { return is_word_character(c) || static_cast<unsigned char>(c) >= 0x80; }

  void skip_space() {
    for (; at_ < text_.size(); ++at_) {
      const auto rest = text_.substr(at_);
      if (rest.starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size() - 1);
      } else if (rest.starts_with("/*")) {
        skip_block_comment();
      } else if (rest[0] != ' ' && rest[0] != '\t' && rest[0] != '\n' && rest[0] != '\r') {
        return;
      }
    }
  }

  /// Ends at its last character.
  void skip_block_comment() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const auto two = text_.substr(at_, 2);
      if (two == "/*") ++depth, ++at_;
      else if (two == "*/" && (++at_, --depth == 0)) return;
    }
  }

  void identifier_or_raw_string() {
    while (at_ < text_.size() && is_identifier_part(text_[at_])) ++at_;
    const auto word = text_.substr(start_, at_ - start_);
    const auto quote = text_.find_first_not_of('#', at_);
    if ((word != "r" && word != "br" && word != "cr") || quote == text_.npos || text_[quote] != '"') return;
    const auto end = '"' + std::string(text_.substr(at_, quote - at_));
    const auto found = text_.find(end, quote + 1);
    at_ = found == text_.npos ? text_.size() : found + end.size();
  }

  void string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    at_ = std::min(at_ + 1, text_.size());
  }

  void character_or_lifetime() {
    constexpr std::size_t kLongest = 12;  // '\u{10ffff}'
    ++at_;
    if (at_ < text_.size() && text_[at_] == '\\') {
      const auto end = text_.find('\'', at_ + 2);
      at_ = end == text_.npos ? text_.size() : end + 1;
      return;
    }
    // One character and a quote; what has no quote so soon, or begins a word that has none, is a lifetime.
    const auto end = text_.substr(at_, kLongest).find('\'');
    const bool is_one = end != text_.npos && end > 0 &&
                        std::ranges::count_if(text_.substr(at_, end), [](char c) { return (c & 0xc0) != 0x80; }) == 1;
    if (is_one) at_ += end + 1;
  }

  static constexpr std::uint64_t kStepsPerByte = 8;

  std::string_view text_;
  std::size_t at_, began_, start_ = 0;
};

bool has_token(std::string_view text, std::string_view word) {
  RustTokens tokens(text, 0);
  for (auto token = tokens.next(); !token.empty(); token = tokens.next())
    if (token == word) return true;
  return false;
}

/// On one line, as rustfmt would have it on one: without comments, and where `drops_commas` without those that end a list.
std::string tidied(std::string_view text, bool drops_commas) {
  std::string line;
  RustTokens tokens(text, 0);
  std::string_view before;
  std::size_t before_end = 0;
  int angles = 0;
  bool has_comma = false, follows_opening = false;
  for (auto token = tokens.next(); !token.empty(); token = tokens.next()) {
    const bool has_space = tokens.start() > before_end;
    const bool opens_angle = token == "<" && !has_space;
    const bool closes_angle = token == ">" && before != "-" && angles > 0;
    angles += opens_angle ? 1 : closes_angle ? -1 : 0;
    const bool closes = token == ")" || token == "]" || closes_angle;
    if (std::exchange(has_comma, false) && !(drops_commas && (closes || token == "}"))) line += ',';
    const bool is_spaced = has_space && !follows_opening && !closes && token != ",";
    if (!line.empty() && (is_spaced || before == "{" || token == "}")) line += ' ';
    follows_opening = token == "(" || token == "[" || opens_angle;
    before = token;
    before_end = tokens.end();
    if (token == ",") has_comma = true;
    else line += token;
  }
  if (has_comma) line += ',';
  return line;
}

/// How much of a head is compared, and how far behind it the rest is looked for.
constexpr std::size_t kLongestDeclaration = std::size_t{64} << 10;

/// To the `;` that ends it or, of what has one, to its block.
std::optional<std::string> head_and_rest(std::string_view source, std::string_view head, std::size_t end,
                                         bool has_block) {
  RustTokens tokens(source, end);
  std::string out(head);
  auto from = end;
  int angles = 0;  // in them a block is an argument
  std::string_view before;
  for (bool is_first = true;; is_first = false) {
    const auto token = tokens.next();
    if (token.empty() || RustTokens::is_closing(token)) return std::nullopt;
    angles += token == "<" ? 1 : token == ">" && before != "-" ? -1 : 0;
    const bool is_argument = angles > 0 || before == "=";
    before = token;
    if (token == ";" || (has_block && token == "{" && !is_argument))
      return out += source.substr(from, tokens.start() - from);
    if (!RustTokens::is_opening(token)) continue;
    if (!tokens.skip_group()) return std::nullopt;
    if (has_block && is_first) from = tokens.end();  // the fields of a tuple are items of their own
  }
}

/// Whether the head of a constant goes on with what it is.
bool has_value(std::string_view source, std::size_t end) { return RustTokens(source, end).next() == "="; }

/// What each rule of a macro takes, without what it makes of that.
std::optional<std::string> macro_rules_text(std::string_view source, std::string_view head, std::size_t end) {
  RustTokens tokens(source, end);
  auto token = tokens.next();
  std::string out(head);
  if (token == "(" && !has_token(head, "macro_rules")) {  // macro name(…) { … }
    const auto from = tokens.start();
    if (!tokens.skip_group()) return std::nullopt;
    return out += source.substr(from, tokens.end() - from);
  }
  if (!RustTokens::is_opening(token)) return std::nullopt;
  out += " {";
  for (token = tokens.next(); !RustTokens::is_closing(token); token = tokens.next()) {
    if (token == ";") continue;
    const auto from = tokens.start();
    while (token != "=>") {
      if (token.empty() || (RustTokens::is_opening(token) && !tokens.skip_group())) return std::nullopt;
      token = tokens.next();
    }
    (out += ' ') += source.substr(from, tokens.start() - from);
    out += "=> …;";
    if (!RustTokens::is_opening(tokens.next()) || !tokens.skip_group()) return std::nullopt;
  }
  return out += " }";
}

}  // namespace

std::string declaration_text(std::string_view source, const SourceSpan& span, ItemKind kind, std::string_view name) {
  const auto head = source.substr(span.offset, std::min<std::uint64_t>(span.length, kLongestDeclaration));
  const auto end = span.offset + head.size();
  const auto near = source.substr(0, std::min(source.size(), end + kLongestDeclaration));
  // The span of what a macro makes may be that of its call.
  const auto declares = [&](std::string_view word) { return has_token(head, word) && head.contains(name); };
  std::optional<std::string> whole;
  switch (kind) {
    case ItemKind::type_alias:
    case ItemKind::assoc_type:
      if (declares("type")) whole = head_and_rest(near, head, end, false);
      break;
    case ItemKind::trait_alias:
      if (declares("trait")) whole = head_and_rest(near, head, end, false);
      break;
    case ItemKind::struct_type:
    case ItemKind::enum_type:
    case ItemKind::union_type:
    case ItemKind::trait:
      if (declares(name_of(kind))) whole = head_and_rest(near, head, end, true);
      break;
    case ItemKind::assoc_const:
      if (declares("const") && has_value(near, end)) whole = std::string(head) + " = …";
      break;
    case ItemKind::macro:
      if (declares("macro") || declares("macro_rules")) whole = macro_rules_text(near, head, end);
      break;
    default: break;
  }
  return tidied(whole ? *whole : head, kind != ItemKind::macro);
}

}  // namespace rartifacts
