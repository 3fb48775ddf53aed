// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/json_tree.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <istream>
#include <utility>
#include <vector>

#include "bytes/size_limits.h"

namespace rartifacts {
namespace {

using Value = nlohmann::json;
enum class Rest { kept, dropped };

class TreeBuilder final : public nlohmann::json_sax<Value> {
 public:
  TreeBuilder(TextParts& bytes, std::string_view list, const TakeJson& take, Rest rest)
      : bytes_(bytes), list_(list), take_(take), rest_(rest) {}

  bool null() override { return put(nullptr, 0); }
  bool boolean(bool value) override { return put(value, 0); }
  bool number_integer(number_integer_t value) override { return put(value, 0); }
  bool number_unsigned(number_unsigned_t value) override { return put(value, 0); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return put(value, 0); }
  bool string(string_t& text) override {
    const auto size = kText + text.size();
    return put(std::move(text), 2 * size);  // what is made of it has its copy
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool key(string_t& text) override {
    key_ = std::move(text);
    if (open_.size() == 1) is_in_list_ = take_ && key_ == list_;
    return charge(kMember + key_.size());
  }
  bool start_object(std::size_t /*size*/) override { return open(Value::object()); }
  bool start_array(std::size_t /*size*/) override { return open(Value::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return stop(bytes_.error().value_or(Error{ErrorKind::malformed, "damaged, or not JSON", position}));
  }

  JsonTree tree;
  std::optional<Error> error;

 private:
  // What malloc gives for each of them: a node of a map and a string in it, a map or a list, a text.
  static constexpr std::uint64_t kMember = 96, kContainer = 64, kText = 48, kPlace = 32;
  static constexpr std::size_t kDeepest = 16, kElementDepth = 2;

  bool is_dropped() const { return rest_ == Rest::dropped && !is_in_list_ && !open_.empty(); }
  bool is_element() const {
    return is_in_list_ && open_.size() == kElementDepth && open_.back() && open_.back()->is_array();
  }

  bool put(Value value, std::uint64_t size) {
    if (!charge(kPlace + size)) return false;
    if (is_dropped()) return true;
    const bool is_whole = is_element();
    auto& placed = place(std::move(value));
    return is_whole ? hand_out(placed) : true;
  }

  bool open(Value value) {
    if (open_.size() == kDeepest)
      return stop({ErrorKind::malformed, fmt::format("nested deeper than {} levels", kDeepest), {}});
    if (!charge(kPlace + kContainer)) return false;
    open_.push_back(is_dropped() ? nullptr : &place(std::move(value)));
    return true;
  }

  bool close() {
    const auto* value = open_.back();
    open_.pop_back();
    return is_element() ? hand_out(*value) : true;
  }

  Value& place(Value value) {
    if (open_.empty()) return tree.root = std::move(value);
    auto& parent = *open_.back();
    return parent.is_array() ? parent.emplace_back(std::move(value)) : parent[key_] = std::move(value);
  }

  bool hand_out(const Value& element) {
    const auto taken = take_(element, tree);
    if (!taken) return stop(taken.error());
    open_.back()->clear();
    element_ = Held();
    return true;
  }

  bool charge(std::uint64_t size) {
    bytes_.begin_value();
    if (is_dropped()) return true;
    auto& held = is_in_list_ && open_.size() >= kElementDepth ? element_ : tree.held;
    const auto grown = held.grow(size);
    return grown ? true : stop(grown.error());
  }

  bool stop(Error why) {
    error = std::move(why);
    return false;
  }

  TextParts& bytes_;
  std::string_view list_;
  const TakeJson& take_;
  Rest rest_;
  std::vector<Value*> open_;  ///< from the root on, null what is dropped; none of them moves before it is closed
  std::string key_;           ///< of the member that comes next
  bool is_in_list_ = false;
  Held element_;
};

}  // namespace

TextParts::int_type TextParts::underflow() {
  constexpr std::uint64_t kStepsPerByte = 16;
  if (!error_ && of_value_ > size_limits::recorded_text.most) error_ = over(size_limits::recorded_text).error();
  const auto size = error_ ? 0 : fill();
  if (const auto charged = work(kStepsPerByte * size); !charged) error_ = charged.error();
  if (size == 0 || error_) return traits_type::eof();
  of_value_ += size;
  setg(part_.data(), part_.data(), part_.data() + size);
  return traits_type::to_int_type(part_.front());
}

std::size_t TextParts::fill() {
  if (fd_ < 0) {
    const auto size = text_.copy(part_.data(), part_.size());
    text_.remove_prefix(size);
    return size;
  }
  ssize_t got = 0;
  do got = read(fd_, part_.data(), part_.size());
  while (got < 0 && errno == EINTR);
  if (got < 0) error_ = Error{ErrorKind::io, fmt::format("cannot be read: {}", std::strerror(errno)), std::nullopt};
  if (got <= 0) return 0;
  credit_read(static_cast<std::uint64_t>(got));
  return static_cast<std::size_t>(got);
}

std::string_view TextParts::start() {
  if (gptr() == egptr()) underflow();
  const std::string_view part(gptr(), static_cast<std::size_t>(egptr() - gptr()));
  return part.substr(std::min(part.find_first_not_of(" \t\r\n"), part.size()));
}

namespace {

Result<JsonTree> build(TextParts& bytes, std::string_view name, const TakeJson& take, Rest rest) {
  TreeBuilder builder(bytes, name, take, rest);
  std::istream stream(&bytes);
  if (!Value::sax_parse(stream, &builder)) return std::unexpected(*builder.error);
  return std::move(builder.tree);
}

}  // namespace

Result<JsonTree> read_json_tree(TextParts& bytes, std::string_view name, const TakeJson& take) {
  return build(bytes, name, take, Rest::kept);
}

Result<JsonTree> read_json_tree(std::string_view text) {
  TextParts bytes(text);
  return build(bytes, {}, {}, Rest::kept);
}

Result<bool> read_json_list(std::string_view text, std::string_view name,
                            const std::function<Result<void>(const Value& element)>& take) {
  TextParts bytes(text);
  const auto tree =
      build(bytes, name, [&](const Value& element, const JsonTree&) { return take(element); }, Rest::dropped);
  if (!tree) return pass(tree);
  const auto list = tree->root.is_object() ? tree->root.find(name) : tree->root.end();
  return tree->root.is_object() && list != tree->root.end() && list->is_array();
}

}  // namespace rartifacts
