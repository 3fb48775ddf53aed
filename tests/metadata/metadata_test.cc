// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <rartifacts/object.h>

#include "metadata/layout.h"
#include "metadata/siphash.h"
#include "testdata.h"

using namespace rartifacts;
using rartifacts::test::golden;

namespace {

// Everything that is printed of a crate, as one text to compare.
std::string printed(const Crate& crate) {
  const auto name = [](const CrateName& n) { return n.text.value_or(fmt::format("#{}", n.predefined.value_or(0))); };
  const auto flag = [](std::optional<bool> b) { return b ? (*b ? "1" : "0") : "-"; };
  std::string out =
      fmt::format("{} {} {} {} {} {} {} {} {} {}", name(crate.name), crate.svh, crate.triple, crate.extra_filename,
                  crate.stable_crate_id.value_or("-"), crate.edition.value_or("-"), flag(crate.is_proc_macro),
                  crate.is_stub, crate.panic ? static_cast<int>(*crate.panic) : -1,
                  crate.panic_in_drop ? static_cast<int>(*crate.panic_in_drop) : -1);
  out += fmt::format(" {}{}{}{} {}", flag(crate.flags.has_global_allocator), flag(crate.flags.has_alloc_error_handler),
                     flag(crate.flags.has_panic_handler), flag(crate.flags.has_default_lib_allocator),
                     crate.flags.symbol_mangling.value_or("-"));
  if (crate.dependencies)
    for (const auto& dep : *crate.dependencies)
      out += fmt::format("\n{} {} {} {} {} {}", name(dep.name), dep.svh, dep.host_svh.value_or("-"),
                         static_cast<int>(dep.kind), dep.extra_filename, flag(dep.is_private));
  return out;
}

}  // namespace

TEST_SUITE("metadata") {
  TEST_CASE("the layout table is sorted and every row says which metadata versions it occurs with") {
    int previous = 0;
    for (const auto& row : layouts()) {
      CHECK(row.first > previous);
      CHECK(row.version_low <= row.version_high);
      previous = row.first;
    }
  }

  TEST_CASE(
      "a golden read with the row of another release is rejected, or reads the same in everything that is printed") {
    int reads = 0;
    int rejected = 0;
    int same = 0;
    for (const auto& path : test::all_goldens()) {
      if (!path.ends_with(".rmeta") || path.find("truncated") != path.npos || path.find("archives") != path.npos)
        continue;
      auto image = Image::of_bytes(golden(path));
      const View blob(image);
      auto header = read_metadata_header(blob);
      REQUIRE_MESSAGE(header, path);
      auto metadata = read_metadata(blob);
      REQUIRE_MESSAGE(metadata, path);
      REQUIRE_MESSAGE(metadata->crate, path);
      CHECK_MESSAGE(!metadata->layout_guessed, path);
      const auto truth = printed(*metadata->crate);
      for (const auto& row : layouts()) {
        ++reads;
        const auto crate = decode_root(blob, *header, row);
        if (!crate) ++rejected;
        else if (printed(*crate) == truth) ++same;
        else FAIL_CHECK(path, " read as 1.", row.first, " gives\n", printed(*crate), "\ninstead of\n", truth);
      }
    }
    CHECK(reads == rejected + same);
    MESSAGE(reads, " reads: ", rejected, " rejected, ", same, " identical");
  }

  TEST_CASE("the stub of rmeta-format.md, byte for byte") {
    const std::string stub = std::string("rust\0\0\0\x0a\x3d\0\0\0\0\0\0\0", 16) +
                             "+rustc 1.97.0-nightly (e50aa6fba 2026-05-19)\xc1" + std::string("\0\x18", 2) +
                             "x86_64-unknown-linux-gnu\xc1" +
                             "\xc7\x77\x9e\x65\x60\x69\x6b\xa1\x54\xa2\xd1\x19\xb7\x62\xf4\xf3" +
                             std::string("\0\4leaf\xc1\0\1", 9) + "rust-end-file";
    auto image = Image::of_bytes({stub.begin(), stub.end()});
    auto metadata = read_metadata(View(image));
    REQUIRE(metadata);
    REQUIRE(metadata->crate);
    CHECK(metadata->crate->is_stub);
    CHECK(metadata->crate->name.text == "leaf");
    CHECK(metadata->crate->svh == "f3f462b719d1a254a16b6960659e77c7");
    CHECK(!metadata->crate->dependencies);
  }

  TEST_CASE("a newer rustc whose root nobody knows gives its header and no dependency") {
    auto bytes = golden("1.98.1/libmid-99aa.rmeta");
    const std::string_view text = as_text(bytes);
    const auto at = text.find("rustc 1.98.1");
    bytes[at + 9] = '9';  // rustc 1.99.1: row 99 has one array more
    bytes[at + 8] = '9';
    auto image = Image::of_bytes(bytes);
    auto metadata = read_metadata(View(image));
    REQUIRE(metadata);
    REQUIRE(metadata->crate);
    CHECK(metadata->header.rustc.starts_with("rustc 1.99.1"));
    CHECK(metadata->layout_guessed);  // the row before fits, and that is said

    auto broken = bytes;
    const auto root = static_cast<std::size_t>(load_le(bytes, 8, 8));
    for (std::size_t i = root + 60; i < root + 90; ++i) broken[i] = 0xee;  // behind the crate header
    auto damaged = Image::of_bytes(broken);
    auto header_only = read_metadata(View(damaged));
    REQUIRE(header_only);
    REQUIRE(header_only->crate);
    CHECK(!header_only->crate->dependencies);
    CHECK(header_only->crate->name.text == "mid");
    CHECK(header_only->reason.find("unknown layout") != std::string::npos);
  }

  TEST_CASE("metadata of 1.80 and later without its footer was cut off") {
    auto bytes = golden("1.85.0/libleaf-1a2b3c4d.rmeta");
    bytes.pop_back();
    auto image = Image::of_bytes(bytes);
    auto metadata = read_metadata(View(image));
    REQUIRE(!metadata);
    CHECK(metadata.error().kind == ErrorKind::truncated);
  }

  TEST_CASE("every truncation of every metadata version is an error or says less, and never crashes") {
    for (const auto* release : {"1.41.0", "1.48.0", "1.63.0", "1.75.0", "1.79.0", "1.85.0", "1.98.1"}) {
      const auto whole = golden(std::string(release) + "/libmid-99aa.rmeta");
      auto full = Image::of_bytes(whole);
      const auto root = read_metadata_header(View(full))->root;
      for (std::size_t length = 0; length < whole.size(); ++length) {
        auto image = Image::borrowed(Bytes(whole).first(length));
        const auto metadata = read_metadata(View(image));
        if (!metadata || !metadata->crate || !metadata->crate->dependencies) continue;
        // Up to 1.79 nothing marks the end: a cut behind the last pointer of the root cannot be seen.
        CHECK_MESSAGE(length > root, release, " cut to ", length);
      }
    }
  }

  TEST_CASE("snappy, DEFLATE and stored .rustc sections hold the metadata of the crate") {
    for (const auto* release : {"1.41.0", "1.48.0", "1.63.0", "1.75.0", "1.76.0", "1.98.1"}) {
      auto image = Image::of_bytes(golden(std::string(release) + "/libpm-deadbeef.so"));
      auto section = find_section(View(image), ".rustc");
      REQUIRE_MESSAGE(section, release);
      REQUIRE_MESSAGE(*section, release);
      auto content = read_rustc_section(**section);
      REQUIRE_MESSAGE(content, release);
      auto metadata = read_metadata(content->blob);
      REQUIRE_MESSAGE(metadata, release);
      CHECK(metadata->crate->name.text == "pm");
      CHECK(metadata->crate->is_proc_macro == true);
    }
  }

  TEST_CASE("damaged compressed metadata is an error: snappy checks its sums") {
    auto bytes = golden("1.63.0/libpm-deadbeef.so");
    const std::string_view text = as_text(bytes);
    const auto at = text.find("sNaPpY");
    REQUIRE(at != text.npos);
    bytes[at + 200] ^= 1;
    auto image = Image::of_bytes(bytes);
    auto section = find_section(View(image), ".rustc");
    REQUIRE(section);
    CHECK(!read_rustc_section(**section));
  }

  TEST_CASE("SipHash-1-3 gives the number that rustc shows for the kernel's target.json") {
    CHECK(siphash13(Bytes{}) == 0xd1fba762150c532cULL);
    Crate crate;
    crate.triple = "kernel-target";
    const auto json = golden("special/custom-target/1.97.0-nightly/kernel-target.json");
    auto image = Image::of_bytes(golden("special/custom-target/1.97.0-nightly/libnocore.rmeta"));
    crate.target_json = read_metadata(View(image))->crate->target_json;
    CHECK(custom_target_name(crate, 97) == "kernel-target-13960435893508610084");
  }

  TEST_CASE("predefined names are known for one exact version string and no other") {
    CHECK(predefined_crate_name("rustc 1.78.0", 1664) == "std");
    CHECK(predefined_crate_name("rustc 1.78.0 (9b00956e5 2024-04-29) (built from a source tarball)", 1664) != "std");
    CHECK(!predefined_crate_name("rustc 1.78.1", 1664));
    CHECK(!predefined_crate_name("rustc 1.65.0", 0));
  }
}
