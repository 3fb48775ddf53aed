// SPDX-License-Identifier: MIT OR Apache-2.0
#define SUM from_rlib_sum
#include "glue.c"
