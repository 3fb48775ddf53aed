// SPDX-License-Identifier: MIT OR Apache-2.0
#include "manifest/recorded_tree.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <istream>
#include <utility>
#include <vector>

#include "bytes/size_limits.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

using Value = nlohmann::json;
using TakeElement = std::function<Result<void>(const RecordedTree& partial, const Value& element)>;

class TreeBuilder final : public nlohmann::json_sax<Value> {
 public:
  TreeBuilder(RecordedBytes& bytes, std::string_view list, const TakeElement& take)
      : bytes_(bytes), list_(list), take_(take) {}

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

  RecordedTree tree;
  std::optional<Error> error;

 private:
  // What malloc gives for each of them: a node of a map and a string in it, a map or a list, a text.
  static constexpr std::uint64_t kMember = 96, kContainer = 64, kText = 48, kPlace = 32;
  static constexpr std::size_t kDeepest = 16, kElementDepth = 2;

  bool is_element() const { return is_in_list_ && open_.size() == kElementDepth && open_.back()->is_array(); }

  bool put(Value value, std::uint64_t size) {
    if (!charge(kPlace + size)) return false;
    const bool is_whole = is_element();
    auto& placed = place(std::move(value));
    return is_whole ? hand_out(placed) : true;
  }

  bool open(Value value) {
    if (open_.size() == kDeepest)
      return stop({ErrorKind::malformed, fmt::format("nested deeper than {} levels", kDeepest), {}});
    if (!charge(kPlace + kContainer)) return false;
    open_.push_back(&place(std::move(value)));
    return true;
  }

  bool close() {
    bytes_.begin_value();
    auto& value = *open_.back();
    open_.pop_back();
    return is_element() ? hand_out(value) : true;
  }

  Value& place(Value value) {
    if (open_.empty()) return tree.root = std::move(value);
    auto& parent = *open_.back();
    return parent.is_array() ? parent.emplace_back(std::move(value)) : parent[key_] = std::move(value);
  }

  bool hand_out(const Value& element) {
    const auto taken = take_(tree, element);
    if (!taken) return stop(taken.error());
    open_.back()->clear();
    element_ = Held();
    return true;
  }

  bool charge(std::uint64_t size) {
    bytes_.begin_value();
    auto& held = is_in_list_ && open_.size() >= kElementDepth ? element_ : tree.held;
    const auto grown = held.grow(size);
    return grown ? true : stop(grown.error());
  }

  bool stop(Error why) {
    error = std::move(why);
    return false;
  }

  RecordedBytes& bytes_;
  std::string_view list_;
  const TakeElement& take_;
  std::vector<Value*> open_;  ///< from the root on; none of them moves before it is closed
  std::string key_;           ///< of the member that comes next
  bool is_in_list_ = false;
  Held element_;
};

}  // namespace

RecordedBytes::int_type RecordedBytes::underflow() {
  if (error_) return traits_type::eof();
  if (of_value_ > size_limits::recorded_text.most) {
    error_ = over(size_limits::recorded_text).error();
    return traits_type::eof();
  }
  std::size_t size = 0;
  if (fd_ < 0) {
    size = text_.copy(part_.data(), part_.size());
    text_.remove_prefix(size);
  } else {
    ssize_t got = 0;
    do got = read(fd_, part_.data(), part_.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) {
      error_ = fail_errno("cannot be read").error();
      return traits_type::eof();
    }
    size = static_cast<std::size_t>(got);
    credit_read(size);
  }
  of_value_ += size;
  setg(part_.data(), part_.data(), part_.data() + size);
  return size == 0 ? traits_type::eof() : traits_type::to_int_type(part_.front());
}

std::string_view RecordedBytes::start() {
  if (gptr() == egptr()) underflow();
  const std::string_view part(gptr(), static_cast<std::size_t>(egptr() - gptr()));
  return part.substr(std::min(part.find_first_not_of(" \t\r\n"), part.size()));
}

Result<std::string> RecordedBytes::whole() {
  std::string text;
  while (sgetc() != traits_type::eof()) {
    text.append(gptr(), static_cast<std::size_t>(egptr() - gptr()));
    setg(eback(), egptr(), egptr());
    begin_value();
    if (text.size() > size_limits::manifest.most) return over(size_limits::manifest);
  }
  if (error_) return std::unexpected(*error_);
  return text;
}

Result<RecordedTree> read_recorded_tree(RecordedBytes& bytes, std::string_view name, const TakeElement& take) {
  TreeBuilder builder(bytes, name, take);
  std::istream stream(&bytes);
  if (!Value::sax_parse(stream, &builder)) return std::unexpected(*builder.error);
  return std::move(builder.tree);
}

Result<RecordedTree> read_recorded_tree(std::string_view text) {
  RecordedBytes bytes(text);
  return read_recorded_tree(bytes, {}, {});
}

}  // namespace rartifacts
