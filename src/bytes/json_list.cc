// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/json_list.h"

#include "bytes/budget.h"

namespace rartifacts {

bool read_json_list(std::string_view text, std::string_view name,
                    const std::function<void(const nlohmann::json& element)>& take) {
  constexpr std::uint64_t kStepsPerByte = Budget::kWorkPerByte + 16;  // a text may be read under many names
  constexpr int kListDepth = 1, kElementDepth = 2, kDeepest = 16;
  if (!work(kStepsPerByte * text.size())) return false;
  using Event = nlohmann::json::parse_event_t;
  bool is_in_list = false;
  const auto keeps = [&](int depth, Event event, nlohmann::json& value) {
    if (event == Event::key && depth == kListDepth) return is_in_list = value.get_ref<const std::string&>() == name;
    if (event == Event::object_start || event == Event::array_start) return depth < kDeepest;
    if (!is_in_list || depth != kElementDepth || event == Event::key) return true;
    take(value);
    return false;
  };
  const auto root = nlohmann::json::parse(text, keeps, false);
  const auto list = root.is_object() ? root.find(name) : root.end();
  return root.is_object() && list != root.end() && list->is_array();
}

}  // namespace rartifacts
