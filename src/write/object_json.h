// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include "write/json.h"

namespace rartifacts {

/// The members `object` and `module` of an artifact, as far as it has them.
void write_object(Json& json, const Artifact& artifact);
/// The member `exports`.
void write_exports(Json& json, const std::vector<std::string>& names);
void write_module(Json& json, const ModuleFacts& module);

}  // namespace rartifacts
