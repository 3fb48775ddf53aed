// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <rartifacts/graph.h>
#include <rartifacts/select.h>
#include <rartifacts/toolchain.h>

#include <algorithm>

using namespace rartifacts;

namespace {

Artifact node(std::string path, std::string name, std::string svh,
              const std::vector<std::pair<std::string, std::string>>& needs, std::string triple = "target") {
  Artifact artifact{.path = std::move(path), .kind = Kind::rmeta};
  artifact.metadata.emplace();
  artifact.crate.emplace();
  artifact.crate.edit().name.text = std::move(name);
  artifact.crate.edit().svh = std::move(svh);
  artifact.crate.edit().triple = std::move(triple);
  artifact.crate.edit().dependencies.emplace();
  for (auto& [name_of_it, hash] : needs) {
    Dependency dependency;
    dependency.name.text = name_of_it;
    dependency.svh = hash;
    artifact.crate.edit().dependencies->push_back(dependency);
  }
  return artifact;
}

ScanResult kernel_tree(std::vector<Artifact> artifacts) {
  ScanResult result;
  result.artifacts = std::move(artifacts);
  result.kernels.push_back({.path = "",
                            .config_path = "include/config/auto.conf",
                            .config = KernelConfig::parse("CONFIG_RUST=y\n"),
                            .places = {""}});
  return result;
}

std::vector<std::string> selected(ScanResult result) {
  std::vector<std::string> paths;
  for (const auto* artifact : select(result, Profile::oot).artifacts) paths.push_back(artifact->path);
  return paths;
}

std::vector<Artifact> healthy() {
  return {node("rust/libcore.rmeta", "core", "c1", {}), node("rust/libffi.rmeta", "ffi", "f1", {{"core", "c1"}}),
          node("rust/libkernel.rmeta", "kernel", "k1", {{"core", "c1"}, {"ffi", "f1"}})};
}

}  // namespace

TEST_SUITE("graph") {
  TEST_CASE("edges are matched by name and SVH") {
    auto artifacts = healthy();
    artifacts[1].crate.edit().svh = "f2";
    const CrateGraph graph({&artifacts[0], &artifacts[1], &artifacts[2]});
    REQUIRE(graph.nodes()[2].edges.size() == 2);
    CHECK(graph.nodes()[2].edges[0].state == CrateEdge::State::found);
    CHECK(graph.nodes()[2].edges[1].state == CrateEdge::State::mismatch);
    CHECK(graph.nodes()[2].edges[1].node == 1);
    CHECK(!graph.is_complete(2));
    CHECK(graph.is_complete(1));
    CHECK(graph.needed_by(0) == std::vector<std::size_t>{1, 2});
  }

  TEST_CASE("the closure of kernel is selected, and a leftover of another build is not") {
    auto artifacts = healthy();
    artifacts.push_back(node("rust/libcore-old.rmeta", "core", "c0", {}));
    artifacts.push_back(node("rust/liballoc.rmeta", "alloc", "a0", {{"core", "c0"}}));
    CHECK(selected(kernel_tree(artifacts)) ==
          std::vector<std::string>{"rust/libcore.rmeta", "rust/libffi.rmeta", "rust/libkernel.rmeta"});
  }

  TEST_CASE("a complete target crate that nothing needs is a root of its own") {
    auto artifacts = healthy();
    artifacts.push_back(node("rust/libdrm.rmeta", "drm", "d1", {{"core", "c1"}, {"kernel", "k1"}}));
    artifacts.push_back(node("rust/libsyn.rmeta", "syn", "s1", {{"core", "c9"}}, "x86_64-unknown-linux-gnu"));
    const auto paths = selected(kernel_tree(artifacts));
    CHECK(std::ranges::find(paths, "rust/libdrm.rmeta") != paths.end());
    CHECK(std::ranges::find(paths, "rust/libsyn.rmeta") == paths.end());
  }

  TEST_CASE("a kernel crate that misses a dependency is a problem that names the dependency") {
    auto artifacts = healthy();
    artifacts.erase(artifacts.begin() + 1);
    auto result = kernel_tree(artifacts);
    const auto selection = select(result, Profile::oot);
    REQUIRE(selection.problems.size() == 1);
    CHECK(selection.problems[0].error.what ==
          "needs crate ffi with SVH f1, which is not here: add it from the same build, or build the tree again");
    CHECK(selection.artifacts.empty());
  }

  TEST_CASE("CONFIG_RUST unset: nothing is to be shipped, whatever lies around") {
    auto result = kernel_tree(healthy());
    result.kernels[0].config = KernelConfig::parse("CONFIG_RUST_IS_AVAILABLE=y\n");
    const auto selection = select(result, Profile::oot);
    CHECK(selection.artifacts.empty());
    CHECK(selection.problems.size() == 1);
  }

  TEST_CASE("outside of a kernel every artifact with metadata is selected") {
    ScanResult result;
    result.artifacts = healthy();
    result.artifacts.push_back({.path = "libc.so", .kind = Kind::shared_library});
    CHECK(select(result, Profile::oot).artifacts.size() == 3);
    CHECK(select(result, Profile::all).artifacts.size() == 4);
  }

  TEST_CASE("a predefined name is that of the crate with the SVH, whatever a table says") {
    auto artifacts = healthy();
    artifacts[2].crate.edit().dependencies->rename([](const Dependency&) {
      return CrateName{.text = "std_panic", .predefined = 7, .source = CrateName::Source::rustc_table};
    });
    name_dependencies(artifacts);
    const auto& named = artifacts[2].crate->dependencies->front().name;
    CHECK(named.text == "core");
    CHECK(named.source == CrateName::Source::svh);
  }

  TEST_CASE("rustup's name of a compiler, or a clear word that rustup has none") {
    CHECK(rustup_channel("rustc 1.95.0 (59807616e 2026-04-14)") == "1.95.0");
    CHECK(rustup_channel("rustc 1.97.0-nightly (e50aa6fba 2026-05-19)") == "nightly-2026-05-20");
    CHECK(rustup_channel("rustc 1.99.0-nightly (be8e82435 2026-12-31)") == "nightly-2027-01-01");
    CHECK(rustup_channel("rustc 1.96.0-beta.3 (aaaaaaaaa 2026-02-28)") == "beta-2026-03-01");
    CHECK(!rustup_channel("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"));
    CHECK(!rustup_channel("rustc 1.63.0"));
  }
}
