// SPDX-License-Identifier: MIT OR Apache-2.0
#define SUM from_staticlib_sum
#include "glue.c"
