// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "write/artifact_json.h"
#include "write/formats.h"

using namespace rartifacts;

TEST_SUITE("write") {
  TEST_CASE("every byte survives JSON: as text when it is UTF-8, else as base64 beside it") {
    std::string all;
    for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
    for (const std::string& name : {std::string("rust/libkernel.rmeta"), std::string("a\"b\\c\n\t\x01"),
                                    std::string("\u00e9\u4e2d"), all, std::string("\xff")}) {
      Json json;
      json.begin_object().path_member("path", name).end_object();
      const auto parsed = nlohmann::json::parse(json.text());
      if (is_utf8(name)) {
        CHECK(parsed["path"] == name);
        CHECK(!parsed.contains("path_base64"));
      } else {
        CHECK(parsed["path_base64"] == base64(name));
      }
    }
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foobar") == "Zm9vYmFy");
  }

  TEST_CASE("names that a copying program would misread are guarded or refused") {
    CHECK(guarded("-rf") == "./-rf");
    CHECK(guarded("#x") == "./#x");
    CHECK(guarded(";x") == "./;x");
    CHECK(guarded("rust/libcore.rmeta") == "rust/libcore.rmeta");
    const auto lines = [](std::string name) {
      const Artifact artifact{.path = std::move(name)};
      Manifest manifest;
      manifest.artifacts = {&artifact};
      return write_paths(manifest).has_value();
    };
    CHECK(lines("a b"));
    CHECK(!lines("a\nb"));
    CHECK(!lines("a\\057b"));
  }

  TEST_CASE("a name cannot speak to the terminal") {
    CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\xc2\\x9b31m");
    CHECK(printable("\u00e9\u4e2d\U0001f980") == "\u00e9\u4e2d\U0001f980");
    CHECK(printable("a\u202eb\u2066\u061c\ufeff") == "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6\\xd8\\x9c\\xef\\xbb\\xbf");
    CHECK(printable("\U000e0041") == "\\xf3\\xa0\\x81\\x81");
    CHECK(printable("a\xff\xe2\x80") == "a\\xff\\xe2\\x80");
    CHECK(printable_lines("a\x1b\r\n::b\n\nc\rd") == "a\\x1b\n\\x3a:b\n\nc\\x0dd");
  }

  TEST_CASE("a name cannot speak to a CI runner") {
    CHECK(printable("::error::x") == "\\x3a:error::x");
    CHECK(printable(" \u3000::x") == " \u3000\\x3a:x");
    CHECK(printable("core::fmt") == "core::fmt");
    CHECK(printable("x ##vso[y]z") == "x \\x23#vso[y]z");
    CHECK(printable("##[error]") == "\\x23#[error]");
    CHECK(printable("a##b") == "a##b");
    CHECK(json_escaped("##[x") == "\\u0023#[x");
    CHECK(guarded("::x") == "./::x");
    CHECK(guarded("\u00a0::x") == "./\u00a0::x");
  }

  TEST_CASE("what is shown stays the same when it is shown again") {
    for (const auto* text : {"\x1b[31m", "::x", "##[x]", "\xff", "\u202e", "a\\x1b"})
      CHECK(printable(printable(text)) == printable(text));
  }

  TEST_CASE("a spreadsheet finds no formula, and a path still names its file") {
    CHECK(csv_path("=1+1") == "\"./=1+1\"");
    CHECK(csv_path("-x") == "./-x");
    CHECK(csv_field("@SUM(A1)") == "'@SUM(A1)");
    CHECK(csv_field("\uff1d1") == "\"'\uff1d1\"");
    CHECK(csv_field("a;=1") == "\"a;=1\"");
    CHECK(csv_field("say \"so\"") == "\"say \"\"so\"\"\"");
    CHECK(csv_field("rustc 1.96.0 (ac68faa20 2026-05-25)") == "rustc 1.96.0 (ac68faa20 2026-05-25)");
  }

  TEST_CASE("each drawing language has its own spelling of a quote") {
    CHECK(dot_escaped("a\"\\N&lt;\x1b") == "a\\\"\\\\N&amp;lt;\\\\x1b");
    CHECK(mermaid_escaped("a\"#35;`") == "a#34;#35;35#59;#96;");
    CHECK(github_property("a:b,c%\n\x1b") == "a%3Ab%2Cc%25%0A\\x1b");
    CHECK(toml_string("\"\u202e\xff") == "\"\\\"\\U0000202e\\ufffd\"");
  }
}
