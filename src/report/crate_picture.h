// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

#include "report/reports.h"

namespace rartifacts {

/// The crates of what would ship or was judged, and how they need each other, as an `<svg>` element. The page around it
/// gives the classes their colours: `crate`, `missing`, `blamed` for boxes, `edge`, `broken` for lines. What can be
/// reached by another way has no line of its own. Empty when there are no crates, or more than a picture can show.
std::string crate_picture(const ReportInput& input);

}  // namespace rartifacts
