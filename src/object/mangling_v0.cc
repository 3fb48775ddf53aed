// SPDX-License-Identifier: MIT OR Apache-2.0
//
// v0 names
// ========
//
// RFC 2603. A name is a path from a crate root to an item, in prefix notation; numbers are in base 62, and what was written
// once is later named by its position (a back reference):
//
//     _R NvC4core3foo                          core::foo: N = nested, v = in the value namespace, C = crate root
//     _R NvMs_NtC4core3fmtNtB4_9Arguments3new  <core::fmt::Arguments>::new: M = inherent impl, B4_ = what stands at 4
//
// The path of an impl (M, X) tells in which crate it stands and is not printed. After the name, a generic function has the crate
// that instantiated it, which is where its code is.
//
// Back references make a short name long: ten letters can double what is printed. So there is one walk, which either checks
// the grammar and follows nothing, or prints, and then gives up behind kMaxSteps and kMaxText.
#include "object/mangling_v0.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "bytes/budget.h"
#include "bytes/unicode.h"

#include "object/punycode.h"

namespace rartifacts {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxSteps = 100'000;
constexpr std::size_t kMaxText = 64 * 1024;

constexpr std::string_view kBasicTypes = "abcdefhijlmnopstuvxyz";
constexpr std::array<std::string_view, 21> kBasicTypeNames{"i8",    "bool",  "char", "f64", "str",  "f32",  "u8",
                                                           "isize", "usize", "i32",  "u32", "i128", "u128", "_",
                                                           "i16",   "u16",   "()",   "...", "i64",  "u64",  "!"};

std::string_view basic_type(char tag) {
  return kBasicTypeNames[std::min(kBasicTypes.find(tag), kBasicTypes.size() - 1)];
}

struct Identifier {
  std::uint64_t disambiguator = 0;
  std::string_view text;
  bool is_punycode = false;
};

// Recursive descent, bounded in depth. Every function eats its production or sets `bad_`.
class V0 {
 public:
  V0(std::string_view name, bool prints) : name_(name.substr(0, name.find('.'))), follows_(prints), prints_(prints) {}

  bool parse() {
    while (at_ < name_.size() && is_digit(name_[at_])) ++at_;
    if (is_one_of("C")) return false;  // a crate is no symbol, but a function of C can be called _RC4_init
    path(true);
    if (!bad_ && at_ < name_.size() && is_one_of("CMXYNIB")) {
      auto outer = std::exchange(crate_, {});
      silently([&] { path(false); });
      if (crate_.empty()) crate_ = std::move(outer);
    }
    return !bad_ && at_ == name_.size();
  }
  std::size_t steps() const { return steps_; }
  RustName take() { return {std::move(out_), crate_.empty() ? std::nullopt : std::optional(std::move(crate_))}; }

 private:
  // ---- Letters, numbers ----

  bool is_one_of(std::string_view set) const { return at_ < name_.size() && set.find(name_[at_]) != set.npos; }
  bool eat(char c) {
    if (at_ >= name_.size() || name_[at_] != c) return false;
    ++at_;
    return true;
  }
  char take_one() {
    if (at_ >= name_.size() || (follows_ && ++steps_ > kMaxSteps)) return bad_ = true, '\0';
    return name_[at_++];
  }
  std::uint64_t base62() {
    if (eat('_')) return 0;
    std::uint64_t value = 0;
    while (!bad_ && !eat('_')) {
      const char c = take_one();
      std::uint64_t digit = 0;
      if (is_digit(c)) digit = static_cast<std::uint64_t>(c - '0');
      else if (c >= 'a' && c <= 'z') digit = static_cast<std::uint64_t>(c - 'a') + 10;
      else if (c >= 'A' && c <= 'Z') digit = static_cast<std::uint64_t>(c - 'A') + 36;
      else bad_ = true;
      if (value > (UINT64_MAX - 62) / 62) bad_ = true;
      value = value * 62 + digit;
    }
    return value + 1;
  }
  std::uint64_t optional_base62(char tag) { return eat(tag) ? base62() + 1 : 0; }
  Identifier identifier() {
    Identifier id;
    id.disambiguator = optional_base62('s');
    id.is_punycode = eat('u');
    if (at_ >= name_.size() || !is_digit(name_[at_])) return bad_ = true, id;
    std::size_t length = 0;
    if (!eat('0'))
      while (at_ < name_.size() && is_digit(name_[at_]) && length < 100000)
        length = length * 10 + static_cast<std::size_t>(take_one() - '0');
    eat('_');
    if (length > name_.size() - at_) return bad_ = true, id;
    id.text = name_.substr(at_, length);
    at_ += length;
    return id;
  }

  // ---- Printing ----

  void print(std::string_view text) {
    if (!prints_ || bad_) return;
    if (out_.size() + text.size() > kMaxText) return void(bad_ = true);
    out_ += text;
  }
  void print_number(std::uint64_t value) { print(std::to_string(value)); }
  void print(const Identifier& id) {
    if (!id.is_punycode) return print(id.text);
    const auto decoded = punycode(id.text);
    print(decoded ? *decoded : "punycode{" + std::string(id.text) + "}");
  }
  template <class Production>
  void silently(const Production& production) {
    const bool before = std::exchange(prints_, false);
    production();
    prints_ = before;
  }
  template <class Production>
  std::size_t separated(std::string_view separator, const Production& production) {
    std::size_t count = 0;
    for (; !bad_ && !eat('E'); ++count) {
      if (count > 0) print(separator);
      production();
    }
    return count;
  }
  // A back reference leads to an earlier place, so following them ends; but there can be very many.
  template <class Production>
  void back_reference(const Production& production) {
    const auto here = at_ - 1;
    const auto place = base62();
    if (place >= here) return void(bad_ = true);
    if (bad_ || !follows_) return;
    const auto after = std::exchange(at_, static_cast<std::size_t>(place));
    production();
    at_ = after;
  }

  // ---- Paths ----

  void path(bool is_value) {
    if (bad_ || ++depth_ > kMaxDepth) return void(bad_ = true);
    switch (const char tag = take_one()) {
      case 'C': crate_root(); break;
      case 'M':
      case 'X':
        optional_base62('s');
        silently([&] { path(false); });
        self_type(tag == 'X');
        break;
      case 'Y': trait_item(); break;
      case 'N': nested(is_value); break;
      case 'I':
        path(is_value);
        print(is_value ? "::<" : "<");
        separated(", ", [&] { generic_argument(); });
        print(">");
        break;
      case 'B': back_reference([&] { path(is_value); }); break;
      default: bad_ = true;
    }
    --depth_;
  }
  void crate_root() {
    const auto id = identifier();
    if (crate_.empty() && follows_) {
      const auto decoded = id.is_punycode ? punycode(id.text) : std::nullopt;
      crate_ = decoded ? *decoded : std::string(id.text);
    }
    print(id);
  }
  void self_type(bool has_trait) {
    print("<");
    type();
    if (has_trait) print(" as "), path(false);
    print(">");
  }
  // `<T as Trait>::method`: the method is the trait's own, so its crate counts.
  void trait_item() {
    const auto outer = crate_;
    print("<");
    type();
    print(" as ");
    crate_ = outer;
    path(false);
    print(">");
  }
  void nested(bool is_value) {
    const char space = take_one();
    path(is_value);
    const auto id = identifier();
    if (space >= 'A' && space <= 'Z') {
      print("::{");
      print(space == 'C' ? "closure" : space == 'S' ? "shim" : std::string_view(&space, 1));
      if (!id.text.empty()) print(":"), print(id);
      print("#");
      print_number(id.disambiguator);
      print("}");
    } else if (space < 'a' || space > 'z') {
      bad_ = true;
    } else if (!id.text.empty()) {
      print("::");
      print(id);
    }
  }
  void generic_argument() {
    if (eat('L')) return lifetime(base62());
    if (eat('K')) return constant(false);
    type();
  }
  // 0 is `'_`, others count the binders outwards.
  void lifetime(std::uint64_t index) {
    print("'");
    if (index == 0) return print("_");
    if (!follows_) return;
    if (index > binders_) return void(bad_ = true);
    const auto depth = binders_ - index;
    const char letter = static_cast<char>('a' + depth % 26);
    if (depth < 26) return print(std::string_view(&letter, 1));
    print("_");
    print_number(depth);
  }
  template <class Production>
  void in_binder(const Production& production) {
    const auto before = binders_;
    const auto count = optional_base62('G');
    if (count > 0) {
      print("for<");
      for (std::uint64_t i = 0; follows_ && !bad_ && i < count; ++i) {
        if (++steps_ > kMaxSteps) bad_ = true;
        if (i > 0) print(", ");
        ++binders_;
        lifetime(1);
      }
      print("> ");
    }
    production();
    binders_ = before;
  }

  // ---- Types ----

  void type() {
    if (bad_ || ++depth_ > kMaxDepth) return void(bad_ = true);
    if (is_one_of("CMXYNI")) path(false);
    else if (is_one_of(kBasicTypes)) print(basic_type(take_one()));
    else compound_type(take_one());
    --depth_;
  }
  void compound_type(char tag) {
    switch (tag) {
      case 'A':
      case 'S':
        print("[");
        type();
        if (tag == 'A') print("; "), constant(true);
        print("]");
        break;
      case 'P': print("*const "), type(); break;
      case 'O': print("*mut "), type(); break;
      case 'R':
      case 'Q':
        print("&");
        if (eat('L'))
          if (const auto index = base62(); index != 0) lifetime(index), print(" ");
        if (tag == 'Q') print("mut ");
        type();
        break;
      case 'T': {
        print("(");
        print(separated(", ", [&] { type(); }) == 1 ? ",)" : ")");
        break;
      }
      case 'F': in_binder([&] { function(); }); break;
      case 'D':
        print("dyn ");
        in_binder([&] { separated(" + ", [&] { dynamic_trait(); }); });
        if (!eat('L')) return void(bad_ = true);
        if (const auto index = base62(); index != 0) print(" + "), lifetime(index);
        break;
      case 'B': back_reference([&] { type(); }); break;
      case 'W':
        type();
        print(" is ");
        pattern();
        break;
      default: bad_ = true;
    }
  }
  void function() {
    if (eat('U')) print("unsafe ");
    if (eat('K')) {
      std::string abi = "C";
      if (!eat('C')) abi = identifier().text;
      std::ranges::replace(abi, '_', '-');
      print("extern \"" + abi + "\" ");
    }
    print("fn(");
    separated(", ", [&] { type(); });
    print(")");
    if (eat('u')) return;
    print(" -> ");
    type();
  }
  void dynamic_trait() {
    bool is_open = open_path();
    while (!bad_ && eat('p')) {
      print(is_open ? ", " : "<");
      is_open = true;
      print(identifier());
      print(" = ");
      type();
    }
    if (is_open) print(">");
  }
  // A path whose generic arguments are not closed yet: associated types come into the same brackets.
  bool open_path() {
    bool is_open = false;
    if (bad_ || ++depth_ > kMaxDepth) return bad_ = true, false;
    if (eat('B')) {
      back_reference([&] { is_open = open_path(); });
    } else if (eat('I')) {
      path(false);
      print("<");
      separated(", ", [&] { generic_argument(); });
      is_open = true;
    } else {
      path(false);
    }
    --depth_;
    return is_open;
  }
  void pattern() {
    if (bad_ || ++depth_ > kMaxDepth) return void(bad_ = true);
    if (eat('R')) constant(true), print("..="), constant(true);
    else if (eat('O')) separated(" | ", [&] { pattern(); });
    else if (eat('N')) print("!null");
    else bad_ = true;
    --depth_;
  }

  // ---- Constants ----

  void constant(bool is_value) {
    if (bad_ || ++depth_ > kMaxDepth) return void(bad_ = true);
    const char tag = take_one();
    // Behind `<` only literals can stand without braces.
    const bool is_compound = std::string_view("eQATV").find(tag) != std::string_view::npos ||
                             (tag == 'R' && at_ < name_.size() && name_[at_] != 'e');
    if (is_compound && !is_value) print("{");
    switch (tag) {
      case 'p': print("_"); break;
      case 'B': back_reference([&] { constant(is_value); }); break;
      case 'e': print("*"), string_literal(); break;
      case 'R':
      case 'Q':
        if (tag == 'R' && eat('e')) string_literal();
        else print(tag == 'R' ? "&" : "&mut "), constant(true);
        break;
      case 'A':
        print("[");
        separated(", ", [&] { constant(true); });
        print("]");
        break;
      case 'T':
        print("(");
        print(separated(", ", [&] { constant(true); }) == 1 ? ",)" : ")");
        break;
      case 'V': path(true), fields(); break;
      default: leaf(tag);
    }
    if (is_compound && !is_value) print("}");
    --depth_;
  }
  void fields() {
    if (eat('U')) return;
    if (eat('T')) {
      print("(");
      separated(", ", [&] { constant(true); });
      print(")");
    } else if (eat('S')) {
      print(" { ");
      separated(", ", [&] {
        print(identifier());
        print(": ");
        constant(true);
      });
      print(" }");
    } else {
      bad_ = true;
    }
  }
  std::string_view hex_digits() {
    const auto begin = at_;
    while (!bad_ && !eat('_')) {
      const char c = take_one();
      if (!is_digit(c) && (c < 'a' || c > 'f')) bad_ = true;
    }
    return bad_ ? std::string_view() : name_.substr(begin, at_ - 1 - begin);
  }
  // Of more than 64 bits: nothing.
  static std::optional<std::uint64_t> number(std::string_view hex) {
    hex.remove_prefix(std::min(hex.find_first_not_of('0'), hex.size()));
    if (hex.size() > 16) return std::nullopt;
    std::uint64_t value = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    return value;
  }
  void leaf(char tag) {
    if (std::string_view("abchijlmnostxy").find(tag) == std::string_view::npos) return void(bad_ = true);
    if (std::string_view("aslxni").find(tag) != std::string_view::npos && eat('n')) print("-");
    const auto hex = hex_digits();
    const auto value = number(hex);
    if (tag == 'b') {
      if (value && *value <= 1) return print(*value == 1 ? "true" : "false");
      bad_ = true;
    } else if (tag == 'c') {
      if (!value || *value > 0x10ffff) return void(bad_ = true);
      print("'" + escaped(static_cast<std::uint32_t>(*value), '\'') + "'");
    } else if (value) {
      print_number(*value);
    } else {
      print("0x" + std::string(hex));
    }
  }
  static std::string escaped(std::uint32_t c, char quote) {
    switch (c) {
      case '\t': return "\\t";
      case '\n': return "\\n";
      case '\r': return "\\r";
      case '\\': return "\\\\";
      default: break;
    }
    if (c == static_cast<std::uint32_t>(quote)) return {'\\', quote};
    if (c >= 0x20 && c < 0x7f) return {static_cast<char>(c)};
    return fmt::format("\\u{{{:x}}}", c);
  }
  // UTF-8, two hex digits for each byte.
  void string_literal() {
    const auto hex = hex_digits();
    if (hex.size() % 2 != 0) return void(bad_ = true);
    std::string text;
    for (std::size_t i = 0; i < hex.size(); i += 2) text += static_cast<char>(number(hex.substr(i, 2)).value_or(0));
    if (!is_utf8(text)) return void(bad_ = true);
    print("\"");
    for (const char c : text) print((c & 0x80) != 0 ? std::string(1, c) : escaped(static_cast<std::uint32_t>(c), '"'));
    print("\"");
  }

  std::string_view name_;
  std::size_t at_ = 0;
  bool follows_;  ///< back references
  bool prints_;
  bool bad_ = false;
  int depth_ = 0;
  std::size_t steps_ = 0;
  std::uint64_t binders_ = 0;
  std::string out_;
  std::string crate_;
};

}  // namespace

bool is_v0(std::string_view rest) { return V0(rest, false).parse(); }

std::optional<RustName> demangle_v0(std::string_view rest) {
  V0 name(rest, true);
  const bool is_one = name.parse();
  add_work(16 * name.steps());
  return is_one ? std::optional(name.take()) : std::nullopt;
}

}  // namespace rartifacts
