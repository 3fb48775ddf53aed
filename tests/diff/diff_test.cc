// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <rartifacts/diff.h>
#include <rartifacts/recorded.h>

#include "write/difference.h"
#include "write/formats.h"

using namespace rartifacts;

namespace {

Artifact crate(std::string path, std::string name, std::string svh, std::string rustc = "rustc 1",
               std::string triple = "target") {
  Artifact artifact{.path = std::move(path), .kind = Kind::rmeta};
  artifact.metadata.emplace();
  artifact.metadata->rustc = std::move(rustc);
  artifact.crate.emplace();
  artifact.crate.edit().name.text = std::move(name);
  artifact.crate.edit().svh = std::move(svh);
  artifact.crate.edit().triple = std::move(triple);
  return artifact;
}

Artifact file(std::string path, std::optional<std::string> sha256) {
  Artifact artifact{.path = std::move(path)};
  artifact.sha256 = std::move(sha256);
  return artifact;
}

ScanResult tree(std::vector<Artifact> artifacts, std::string root = "") {
  ScanResult result;
  for (auto& artifact : artifacts)
    if (!root.empty()) artifact.path = root + '/' + artifact.path;
  result.artifacts = std::move(artifacts);
  result.kernels.push_back({.path = std::move(root)});
  return result;
}

// `core: rebuilt moved` for each crate, `x: added` for each file.
std::vector<std::string> changes(const ScanResult& before, const ScanResult& after) {
  std::vector<std::string> all;
  const auto difference = diff(before, after);
  for (const auto& each : difference.crates) {
    all.push_back(each.name + ":");
    for (const auto change : each.changes)
      all.back() += ' ' + std::string(change_table[static_cast<std::size_t>(change)].name);
  }
  for (const auto& each : difference.files)
    all.push_back(each.path + ": " + std::string(change_table[static_cast<std::size_t>(each.change)].name));
  return all;
}

using Changes = std::vector<std::string>;

}  // namespace

TEST_SUITE("diff") {
  TEST_CASE("a crate is the same when name and SVH are") {
    const auto old = tree({crate("rust/libcore.rmeta", "core", "c1"), crate("rust/libffi.rmeta", "ffi", "f1")});
    CHECK(changes(old, old) == Changes{});
    CHECK(diff(old, old).unchanged == 2);
    CHECK(changes(old, tree({crate("rust/libcore.rmeta", "core", "c1"), crate("rust/libffi.rmeta", "ffi", "f2")})) ==
          Changes{"ffi: rebuilt"});
    CHECK(changes(old, tree({crate("rust/libcore.rmeta", "core", "c1")})) == Changes{"ffi: removed"});
    CHECK(changes(tree({}), old) == Changes{"core: added", "ffi: added"});
  }

  TEST_CASE("another rustc, another target and another place are told apart, and may come together") {
    const auto old = tree({crate("rust/libcore.rmeta", "core", "c1")});
    CHECK(changes(old, tree({crate("rust/libcore.rmeta", "core", "c2", "rustc 2")})) == Changes{"core: other-rustc"});
    CHECK(changes(old, tree({crate("rust/libcore.rmeta", "core", "c2", "rustc 1", "arm")})) ==
          Changes{"core: rebuilt retargeted"});
    CHECK(changes(old, tree({crate("rust/a/libcore.rmeta", "core", "c1")})) == Changes{"core: moved"});
    CHECK(changes(old, tree({crate("x/libcore.rmeta", "core", "c2", "rustc 2", "arm")})) ==
          Changes{"core: other-rustc retargeted moved"});
    auto custom = tree({crate("rust/libcore.rmeta", "core", "c2")});
    custom.artifacts[0].crate.edit().custom_target = "target-1";
    auto other = tree({crate("rust/libcore.rmeta", "core", "c3")});
    CHECK(changes(custom, other) == Changes{"core: rebuilt"});
    other.artifacts[0].crate.edit().custom_target = "target-2";
    CHECK(changes(custom, other) == Changes{"core: rebuilt retargeted"});
  }

  TEST_CASE("places count from the root of the kernel, or from the directory that holds all") {
    const std::vector<Artifact> all{crate("rust/libcore.rmeta", "core", "c1"), file("scripts/target.json", "t")};
    CHECK(changes(tree(all), tree(all, "usr/src/linux-headers-6.12")) == Changes{});
    auto manifest = tree(all, "linux-build");
    manifest.kernels.clear();
    CHECK(changes(tree(all), manifest) == Changes{});
    ScanResult only_rust;
    only_rust.artifacts = {crate("a/b/rust/libcore.rmeta", "core", "c1")};
    CHECK(changes(tree({all[0]}), only_rust) == Changes{});
  }

  TEST_CASE("an .rlib and its .rmeta are one crate, two versions of a name are two") {
    auto rlib = crate("liba-1.rlib", "a", "a1");
    rlib.kind = Kind::rlib;
    const auto old = tree({rlib, crate("liba-1.rmeta", "a", "a1"), crate("liba-2.rmeta", "a", "a2")});
    CHECK(diff(old, old).before.crates == 2);
    CHECK(changes(old, tree({rlib, crate("liba-2.rmeta", "a", "a2")})) == Changes{"liba-1.rmeta: removed"});
    const auto now = tree({crate("liba-2.rmeta", "a", "a3"), crate("liba-3.rmeta", "a", "a1")});
    CHECK(changes(old, now) == Changes{"a: moved", "a: rebuilt"});
  }

  TEST_CASE("a rebuilt version is paired by its extra file name when its place is new") {
    auto one = crate("liba-x.rmeta", "a", "a1");
    auto two = crate("liba-y.rmeta", "a", "a2");
    one.crate.edit().extra_filename = "-x";
    two.crate.edit().extra_filename = "-y";
    auto later = crate("deps/liba-y.rmeta", "a", "a3");
    later.crate.edit().extra_filename = "-y";
    const auto old = tree({one, two});
    const auto now = tree({later});
    const auto difference = diff(old, now);
    REQUIRE(difference.crates.size() == 2);
    CHECK(difference.crates[0].before == &old.artifacts[1]);
    CHECK(difference.crates[0].after == &now.artifacts[0]);
    CHECK(difference.crates[1].before == &old.artifacts[0]);
  }

  TEST_CASE("files that are no crates are compared by digest, or not at all") {
    const auto old = tree({file("a", "1"), file("b", "1"), file("c", "1"), file("d", std::nullopt)});
    const auto now = tree({file("b", "2"), file("c", "1"), file("d", "1"), file("e", "1")});
    CHECK(changes(old, now) == Changes{"a: removed", "b: changed", "e: added"});
    CHECK(diff(old, now).not_compared == Changes{"d: no digest of it"});
  }

  TEST_CASE("the text says how many crates each set ships") {
    const auto ships = tree({crate("rust/libcore.rmeta", "core", "c1")});
    const auto ships_none = tree({});
    const auto text = difference_text(diff(ships, ships_none), {"a.deb", "b.deb"});
    CHECK(text.find("--- a.deb: 1 crate\n+++ b.deb: no crate\n") == 0);
    CHECK(text.find("- core: removed c1 (rust/libcore.rmeta)\n") != std::string::npos);
    CHECK(difference_text(diff(ships, ships), {"a", "b"}) == "no difference: 1 crate\n");
  }
}

TEST_SUITE("manifest") {
  TEST_CASE("what was written as sha256sums is read back, whatever the name") {
    std::vector<Artifact> artifacts;
    for (const auto* name : {"-rf", "a b", "back\\slash", "new\nline", "re\rturn", "\xff"}) {
      artifacts.push_back(file(name, std::string(64, 'a')));
    }
    Manifest manifest;
    for (const auto& artifact : artifacts) manifest.artifacts.push_back(&artifact);
    const auto read = read_manifest(*write_sha256sums(manifest));
    REQUIRE(read.has_value());
    REQUIRE(read->artifacts.size() == artifacts.size());
    for (std::size_t i = 0; i < artifacts.size(); ++i) CHECK(read->artifacts[i].path == artifacts[i].path);
    CHECK(!read->has_identities);
  }

  TEST_CASE("what was written as JSON is read back, and writes the same again") {
    std::vector<Artifact> artifacts{crate("a\xff/\"\n", "core", "0123456789abcdef"), file("b", std::string(64, 'b'))};
    artifacts[0].mode = 04755;
    artifacts[1].link_target = "x\xfe";
    artifacts[1].elf.emplace();
    artifacts[1].elf->elf_class = 64;
    artifacts[1].elf->e_machine = 62;
    artifacts[1].elf->e_type = 3;
    artifacts[1].elf->soname = "lib\x1b[31m\n.so";
    Manifest manifest{.root = "."};
    for (const auto& artifact : artifacts) manifest.artifacts.push_back(&artifact);
    manifest.directories = {{"d", std::nullopt, 0700}, {"e", "d\xff", std::nullopt}};
    const auto text = *write_manifest_json(manifest);
    const auto read = read_manifest(text);
    REQUIRE(read.has_value());
    Manifest again{.root = ".", .directories = read->directories};
    for (const auto& artifact : read->artifacts) again.artifacts.push_back(&artifact);
    CHECK(*write_manifest_json(again) == text);
    CHECK(read->artifacts[0].path == "a\xff/\"\n");
    CHECK(read->artifacts[0].mode == 04755);
    CHECK(read->artifacts[1].elf->soname == "lib\x1b[31m\n.so");
  }
}
