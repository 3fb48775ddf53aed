// SPDX-License-Identifier: MIT OR Apache-2.0
// A source that the build adds where it needs one more (src/meson.build).
