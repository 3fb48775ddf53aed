// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What nearly every file includes, compiled once when -Db_pch=true. That is for a quick build: g++ 12 takes the bodies of
// these headers for our own then, and warns of them when it optimises.
#include <rartifacts/artifact.h>
#include <rartifacts/bytes.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>
