// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Escaping
// ========
//
// Names come from strangers: of files, of crates, of symbols, of members. Each form of output has one function here that makes
// any string safe for it, and its writer passes every string from outside through that one, once. What goes to people is shown
// as `printable` shows it, in whatever markup; what goes to programs keeps every byte, or is refused with a reason.
//
// CI runners read commands out of the log of a build: GitHub takes a line that begins with `::` behind white space, and `##[`
// anywhere in a line; Azure Pipelines takes `##vso[` and `##[`, TeamCity `##teamcity[`. Text for people never has one of these.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rartifacts {

/// For terminals and text: controls, other steering characters (`is_steering`) and bytes that are not UTF-8 are shown as
/// `\x1b`, byte by byte, and so is the first character of what a CI runner would take for a command. The result stays the same
/// when it is passed through again.
std::string printable(std::string_view text);
/// The same at the end of another text.
void append_printable(std::string& out, std::string_view text);
/// The same for text of several lines, on its way to a terminal: line ends stay.
std::string printable_lines(std::string_view text);

/// The inside of a JSON string, SARIF's as well. A reader gets the same text back, but for bytes that are not UTF-8: they become
/// U+FFFD. In the text itself steering characters are `\u` escapes.
std::string json_escaped(std::string_view text);

/// `printable` for XML and HTML, between tags and in attributes.
std::string xml_escaped(std::string_view text);

/// `bytes` with everything but the unreserved characters of RFC 3986 and those in `keep` as %XX.
std::string percent_encoded(std::string_view bytes, std::string_view keep);

/// A field of CSV (RFC 4180): quoted unless it is plain, quotes doubled, all bytes kept. What a spreadsheet would take for a
/// formula (`=`, `+`, `-`, `@`, tab or carriage return in front) has an apostrophe before it.
std::string csv_field(std::string_view text);
/// The same for a path, which has `./` before it instead: so it still names the same file.
std::string csv_path(std::string_view path);

/// The message and a property of a workflow command of GitHub; the runner makes characters of %XX.
std::string github_message(std::string_view text);
std::string github_property(std::string_view text);

/// `printable` for the inside of a quoted string of DOT: neither an escape of it, such as `\N`, nor an entity.
std::string dot_escaped(std::string_view text);
/// `printable` for the inside of a quoted label of mermaid: whatever it or Markdown might read is an entity code, `#35;`.
std::string mermaid_escaped(std::string_view text);

/// `printable` for Markdown, in tables too (github.github.com/gfm). A character reference is never markup there (section 6.2), not
/// even `|` in a table; so every ASCII punctuation character that could be is written as one.
std::string markdown_escaped(std::string_view text);
/// The same as code: between backquotes, or, where a backquote or `|` is in it, between tags.
std::string markdown_code(std::string_view text);

/// A basic string of TOML with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string toml_string(std::string_view text);

// Lists of paths. A reader gets every byte back; nothing is returned for a name that the form cannot hold.

/// `path` such that no program takes it for an option or a comment, and no CI runner for a command: with `./` before it.
std::string guarded(std::string_view path);
/// A line for cpio, rsync --files-from and tar -T.
std::optional<std::string> list_line(std::string_view path);
/// The line of sha256sum(1) for a file.
std::string sha256sum_line(std::string_view digest, std::string_view path);
/// The line of cksum --tag for a file: `MD5 (path) = 9e107d…`.
std::string tagged_checksum_line(std::string_view algorithm, std::string_view checksum, std::string_view path);

enum class MakePlace { target, prerequisite };
std::optional<std::string> make_word(std::string_view path, MakePlace place);

/// The two words of a line of debian/PACKAGE.install differ: the source is a pattern.
enum class InstallPlace { source, destination };
std::optional<std::string> dh_install_word(std::string_view path, InstallPlace place);
/// More blanks and dollar signs than this, dh_install does not expand in one word.
inline constexpr std::size_t kMostInstallVariables = 19;

/// An absolute path in the list of `%files -f`.
std::optional<std::string> rpm_entry(std::string_view path);

/// True when make reads the name as text, in a list of Kbuild and as a target: no blank, `$`, `#`, `:`, `%`, `=`, quote or wildcard.
bool is_plain_for_make(std::string_view name);

}  // namespace rartifacts
