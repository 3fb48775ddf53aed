// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What the program uses of libfmt, compiled into it: libfmt.so would bring libstdc++.so, and putting that in place takes the
// dynamic loader longer than a short run takes. Names as fmt 9 has them; with another one libfmt is linked as usual.
#define FMT_HEADER_ONLY
#include <fmt/format.h>

#if FMT_VERSION >= 90000 && FMT_VERSION < 100000
namespace {

[[gnu::used]] std::string (*const kFormat)(fmt::string_view, fmt::format_args) = fmt::vformat;
[[gnu::used]] auto* const kThrow = fmt::detail::throw_format_error;
[[gnu::used]] bool (*const kPrintable)(std::uint32_t) = fmt::detail::is_printable;

}  // namespace
#endif
