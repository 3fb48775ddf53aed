// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/member_names.h"

#include <algorithm>
#include <climits>
#include <map>
#include <set>

#include "write/formats.h"

namespace rartifacts {
namespace {

/// What Kbuild appends to an object's name to make names of its own, such as `.NAME.cmd` and `NAME_shipped`.
constexpr std::size_t kRoomForSuffix = 16;
constexpr std::size_t kDeepestMember = 32;  ///< folders that a name may have

/// Objects without a source need a rule: it leaves the .cmd file that modpost reads for a module with a version, and lets
/// objtool look at the code as at what Kbuild compiles.
constexpr std::string_view kKbuildRule = R"($(addprefix $(obj)/,$({0}-objs)): $(obj)/%.o: $(src)/%.o_shipped FORCE
	$(call if_changed,extracted)
quiet_cmd_extracted = COPY    $@
      cmd_extracted = cat $< > $@ $(cmd_objtool)
)";

bool is_control_or_backslash(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || c == '\\';
}

// A name with slashes is a path below the directory: each part must be a name of its own.
Result<std::string> plain_name(const MemberFacts& member) {
  std::string_view name = member.name;
  if (member.external) name.remove_prefix(name.rfind('/') + 1);
  if (name.empty()) return fail(ErrorKind::malformed, "a member without a name");
  if (std::ranges::any_of(name, is_control_or_backslash))
    return fail(ErrorKind::malformed, "member {}: control characters and backslashes make no file name", name);
  std::size_t depth = 0;
  for (std::string_view rest = name;;) {
    const auto part = rest.substr(0, rest.find('/'));
    if (part.empty() || part == "." || part == "..")
      return fail(ErrorKind::escaping, "member {}: its name leads out of the directory", name);
    if (part.size() > NAME_MAX - kRoomForSuffix)
      return fail(ErrorKind::malformed, "member {}...: {} bytes are too long for a file name", part.substr(0, 32),
                  part.size());
    if (part.size() == rest.size()) break;
    if (++depth > kDeepestMember)
      return fail(ErrorKind::malformed, "member {}...: it lies in more than {} directories", name.substr(0, 32),
                  kDeepestMember);
    rest.remove_prefix(part.size() + 1);
  }
  return std::string(name);
}

std::string numbered(std::string_view name, std::size_t number) {
  const auto begin = name.rfind('/') + 1;  // 0 without a slash
  const auto dot = name.rfind('.');
  const auto stem = name.substr(0, dot <= begin ? name.npos : dot);
  return fmt::format("{}.{}{}", stem, number, name.substr(stem.size()));
}

}  // namespace

std::vector<Result<std::string>> file_names_of(const std::vector<MemberFacts>& members) {
  std::vector<Result<std::string>> names;
  std::set<std::string> taken;
  for (const auto& member : members) {
    names.push_back(plain_name(member));
    if (names.back()) taken.insert(*names.back());
  }
  std::map<std::string, std::size_t> last_number;
  for (auto& name : names) {
    if (!name) continue;
    auto& number = last_number[*name];
    if (++number == 1) continue;
    auto other = numbered(*name, number);
    while (!taken.insert(other).second) other = numbered(*name, ++number);
    *name = std::move(other);
  }
  return names;
}

Result<std::string> kbuild_lines(const std::string& name, const std::vector<std::string>& objects) {
  std::string out = name + "-objs :=";
  for (const auto& object : objects) {
    if (!is_plain_for_make(object))
      return fail(ErrorKind::unsupported, "{}: make cannot hold this name in a list", object);
    if (object == name + ".o")
      return fail(ErrorKind::unsupported,
                  "{0} is a member, so the composite object cannot be {0} too: give another name", object);
    out += " \\\n\t" + object;
  }
  return out + "\n" + fmt::format(kKbuildRule, name);
}

}  // namespace rartifacts
