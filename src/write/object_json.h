// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include "write/json.h"

namespace rartifacts {

/// The members `object` and `module` of an artifact, as far as it has them.
void write_object(Json& json, const Artifact& artifact);
void write_module(Json& json, const ModuleFacts& module);

}  // namespace rartifacts
