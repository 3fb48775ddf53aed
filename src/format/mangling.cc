// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Rust symbol names
// =================
//
// Legacy:  _ZN <len><segment> … 17h<16 hex digits> E        the last segment is a hash; C++ names have none
// v0:      _R [decimal] <path> [<instantiating-crate>] ['.' suffix]
//
// A C function may start with `_R` too (`_RasMessage`, `_RegistrationConfirm` of nf_conntrack_h323), so a v0 name is only
// one when its whole path parses. The walk below follows the grammar of RFC 2603 and keeps nothing.
#include <rartifacts/object.h>

#include <algorithm>

namespace rartifacts {
namespace {

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_legacy(std::string_view name) {
  if (!name.starts_with("_ZN")) return false;
  name.remove_prefix(3);
  std::string_view last;
  while (!name.empty() && name[0] >= '0' && name[0] <= '9') {
    std::size_t length = 0;
    std::size_t digits = 0;
    while (digits < name.size() && digits < 5 && name[digits] >= '0' && name[digits] <= '9')
      length = length * 10 + static_cast<std::size_t>(name[digits++] - '0');
    name.remove_prefix(digits);
    if (length > name.size()) return false;
    last = name.substr(0, length);
    name.remove_prefix(length);
  }
  return name.starts_with('E') && last.size() == 17 && last[0] == 'h' && is_hex(last.substr(1));
}

// Recursive descent over RFC 2603, bounded in depth. Every function eats its production or sets `bad`.
class V0 {
 public:
  explicit V0(std::string_view rest) : rest_(rest) {}

  bool parse() {
    while (is_digit()) take();
    path();
    if (!bad_ && !rest_.empty() && is_one_of("CMXYNIB")) path();
    return !bad_ && (rest_.empty() || rest_[0] == '.');
  }

 private:
  bool is_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool is_one_of(std::string_view set) const { return !rest_.empty() && set.find(rest_[0]) != set.npos; }
  bool eat(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char take() {
    if (rest_.empty()) return bad_ = true, '\0';
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }
  void base62() {
    while (!bad_ && !eat('_')) {
      const char c = take();
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) bad_ = true;
    }
  }
  void optional_base62(char tag) {
    if (eat(tag)) base62();
  }
  void identifier() {
    optional_base62('s');
    eat('u');
    if (!is_digit()) return void(bad_ = true);
    std::size_t length = 0;
    if (!eat('0'))
      while (is_digit() && length < 100000) length = length * 10 + static_cast<std::size_t>(take() - '0');
    eat('_');
    if (length > rest_.size()) return void(bad_ = true);
    rest_.remove_prefix(length);
  }
  void path() {
    if (bad_ || ++depth_ > kMaxDepth) return void(bad_ = true);
    switch (take()) {
      case 'C': identifier(); break;
      case 'M': optional_base62('s'), path(), type(); break;
      case 'X': optional_base62('s'), path(), type(), path(); break;
      case 'Y': type(), path(); break;
      case 'N': take(), path(), identifier(); break;
      case 'I':
        path();
        while (!bad_ && !eat('E')) generic_argument();
        break;
      case 'B': base62(); break;
      default: bad_ = true;
    }
    --depth_;
  }
  void generic_argument() {
    if (eat('L')) return base62();
    if (eat('K')) return constant();
    type();
  }
  void type() {
    if (bad_ || ++depth_ > kMaxDepth) return void(bad_ = true);
    if (is_one_of("CMXYNI")) {
      path();
    } else if (is_one_of("abcdefhijlmnopstuvxyz")) {
      take();
    } else {
      switch (take()) {
        case 'A': type(), constant(); break;
        case 'S':
        case 'P':
        case 'O': type(); break;
        case 'R':
        case 'Q': optional_base62('L'), type(); break;
        case 'T':
          while (!bad_ && !eat('E')) type();
          break;
        case 'F': function(); break;
        case 'D': dynamic(); break;
        case 'B': base62(); break;
        case 'W': type(), pattern(); break;
        default: bad_ = true;
      }
    }
    --depth_;
  }
  void function() {
    optional_base62('G');
    eat('U');
    if (eat('K') && !eat('C')) identifier();
    while (!bad_ && !eat('E')) type();
    type();
  }
  void dynamic() {
    optional_base62('G');
    while (!bad_ && !eat('E')) {
      path();
      while (!bad_ && eat('p')) identifier(), type();
    }
    if (!eat('L')) return void(bad_ = true);
    base62();
  }
  void pattern() {
    if (eat('R')) return constant(), constant();
    if (eat('O')) {
      while (!bad_ && !eat('E')) pattern();
      return;
    }
    if (!eat('N')) bad_ = true;
  }
  void constant() {
    if (bad_ || ++depth_ > kMaxDepth) return void(bad_ = true);
    if (eat('p')) {
    } else if (eat('B')) {
      base62();
    } else if (is_one_of("RQ")) {
      take();
      if (eat('e')) hex_digits();
      else constant();
    } else if (is_one_of("AT")) {
      take();
      while (!bad_ && !eat('E')) constant();
    } else if (eat('V')) {
      variant();
    } else {
      type();
      eat('n');
      hex_digits();
    }
    --depth_;
  }
  void variant() {
    path();
    if (eat('U')) return;
    if (eat('T')) {
      while (!bad_ && !eat('E')) constant();
    } else if (eat('S')) {
      while (!bad_ && !eat('E')) identifier(), constant();
    } else {
      bad_ = true;
    }
  }
  void hex_digits() {
    while (!bad_ && !eat('_')) {
      const char c = take();
      if (!is_hex(std::string_view(&c, 1))) bad_ = true;
    }
  }

  static constexpr int kMaxDepth = 200;
  std::string_view rest_;
  int depth_ = 0;
  bool bad_ = false;
};

}  // namespace

bool is_rust_mangled(std::string_view symbol) {
  if (is_legacy(symbol)) return true;
  return symbol.starts_with("_R") && symbol.size() > 3 && V0(symbol.substr(2)).parse();
}

}  // namespace rartifacts
