// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The manifest in JSON
// ====================
//
// docs/manifest.schema.json describes it, src/write writes it. What is read back may have been written by anybody, so nothing
// is believed: members of another type are errors with the place where they stand, members that are not known are passed over.
//
// nlohmann_json makes a tree of values, some ten times as large as the text. A first pass that keeps nothing refuses what no
// manifest has, before there is a tree: more values, deeper nesting.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "bytes/budget.h"
#include "bytes/size_limits.h"
#include "manifest/manifest.h"

namespace rartifacts {
namespace {

using Value = nlohmann::json;

constexpr std::size_t kDeepest = 16;

/// Counts, and stops the parser when it is too much.
class Limits final : public nlohmann::json_sax<Value> {
 public:
  bool null() override { return count(); }
  bool boolean(bool) override { return count(); }
  bool number_integer(number_integer_t) override { return count(); }
  bool number_unsigned(number_unsigned_t) override { return count(); }
  bool number_float(number_float_t, const string_t&) override { return count(); }
  bool string(string_t&) override { return count(); }
  bool binary(binary_t&) override { return count(); }
  bool key(string_t&) override { return count(); }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error = Error{ErrorKind::malformed, "damaged, or not JSON", position};
    return false;
  }

  std::optional<Error> error;

 private:
  bool count() {
    constexpr std::uint64_t kCost = 24;  // of a value that stays
    if (auto kept = keep(kCost); !kept) return error = kept.error(), false;
    if (++values_ <= size_limits::manifest_values.most) return true;
    error = over(size_limits::manifest_values).error();
    return false;
  }
  bool enter() {
    if (++depth_ <= kDeepest) return count();
    error = Error{ErrorKind::malformed, fmt::format("nested deeper than {} levels", kDeepest), {}};
    return false;
  }
  bool leave() { return --depth_, true; }

  std::size_t values_ = 0;
  std::size_t depth_ = 0;
};

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  const auto padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 2) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t bits = 0;
    for (const char c : text.substr(i, 4)) {
      static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      const auto digit = c == '=' ? 0 : kAlphabet.find(c);
      if (digit == kAlphabet.npos) return std::nullopt;
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
    }
    for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
  }
  out.resize(out.size() - padding);
  return out;
}

/// An object of the manifest. The first thing that is wrong sticks in `error`, as with a Cursor; what is read afterwards is
/// empty. A member that is null counts as left out.
class RecordedObject {
 public:
  RecordedObject(const Value& value, std::string where, std::optional<Error>& error)
      : value_(value), where_(std::move(where)), error_(error) {
    if (!value.is_object()) reject("", "is not an object");
  }

  bool has(const char* name) const { return find(name) != nullptr; }

  std::optional<std::string> text(const char* name) const {
    const auto* member = find(name);
    if (!member) return std::nullopt;
    if (!member->is_string()) return reject(name, "is not a string"), std::nullopt;
    return member->get<std::string>();  // control characters and all, as its maker wanted it
  }
  std::string needed_text(const char* name) const {
    if (!has(name)) reject(name, "is missing");
    return text(name).value_or("");
  }
  std::optional<std::string> hex(const char* name) const {
    auto digits = text(name);
    if (digits && digits->find_first_not_of("0123456789abcdef") != digits->npos) reject(name, "is not a hash");
    return digits;
  }
  std::optional<bool> boolean(const char* name) const {
    const auto* member = find(name);
    if (!member) return std::nullopt;
    if (!member->is_boolean()) return reject(name, "is neither true nor false"), std::nullopt;
    return member->get<bool>();
  }
  std::uint64_t number(const char* name) const {
    const auto* member = find(name);
    if (!member) return 0;
    if (!member->is_number_unsigned()) return reject(name, "is not a number"), 0;
    return member->get<std::uint64_t>();
  }
  /// The exact bytes of a name: `<name>_base64` where it is given.
  std::optional<std::string> bytes(const char* name) const {
    const auto encoded = text(fmt::format("{}_base64", name).c_str());
    const auto* member = find(name);
    if (!member) return std::nullopt;
    if (!member->is_string()) return reject(name, "is not a string"), std::nullopt;
    if (!encoded) return member->get<std::string>();
    auto decoded = from_base64(*encoded);
    if (!decoded) reject(name, "has no valid base64 beside it");
    return decoded;
  }
  std::string path() const {
    const auto raw = bytes("path");
    if (!raw) return reject("path", "is missing"), "";
    auto path = path_below_root(*raw);
    if (!path) return reject("path", path.error().what), "";
    return *path;
  }
  std::optional<unsigned> mode() const {
    const auto digits = text("mode");
    if (!digits) return std::nullopt;
    if (digits->size() != 4 || digits->find_first_not_of("01234567") != digits->npos)
      return reject("mode", "is not a mode"), std::nullopt;
    return static_cast<unsigned>(std::stoul(*digits, nullptr, 8));
  }
  /// The enumerator, one of `count`, that is called what the member says.
  template <class Enum>
  std::optional<Enum> one_of(const char* name, std::size_t count) const {
    const auto word = text(name);
    if (!word) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i)
      if (name_of(static_cast<Enum>(i)) == *word) return static_cast<Enum>(i);
    reject(name, fmt::format("is {}, which is not known", *word));
    return std::nullopt;
  }
  std::optional<RecordedObject> object(const char* name) const {
    const auto* member = find(name);
    if (!member) return std::nullopt;
    return RecordedObject(*member, place(name), error_);
  }
  template <class Visit>
  void each(const char* name, const Visit& visit) const {
    const auto* member = find(name);
    if (!member) return;
    if (!member->is_array()) return reject(name, "is not an array");
    for (std::size_t i = 0; i < member->size() && !error_; ++i)
      visit(RecordedObject((*member)[i], fmt::format("{}[{}]", place(name), i), error_));
  }
  std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> all;
    const auto* member = find(name);
    if (!member) return all;
    if (!member->is_array()) return reject(name, "is not an array"), all;
    for (const auto& element : *member) {
      if (!element.is_string()) return reject(name, "holds something other than strings"), all;
      all.push_back(element.get<std::string>());
    }
    return all;
  }
  void reject(std::string_view name, std::string_view what) const {
    if (!error_) error_ = Error{ErrorKind::malformed, fmt::format("{} {}", place(name), what), {}};
  }

 private:
  const Value* find(const char* name) const {
    if (error_ || !value_.is_object()) return nullptr;
    const auto found = value_.find(name);
    return found == value_.end() || found->is_null() ? nullptr : &*found;
  }
  std::string place(std::string_view name) const {
    if (where_.empty()) return name.empty() ? "the manifest" : std::string(name);
    return name.empty() ? where_ : fmt::format("{}.{}", where_, name);
  }

  const Value& value_;
  std::string where_;
  std::optional<Error>& error_;
};

CrateName named_in(const RecordedObject& object) {
  CrateName name;
  name.text = object.text("name");
  return name;
}

Dependency read_dependency(const RecordedObject& object) {
  Dependency dependency;
  dependency.name = named_in(object);
  dependency.svh = object.hex("svh").value_or("");
  dependency.host_svh = object.hex("host_svh");
  dependency.kind = object.one_of<DependencyKind>("kind", 3).value_or(DependencyKind::unconditional);
  dependency.extra_filename = object.text("extra_filename").value_or("");
  dependency.is_private = object.boolean("private");
  return dependency;
}

Crate read_crate(const RecordedObject& object) {
  Crate crate;
  crate.name = named_in(object);
  crate.svh = object.hex("svh").value_or("");
  if (crate.svh.empty()) object.reject("svh", "is missing");
  crate.stable_crate_id = object.hex("stable_crate_id");
  crate.triple = object.needed_text("triple");
  crate.custom_target = object.text("custom_target");
  crate.edition = object.text("edition");
  crate.panic = object.one_of<PanicStrategy>("panic", 3);
  crate.panic_in_drop = object.one_of<PanicStrategy>("panic_in_drop", 3);
  crate.is_proc_macro = object.boolean("is_proc_macro");
  crate.is_stub = object.boolean("is_stub").value_or(false);
  crate.has_root = object.has("extra_filename");
  crate.extra_filename = object.text("extra_filename").value_or("");
  crate.flags.symbol_mangling = object.text("symbol_mangling");
  if (const auto flags = object.object("flags"))
    for (const auto& row : crate_flag_table) crate.flags.*row.member = flags->boolean(row.name);
  if (object.has("dependencies")) {
    crate.dependencies.emplace();
    object.each("dependencies",
                [&](const RecordedObject& each) { crate.dependencies->push_back(read_dependency(each)); });
  }
  return crate;
}

ElfFacts read_elf_facts(const RecordedObject& object) {
  ElfFacts elf;
  elf.elf_class = object.number("class") == 64 ? 64 : 32;
  elf.little_endian = object.text("endian") != "big";
  const auto machine = elf_machine_of(object.needed_text("machine"));
  const auto type = elf_type_of(object.needed_text("type"));
  if (!machine) object.reject("machine", "is not known");
  if (!type) object.reject("type", "is not known");
  elf.e_machine = machine.value_or(std::uint16_t{0});
  elf.e_type = type.value_or(std::uint16_t{0});
  elf.soname = object.text("soname");
  elf.needed = object.texts("needed");
  for (auto& version : object.texts("versions")) elf.versions.emplace_back("", std::move(version));
  elf.build_id = object.hex("build_id");
  return elf;
}

ObjectFacts read_object_facts(const RecordedObject& object) {
  ObjectFacts facts{.language = object.one_of<Language>("language", 4), .producer = object.text("producer")};
  if (object.has("traces"))
    object.each("traces", [&](const RecordedObject& each) {
      const auto name = each.needed_text("trace");
      const auto* row = std::ranges::find(rust_trace_table, name, &RustTraceRow::name);
      if (row == rust_trace_table.end()) each.reject("trace", "is not known");
      else facts.traces.push_back({row->trace, each.needed_text("evidence")});
    });
  if (object.has("crates"))
    object.each("crates", [&](const RecordedObject& each) {
      facts.crates.push_back(
          {each.needed_text("name"), each.text("version").value_or(""), each.text("source").value_or("")});
    });
  return facts;
}

Artifact read_artifact(const RecordedObject& object) {
  Artifact artifact{.path = object.path(), .recorded = true};
  const auto kind = kind_of(object.needed_text("kind"));
  if (!kind) object.reject("kind", "is not known");
  artifact.kind = kind.value_or(Kind::auxiliary);
  artifact.side = object.one_of<Side>("side", 2).value_or(Side::target);
  artifact.size = object.number("size");
  artifact.mode = object.mode();
  artifact.link_target = object.bytes("link_target");
  artifact.sha256 = object.text("sha256");
  if (artifact.sha256 && !is_sha256(*artifact.sha256)) object.reject("sha256", "is not a SHA-256 digest");
  if (auto rustc = object.text("rustc"); rustc && object.has("metadata_version")) {
    artifact.metadata.emplace();
    artifact.metadata->rustc = std::move(*rustc);
    artifact.metadata->version = static_cast<std::uint8_t>(object.number("metadata_version"));
  }
  if (const auto crate = object.object("crate")) artifact.crate = read_crate(*crate);
  if (const auto elf = object.object("elf")) artifact.elf = read_elf_facts(*elf);
  if (const auto made = object.object("object")) {
    artifact.object = read_object_facts(*made);
    if (!artifact.metadata) artifact.object->rustc = object.text("rustc");
    if (artifact.object->rustc) artifact.object->rustc_from = object.needed_text("rustc_from");
  }
  if (const auto macro = object.object("proc_macro"))
    artifact.proc_macro = ProcMacroFacts{
        .decls_symbol = macro->text("decls_symbol"),
        .rustc_section =
            macro->one_of<ProcMacroFacts::Section>("rustc_section", 3).value_or(ProcMacroFacts::Section::missing)};
  artifact.notes = object.texts("notes");
  return artifact;
}

}  // namespace

Result<RecordedManifest> read_manifest_json(std::string_view text) {
  Limits limits;
  if (!Value::sax_parse(text, &limits)) return std::unexpected(*limits.error);
  std::optional<Error> error;
  RecordedManifest manifest{.has_identities = true};
  // Each artifact is taken out of the tree as soon as it is whole.
  std::string list;
  std::size_t count = 0;
  const auto take = [&](int depth, Value::parse_event_t event, Value& parsed) {
    if (depth == 1 && event == Value::parse_event_t::key) list = parsed.get<std::string>(), count = 0;
    if (depth != 2 || event != Value::parse_event_t::object_end || list != "artifacts") return true;
    const RecordedObject each(parsed, fmt::format("artifacts[{}]", count++), error);
    if (!error) manifest.artifacts.push_back(read_artifact(each));
    return false;
  };
  const auto root = Value::parse(text, take, false);
  const RecordedObject object(root, "", error);
  const auto version = object.number("version");
  if (!error && version > 1)
    return fail(ErrorKind::unsupported, "version {} of the manifest: this program knows version 1", version);
  if (version == 0 || !object.has("artifacts")) object.reject("", "has no version or no artifacts: is it a manifest?");
  object.each("artifacts", [&](const RecordedObject& each) { manifest.artifacts.push_back(read_artifact(each)); });
  object.each("directories", [&](const RecordedObject& each) {
    manifest.directories.push_back({each.path(), each.bytes("link_target"), each.mode()});
  });
  if (error) return std::unexpected(*error);
  return manifest;
}

}  // namespace rartifacts
