// SPDX-License-Identifier: MIT OR Apache-2.0
//
// manual DIRECTORY SCHEMA DATE: writes man1, man5, man7, and the completions bash, zsh and fish look for, to DIRECTORY.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/command_table.h"
#include "manual/manual.h"
#include "manual/roff.h"

namespace rartifacts {
namespace {

namespace files = std::filesystem;

bool write_file(const files::path& path, std::string_view text) {
  files::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) fmt::print(stderr, "{}: cannot be written\n", path.string());
  return static_cast<bool>(out);
}

std::string schema_text(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<HelpPage> all_pages() {
  CLI::App app("", "rartifacts");
  Commands commands;
  add_commands(app, commands, [](std::string_view) { return true; });
  std::vector<HelpPage> pages{help_page(app)};
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    pages.push_back(help_page(*command));
  return pages;
}

bool make_manual(const files::path& directory, const char* schema, const ManualEdition& edition) {
  const auto pages = all_pages();
  for (const auto* section : {"man1", "man5", "man7"}) files::remove_all(directory / section);
  bool written = write_file(directory / "man5/rartifacts-manifest.5",
                            roff_filled(manifest_manual(schema_text(schema), pages, edition))) &&
                 write_file(directory / "man7/rartifacts-rules.7", roff_filled(rules_manual(pages, edition))) &&
                 write_file(directory / "rartifacts", bash_completion(pages)) &&
                 write_file(directory / "_rartifacts", zsh_completion(pages)) &&
                 write_file(directory / "rartifacts.fish", fish_completion(pages));
  for (const auto& page : pages) {
    auto name = page.command + ".1";
    std::ranges::replace(name, ' ', '-');
    written = written && write_file(directory / "man1" / name, roff_filled(command_manual(page, pages, edition)));
  }
  return written;
}

}  // namespace
}  // namespace rartifacts

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: {} DIRECTORY SCHEMA DATE\n", argv[0]);
    return 2;
  }
  return rartifacts::make_manual(argv[1], argv[2], {argv[3], RARTIFACTS_VERSION}) ? 0 : 1;
}
