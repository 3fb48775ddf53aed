// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Proving names
// =============
//
// A hash is made of what a key has (item_keys.cc), so it tells whether key and name were read as they were written. Most items of a
// large crate are private and nobody asks for them: beyond the first ones, which show that the layout is right, and those that words
// are found by, a definition is proved with all that it is in when its name is asked for: a table, a row or a byte that is wrong cannot
// pass.
//
// A name that is a word of rustc's own table is stored as an index into it; for the first use of an index words are tried until the hash
// comes out (word_search.cc).
#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_set>

#include "bytes/unicode.h"
#include "metadata/item_file.h"
#include "metadata/word_search.h"

namespace rartifacts {
namespace {

constexpr std::uint8_t kNameEnd = 0xff;

std::unexpected<Error> wrong_hash(DefIndex index) {
  return unknown_items("the hash of definition {} does not come out", index);
}

}  // namespace

/// What is hashed for one definition after the other. All before the name stays while words are tried.
class HashedKey {
 public:
  explicit HashedKey(const ItemFile& file) : file_(file), is_proc_macro_(file.crate.is_proc_macro.value_or(false)) {
    for (std::size_t i = 0; i < file.encoding.tags.size(); ++i)
      tags_[static_cast<std::size_t>(file.encoding.tags[i])] = static_cast<std::uint8_t>(i);
    if (file.hashes_crate) put<8>(file.crate_id);
    parent_at_ = size_;
  }

  /// Begins with another definition. The hash of a proc macro is that of the function behind it.
  void begin(const Definition& key) {
    size_ = parent_at_;
    put<8>(file_.hash(key.parent));
    const bool is_macro = is_proc_macro_ && key.data == DefData::macro_ns;
    put<1>(tags_[static_cast<std::size_t>(is_macro ? DefData::value_ns : key.data)]);
    name_at_ = size_;
    number_ = key.number;
  }

  /// Up to 1.85 what rustc makes for `-> impl Trait` in a trait has an empty name, and some releases leave that out here.
  bool has_hash(std::optional<std::string_view> name, std::uint64_t expected) {
    if (name && name->empty() && has_hash(std::nullopt, expected)) return true;
    size_ = name_at_;
    if (name) {
      if (bytes_.size() < name_at_ + name->size() + kAfterName) bytes_.resize(name_at_ + name->size() + kAfterName);
      std::memcpy(bytes_.data() + size_, name->data(), name->size());
      size_ += name->size();
      put<1>(kNameEnd);
    }
    put<4>(number_);
    return siphash(file_.encoding.rounds, SipOutput::bits128, Bytes(bytes_).first(size_)) == expected;
  }

 private:
  static constexpr std::size_t kAfterName = 5;

  template <unsigned kWidth>
  void put(std::uint64_t value) {
    auto* at = bytes_.data() + size_;
    for (unsigned i = 0; i < kWidth; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
    size_ += kWidth;
  }

  const ItemFile& file_;
  bool is_proc_macro_;
  std::array<std::uint8_t, 32> tags_{};  ///< of each DefData
  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(256);
  std::size_t size_ = 0, parent_at_ = 0, name_at_ = 0;
  std::uint32_t number_ = 0;
};

class Prover {
 public:
  explicit Prover(ItemFile& file) : file_(file), hashed_(file), is_proved_(file.definitions.size()) {
    file_.predefined.clear();
    file_.unresolved.clear();
  }

  /// Finds the words of predefined symbols in [begin, end), each by the first definition that has it.
  void find_words(DefIndex begin, DefIndex end) {
    for (auto i = begin; i < end; ++i) {
      const auto& key = file_.definitions[i];
      if (!key.is_absent && key.predefined() < Definition::kNone && !file_.predefined.find(key.predefined()))
        find_word(i, key.predefined());
    }
  }

  /// The first definition before `end` whose hash does not come out; 0: there is none.
  DefIndex first_wrong(DefIndex end) {
    for (DefIndex i = 1; i < end; ++i)
      if (!proves(i)) return i;
    return 0;
  }

  /// One by its own hash. True of what has a word for a name that is not known, and is not given out: there is no name to prove.
  bool proves(DefIndex index) {
    const auto& key = file_.definitions[index];
    if (is_proved_[index] || key.is_absent || file_.unresolved.contains(key.predefined())) return true;
    if (is_proc_macro_ && !has_name_of_function(key)) return true;
    hashed_.begin(key);
    const bool is_anonymous = key.data == DefData::desugared_anonymous_lifetime;
    return is_proved_[index] = hashed_.has_hash(is_anonymous ? "'_" : file_.name(key), file_.hash(index));
  }

  /// The same of one and all that it is in.
  DefIndex first_wrong_above(DefIndex index) {
    for (; index != 0 && !is_proved_[index]; index = file_.definitions[index].parent)
      if (!proves(index)) return index;
    return 0;
  }

 private:
  /// Of a proc macro, once its kind is known: only a derive macro has another name than the function behind it.
  bool has_name_of_function(const Definition& key) const {
    if (key.kind == 0 || key.data != DefData::macro_ns) return false;
    const auto text = file_.kinds[key.kind - 1].text;
    return text != "Macro(Derive)" && text != "Macro(MacroKinds(4))";
  }

  void find_word(DefIndex index, std::uint32_t symbol) {
    if (file_.unresolved.contains(symbol)) return;
    hashed_.begin(file_.definitions[index]);
    if (!words_) words_.emplace(file_.header.rustc);  // a proc macro as a rule needs none
    const auto expected = file_.hash(index);
    const auto word = words_->find(symbol, [&](std::string_view name) { return hashed_.has_hash(name, expected); });
    if (word) file_.predefined.add(symbol, *word);
    else file_.unresolved.emplace(symbol, index);
  }

  ItemFile& file_;
  HashedKey hashed_;
  bool is_proc_macro_ = file_.crate.is_proc_macro.value_or(false);
  std::vector<bool> is_proved_;
  std::optional<WordSearch> words_;
};

Result<void> begin_proof(ItemFile& file) {
  constexpr DefIndex kFirst = 100;
  const auto end = static_cast<DefIndex>(file.definitions.size());
  const auto first = std::min(kFirst, end);
  file.prover = std::make_shared<Prover>(file);
  file.prover->find_words(1, first);
  if (const auto wrong = file.prover->first_wrong(first)) return wrong_hash(wrong);
  file.prover->find_words(first, end);
  return {};
}

Result<void> finish_proof(ItemFile& file) {
  if (const auto wrong = file.prover->first_wrong(static_cast<DefIndex>(file.definitions.size())))
    return wrong_hash(wrong);
  return {};
}

void prove(ItemFile& file, DefIndex index) {
  if (!file.problem)
    if (const auto wrong = file.prover->first_wrong_above(index)) file.problem = wrong_hash(wrong).error();
}

void harvest_words(ItemFile& file) {
  constexpr std::uint64_t kLookedAt = std::uint64_t{8} << 20;
  constexpr std::size_t kMostWords = 100'000;
  constexpr std::size_t kMostSymbols = 60;
  if (file.unresolved.empty() || file.unresolved.size() > kMostSymbols) return;
  auto bytes = file.blob.fetch(0, std::min(file.header.root, kLookedAt));
  if (!bytes) return;
  constexpr std::size_t kLongest = 60;
  std::unordered_set<std::string_view> seen;
  HashedKey hashed(file);
  const auto text = as_text(*bytes);
  for (std::size_t at = 0; at < text.size() && seen.size() < kMostWords && !file.unresolved.empty(); ++at) {
    if (!is_word_character(text[at])) continue;
    const auto start = at;
    while (at < text.size() && is_word_character(text[at])) ++at;
    const auto word = text.substr(start, at - start);
    if (word.size() > kLongest || !seen.insert(word).second) continue;
    std::erase_if(file.unresolved, [&](const auto& open) {
      const auto& [symbol, user] = open;
      const auto& key = file.definitions[user];
      hashed.begin(key);
      if (!hashed.has_hash(word, file.hash(user))) return false;
      file.predefined.add(symbol, word);
      return true;
    });
  }
}

}  // namespace rartifacts
