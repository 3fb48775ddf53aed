// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What the program uses of libfmt, compiled into it: libfmt.so would bring libstdc++.so, and putting that in place takes the
// dynamic loader longer than a short run takes. This is what src/format.cc of fmt itself does.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

template void buffer<char>::append(const char*, const char*);
template std::string_view::value_type decimal_point_impl(locale_ref);
#if FMT_VERSION >= 90000
template thousands_sep_result<char> thousands_sep_impl(locale_ref);
#endif

}  // namespace detail
FMT_END_NAMESPACE
