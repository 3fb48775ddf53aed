// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What went wrong with an input. The distinction matters to callers: `truncated` and `malformed` say something about
/// the file, `io` and `changed` say something about the moment it was read.
enum class ErrorKind {
  io,           ///< the operating system refused: permission, vanished file, device error
  empty,        ///< no bytes at all: rustc passes over such a file as if it were not there
  truncated,    ///< the bytes end before the structure they announce
  malformed,    ///< the bytes contradict their own format
  unsupported,  ///< well-formed as far as can be told, but of a form this reader does not know
  changed,      ///< the file was modified while it was being read
  dangling,     ///< a symbolic link that leads to nothing, or in a circle
  escaping,     ///< a symbolic link that leads out of the tree
  absolute,     ///< a symbolic link with an absolute path: it leads elsewhere once the tree is installed
  too_large,    ///< reading it would take more memory than any real artifact needs
};

/// One reason why an input could not be read. Carried in `Result`; no exception leaves a floor.
struct Error {
  ErrorKind kind;
  std::string what;                     ///< lower case, one line, no path: the caller knows the path
  std::optional<std::uint64_t> offset;  ///< byte position in the structure being read, where there is one
};

/// A path and why it could not be used.
struct Problem {
  std::string path;
  Error error;
};

template <class T>
using Result = std::expected<T, Error>;

/// Makes the error alternative of a `Result`.
template <class... Args>
std::unexpected<Error> fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{kind, fmt::format(format, std::forward<Args>(args)...), std::nullopt});
}

template <class... Args>
std::unexpected<Error> fail_at(std::uint64_t offset, ErrorKind kind, fmt::format_string<Args...> format,
                               Args&&... args) {
  return std::unexpected(Error{kind, fmt::format(format, std::forward<Args>(args)...), offset});
}

/// Passes an error on as the error alternative of another `Result`.
template <class T>
std::unexpected<Error> pass(const Result<T>& failed) {
  return std::unexpected(failed.error());
}

/// The text after `rartifacts: PATH: `: what is wrong, and where.
std::string describe(const Error& error);

}  // namespace rartifacts
#pragma GCC visibility pop
