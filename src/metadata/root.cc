// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The crate root
// ==============
//
// The root is the last thing rustc writes, and its first fields are what we want: who this crate is, and which crates it was
// compiled against. Two arrangements exist (`Layout::Root`):
//
//     name first (to 1.71)            header first (from 1.72)
//       name            symbol          triple          target
//       triple          target          hash            SVH
//       extra_filename  string          name            symbol
//       hash            SVH             is_proc_macro   bool
//       stable id                       is_stub         bool          (1.88; a stub ends here)
//                                       extra_filename  string
//                                       stable id
//     panic, panic_in_drop, edition, allocator and panic-handler flags, (plugin registrar), (externally implementable
//     items), crate_deps, k more LazyArrays, proc_macro_data, …, and at the very end six flags and the symbol mangling.
//
// Arrays stand elsewhere and are pointed at by distance ("lazy"): the first pointer of the root counts backwards from the
// root, each later one forwards from the previous.
//
// A wrong layout mostly runs into nonsense soon; the checks below make that "always", as far as 31 compilers could show:
// every bool is 0 or 1, every enum in range, every string is ended, UTF-8 and of its own alphabet, every pointer lies between
// the version string and the root, the dependencies are the first thing behind the version string, the counts of the arrays
// agree, and the proc-macro flag is the same in both places.
// Defined by: rust-lang/rust compiler/rustc_metadata/src/rmeta/mod.rs (CrateHeader, CrateRoot, CrateDep).
#include <algorithm>
#include <array>
#include <tuple>

#include "bytes/hex.h"
#include "bytes/unicode.h"
#include "metadata/dependency_pool.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kMaxMetadataString = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxDependencies = 20000;
constexpr std::size_t kLongestFileName = 255;  // NAME_MAX

bool is_word(std::string_view text, std::string_view more) {
  return !text.empty() &&
         std::ranges::all_of(text, [&](char c) { return is_ascii_alphanumeric(c) || more.find(c) != more.npos; });
}

// Whatever else -C extra-filename holds, rustc has made a file of that name.
bool is_extra_filename(std::string_view text) {
  return text.size() <= kLongestFileName &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '/'; });
}

bool is_cargo_hash(std::string_view text) {
  return text.size() >= 9 && text.size() <= 17 && text[0] == '-' &&
         text.substr(1).find_first_not_of("0123456789abcdef") == text.npos;
}

/// A dependency and the digits of its hashes, which stand nowhere in the file.
struct DecodedDependency {
  DependencyRecord record;
  std::array<char, 32> svh, host_svh;
  std::size_t digits = 0;
  bool has_host = false;

  /// Looks into the file, and at this.
  DependencyRecord whole() const {
    auto all = record;
    all.svh = {svh.data(), digits};
    if (has_host) all.host_svh = {host_svh.data(), digits};
    return all;
  }
};

class RootDecoder {
 public:
  RootDecoder(View blob, const MetadataHeader& header, const Layout& layout, NameCheck names = NameCheck::strict)
      : blob_(blob),
        header_(header),
        layout_(layout),
        names_(names),
        end_(blob.size() - footer_size(header)),
        root_(blob, header.root) {}

  const RootPlaces& places() const { return places_; }

  Result<Crate> decode() {
    Crate crate;
    if (header_.version < layout_.version_low || header_.version > layout_.version_high)
      return fail(ErrorKind::unsupported, "metadata version {} does not go with this layout", header_.version);
    if (header_.footer != has(Layout::kSpecTail))
      return fail(ErrorKind::unsupported, "the footer does not go with this layout");
    head(crate);
    if (root_.ok() && !crate.is_stub) body(crate);
    if (root_.ok() && root_.position() > end_)
      root_.reject(ErrorKind::truncated, "the crate root runs into the footer");
    if (!root_.ok()) return root_.error();
    return crate;
  }

  Result<Crate> decode_header() {
    Crate crate;
    header_fields(crate);
    if (!root_.ok()) return root_.error();
    return crate;
  }

 private:
  bool has(Layout::Has field) const { return (layout_.has & field) != 0; }
  void reject(std::string what) { root_.reject(ErrorKind::unsupported, std::move(what)); }

  // A text in the file.
  std::string_view string(Cursor& from) {
    const auto length = from.leb128(32);
    if (from.ok() && length > kMaxMetadataString) from.reject(ErrorKind::unsupported, "string of impossible length");
    const auto text = as_text(from.raw(length));
    if (header_.string_sentinels && from.u8() != kStringSentinel && from.ok())
      from.reject(ErrorKind::unsupported, "string without its end");
    if (from.ok() && !is_utf8(text)) from.reject(ErrorKind::unsupported, "string is not UTF-8");
    return text;
  }

  CrateName crate_name(Cursor& from) {
    const auto stored = stored_name(from);
    CrateName name;
    if (stored.text) name.text = *stored.text;
    name.predefined = stored.predefined;
    return name;
  }

  StoredName stored_name(Cursor& from) {
    StoredName name;
    const auto tag = layout_.symbol == Layout::Symbol::text ? 0 : from.u8();
    if (tag == 0) {
      name.text = string(from);
    } else if (tag == 1) {  // written before: the position of its length
      const auto at = from.leb128();
      if (from.ok() && (at < header_.after_version || at >= end_)) from.reject(ErrorKind::unsupported, "symbol offset");
      Cursor earlier(blob_, at);
      if (from.ok()) name.text = string(earlier);
      if (!earlier.ok()) from.reject(ErrorKind::unsupported, "symbol offset leads to no string");
    } else {
      name.predefined = static_cast<std::uint32_t>(from.leb128(32));
      if (from.ok() && (tag != 2 || *name.predefined >= kMaxPredefined))
        from.reject(ErrorKind::unsupported, "symbol tag");
    }
    // Names may lead back to one text, so a small file could hold many long ones.
    if (from.ok() && name.text && (name_bytes_ += name.text->size()) > kMaxMetadataString)
      from.reject(ErrorKind::unsupported, "crate names longer than any");
    if (from.ok() && name.text && names_ == NameCheck::strict && !is_crate_name(*name.text))
      from.reject(ErrorKind::unsupported, "not a crate name");
    return name;
  }

  // A hash that begins with 32 zero bits is no hash but some other field.
  static std::uint64_t hash(Cursor& from, std::uint64_t value) {
    if (from.ok() && value >> 32 == 0) from.reject(ErrorKind::unsupported, "a hash is a small number");
    return value;
  }

  // How many digits it has.
  std::size_t svh(Cursor& from, std::array<char, 32>& digits) {
    if (layout_.svh == Layout::Hash::leb128) return put_hex(digits.data(), hash(from, from.leb128())), 16;
    const Bytes raw = from.raw(16);
    if (raw.empty()) return 0;
    put_hex(digits.data(), load_le(raw, 8, 8));
    put_hex(digits.data() + 16, load_le(raw, 0, 8));
    return digits.size();
  }

  std::string svh(Cursor& from) {
    std::array<char, 32> digits;
    return {digits.data(), svh(from, digits)};
  }

  std::string stable_crate_id() {
    if (layout_.id == Layout::Id::id_leb128) return hex_digits(hash(root_, root_.leb128()));
    if (layout_.id == Layout::Id::id_raw) return hex_digits(hash(root_, root_.u64_le()));
    const Bytes raw = root_.raw(16);
    if (layout_.id == Layout::Id::disambiguator_id) return hex_digits(hash(root_, root_.leb128()));
    return raw.empty() ? std::string() : hex_digits(load_le(raw, 0, 8), load_le(raw, 8, 8));
  }

  std::uint8_t enumerator(Cursor& from, std::uint8_t count) {
    const auto value = from.u8();
    if (from.ok() && value >= count) from.reject(ErrorKind::unsupported, "enumerator out of range");
    return value;
  }

  void target(Crate& crate) {
    if (enumerator(root_, 2) == 0) {
      crate.triple = string(root_);
    } else if (layout_.target == Layout::Target::json) {
      crate.triple = string(root_);
      crate.target_json = string(root_);
    } else {
      crate.target_path = string(root_);
      auto stem = std::string_view(*crate.target_path);
      stem = stem.substr(stem.rfind('/') + 1);
      crate.triple = stem.substr(0, stem.rfind('.'));
    }
    if (root_.ok() && !is_word(crate.triple, "._+-")) reject("not a target triple");
  }

  std::string_view extra_filename(Cursor& from) {
    const auto text = string(from);
    if (from.ok() && names_ == NameCheck::strict && !is_extra_filename(text))
      from.reject(ErrorKind::unsupported, "not an extra filename");
    return text;
  }

  void head(Crate& crate) {
    if (layout_.root == Layout::Root::name_first) {
      crate.name = crate_name(root_);
      target(crate);
      crate.extra_filename = extra_filename(root_);
      crate.svh = svh(root_);
    } else {
      header_fields(crate);
      if (crate.is_stub) return;
      crate.extra_filename = extra_filename(root_);
    }
    crate.stable_crate_id = stable_crate_id();
  }

  // CrateHeader: the part that upstream promises to keep, or else to raise the metadata version.
  void header_fields(Crate& crate) {
    target(crate);
    crate.svh = svh(root_);
    crate.name = crate_name(root_);
    crate.is_proc_macro = root_.boolean();
    crate.is_stub = has(Layout::kStub) && root_.boolean();
    if (crate.is_stub && root_.ok() && root_.position() != end_) reject("a stub with more than a header");
  }

  void body(Crate& crate) {
    static constexpr std::string_view kEditions[] = {"2015", "2018", "2021", "2024"};
    crate.has_root = true;
    const auto strategy = [&] { return PanicStrategy{enumerator(root_, 3)}; };
    if (!has(Layout::kOptionalPanic) || root_.boolean()) crate.panic = strategy();
    if (has(Layout::kPanicInDrop)) crate.panic_in_drop = strategy();
    const auto edition = enumerator(root_, std::size(kEditions));
    if (!root_.ok()) return;
    crate.edition = kEditions[edition];
    crate.flags.has_global_allocator = root_.boolean();
    if (has(Layout::kAllocErrorHandler)) crate.flags.has_alloc_error_handler = root_.boolean();
    crate.flags.has_panic_handler = root_.boolean();
    crate.flags.has_default_lib_allocator = root_.boolean();
    if (has(Layout::kPluginRegistrar) && root_.boolean()) root_.leb128(32);
    if (has(Layout::kDeclsStatic)) {
      crate.is_proc_macro = root_.boolean();
      if (*crate.is_proc_macro) root_.leb128(32);
      if (root_.boolean()) reject("a crate with a stability attribute, which is not decoded");
    }
    std::uint64_t extern_items = 0;
    if (has(Layout::kExternItems) && (extern_items = root_.leb128(32)) > 0) lazy(extern_items);
    crate.dependencies = dependencies(extern_items > 0);
    if (layout_.arrays > 0) arrays(crate);
    if (has(Layout::kTailFlags)) tail(crate);
  }

  // The position a lazy pointer leads to. `count` elements stand there.
  std::uint64_t lazy(std::uint64_t count) {
    const auto distance = root_.leb128();
    const std::uint64_t minimum = layout_.lazy == Layout::Lazy::counted ? count : 0;
    if (!root_.ok()) return 0;
    std::uint64_t position = 0;
    if (previous_ != 0) {
      position = previous_ + distance;
    } else if (distance + minimum <= header_.root) {
      position = header_.root - distance - minimum;
    }
    if (distance > header_.root || position < header_.after_version || position + minimum > header_.root) {
      reject("a pointer out of the metadata");
      return 0;
    }
    previous_ = position + minimum;
    return position;
  }

  DecodedDependency dependency(Cursor& from) {
    DecodedDependency decoded;
    auto& dep = decoded.record;
    dep.name = stored_name(from);
    decoded.digits = svh(from, decoded.svh);
    decoded.has_host = from.boolean();
    if (decoded.has_host) svh(from, decoded.host_svh);
    const bool four = layout_.kinds == Layout::Kinds::four_kinds;
    const auto kind = enumerator(from, four ? 4 : 3);
    // 1.41 tells macros that it does not re-export from others; both are macros only.
    dep.kind = DependencyKind{static_cast<std::uint8_t>(four && kind > 0 ? kind - 1 : kind)};
    dep.extra_filename = extra_filename(from);
    if (has(Layout::kPrivateDependency)) dep.is_private = from.boolean();
    return decoded;
  }

  Dependencies dependencies(bool after_extern_items) {
    std::vector<DecodedDependency> all;
    const auto count = root_.leb128(32);
    if (root_.ok() && count > kMaxDependencies) reject("dependency count");
    if (!root_.ok()) return {};
    if (count == 0) {
      // rustc writes the dependencies first. If something there reads as one, the list is not really empty.
      Cursor from(blob_, header_.after_version);
      const auto dep = dependency(from);
      if (from.ok() && is_cargo_hash(dep.record.extra_filename))
        reject("dependencies stand there, but the list is empty");
      return {};
    }
    const auto position = lazy(count);
    if (root_.ok() && !after_extern_items && position != header_.after_version)
      reject("the dependencies do not stand behind the version string");
    Cursor from(blob_, position);
    // Each takes 20 bytes at least; more than are there are no reason to take memory.
    all.reserve(std::min(count, (header_.root - std::min(header_.root, position)) / 20));
    for (std::uint64_t i = 0; i < count && root_.ok(); ++i) {
      all.push_back(dependency(from));
      if (!from.ok()) reject("a dependency record cannot be read");
    }
    if (root_.ok() && from.position() > header_.root) reject("the dependencies run into the crate root");
    if (!root_.ok()) return {};
    std::vector<DependencyRecord> records;
    records.reserve(all.size());
    for (const auto& decoded : all) records.push_back(decoded.whole());
    return DependencyPool::list(records);
  }

  // `offset`: how far behind the native libraries the array stands.
  void note_native(int offset, std::uint64_t position, std::uint64_t count) {
    if (offset == 0) std::tie(places_.native, places_.native_count) = std::tuple(position, count);
    if (offset == 1) places_.native_end = position;
  }

  // The arrays behind crate_deps; the first holds one Option<0 dynamic | 1 static> for each dependency of a dylib.
  void arrays(Crate& crate) {
    for (int i = 0; i < layout_.arrays && root_.ok(); ++i) {
      const auto count = root_.leb128(32);
      if (count == 0) continue;
      const auto position = lazy(count);
      if (layout_.native > 0) note_native(i - layout_.native, position, count);
      if (i != 0 || !root_.ok()) continue;
      if (count != crate.dependencies->size()) return reject("linkage formats and dependencies differ in number");
      Cursor from(blob_, position);
      for (std::uint64_t k = 0; k < count && from.ok(); ++k)
        if (from.boolean()) enumerator(from, 2);
      if (!from.ok()) return reject("a linkage format cannot be read");
    }
    const bool is_proc_macro = root_.boolean();
    if (root_.ok() && crate.is_proc_macro.value_or(is_proc_macro) != is_proc_macro)
      reject("the proc-macro flag differs between header and root");
    crate.is_proc_macro = is_proc_macro;
    if (is_proc_macro) {
      // ProcMacroData: proc_macro_decls_static, stability, macros
      root_.leb128(32);
      if (root_.boolean()) return;
      places_.macro_count = root_.leb128(32);
      if (places_.macro_count > 0) places_.macros = lazy(places_.macro_count);
    }
    places_.tables = root_.position();
    places_.previous = previous_;
    places_.end = end_;
  }

  // The root ends with these, so they are found from the end, whatever lies between.
  void tail(Crate& crate) {
    static constexpr const char* kMangling[] = {"legacy", "v0", "hashed"};
    const std::uint64_t size = has(Layout::kSpecTail) ? 8 : 7;
    // The eighth byte came in the middle of the 1.81 nightlies.
    constexpr int kLastUnsure = 81;
    const bool is_unsure =
        !header_.release || (!header_.release->channel.empty() && header_.release->minor <= kLastUnsure);
    if (!root_.ok() || is_unsure || end_ < root_.position() + size) return;
    Cursor from(blob_, end_ - size);
    bool flag[6];
    for (bool& value : flag) value = from.boolean();
    const auto mangling = enumerator(from, 3);
    if (has(Layout::kSpecTail)) from.boolean();
    if (!from.ok() && header_.footer) reject("the flags at the end of the root are none");
    if (!from.ok()) return;  // no footer says where the end is: other bytes may follow it
    crate.flags.compiler_builtins = flag[0];
    crate.flags.needs_allocator = flag[1];
    crate.flags.needs_panic_runtime = flag[2];
    crate.flags.no_builtins = flag[3];
    crate.flags.panic_runtime = flag[4];
    crate.flags.profiler_runtime = flag[5];
    crate.flags.symbol_mangling = kMangling[mangling];
    if (has(Layout::kTargetModifiers))
      crate.target_modifiers = read_target_modifiers(blob_, header_.root, end_ - size, has(Layout::kMitigations));
  }

  View blob_;
  const MetadataHeader& header_;
  const Layout& layout_;
  NameCheck names_;
  std::uint64_t name_bytes_ = 0;  ///< of all crate names
  std::uint64_t end_;
  Cursor root_;
  std::uint64_t previous_ = 0;  ///< where the last lazy pointer led; 0: there was none
  RootPlaces places_;
};

}  // namespace

// rustc_session::output::validate_crate_name: alphanumeric or `_`, and not empty. A digit may come first. What Unicode calls
// alphanumeric grows with each version; what is none of it in any version stays away.
bool is_crate_name(std::string_view text) {
  if (is_word(text, "_")) return true;
  if (text.empty() || !is_utf8(text)) return false;
  while (!text.empty()) {
    const auto sequence = text.substr(0, utf8_sequence(text));
    const auto c = code_point(sequence);
    const bool is_punctuation = c >= 0x2000 && c <= 0x206f;  // the block General Punctuation
    const bool is_private = (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
    if (sequence.size() == 1 ? !is_word(sequence, "_")
                             : is_steering(c) || is_white_space(c) || is_punctuation || is_private)
      return false;
    text.remove_prefix(sequence.size());
  }
  return true;
}

Result<Crate> decode_root(View blob, const MetadataHeader& header, const Layout& layout, RootPlaces* places,
                          NameCheck names) {
  RootDecoder decoder(blob, header, layout, names);
  auto crate = decoder.decode();
  if (places) *places = decoder.places();
  return crate;
}

Result<Crate> decode_crate_header(View blob, const MetadataHeader& header, const Layout& layout) {
  return RootDecoder(blob, header, layout).decode_header();
}

}  // namespace rartifacts
