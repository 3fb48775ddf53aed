// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Predefined crate names
// ======================
//
// Since rustc 1.64 a crate name that is also a word of the compiler's own symbol table (`symbols!` in
// compiler/rustc_span/src/symbol.rs) is stored as an index into that table. The table is another one in every compiler build,
// so a row here holds for one version string, compared as a whole, and is asked last: after the SVH of a crate at hand, the
// file name and the exported symbol. The numbers were read from the listings of those compilers.
#include <algorithm>
#include <array>

#include "metadata/layout.h"

namespace rartifacts {
namespace {

constexpr std::array<std::string_view, 12> kPredefinedCrates{
    "alloc",      "compiler_builtins", "core",         "libc", "panic_abort", "panic_unwind",
    "proc_macro", "profiler_builtins", "rustc_driver", "std",  "test",        "unwind"};

struct Build {
  std::string_view rustc;
  std::array<std::uint16_t, kPredefinedCrates.size()>
      index;  ///< in the order of kPredefinedCrates; 0: this build has no such crate
};

// clang-format off
constexpr std::array kBuilds{
    Build{"rustc 1.65.0",
          {284, 438, 495, 807, 992, 1004, 1048, 0, 0, 1352, 1404, 1505}},
    Build{"rustc 1.75.0 (82e1608df 2023-12-21) (built from a source tarball)",
          {316, 478, 534, 880, 1086, 1100, 1146, 1157, 0, 1502, 1555, 1662}},
    Build{"rustc 1.76.0 (07dca489a 2024-02-04) (built from a source tarball)",
          {313, 475, 530, 874, 1111, 1125, 1169, 1180, 0, 1523, 1575, 1681}},
    Build{"rustc 1.77.2 (25ef9e3d8 2024-04-09) (built from a source tarball)",
          {303, 474, 529, 877, 1118, 1132, 1176, 1187, 0, 1531, 1582, 1688}},
    Build{"rustc 1.78.0",
          {307, 487, 545, 979, 1234, 1248, 1298, 1309, 0, 1664, 1716, 1849}},
    Build{"rustc 1.78.0 (9b00956e5 2024-04-29) (built from a source tarball)",
          {307, 487, 545, 979, 1234, 1248, 1298, 1309, 0, 1665, 1717, 1850}},
    Build{"rustc 1.79.0 (129f3b996 2024-06-10) (built from a source tarball)",
          {309, 505, 563, 1001, 1258, 1290, 1344, 1355, 0, 1713, 1766, 1902}},
    Build{"rustc 1.80.1 (3f5fd8dd4 2024-08-06) (built from a source tarball)",
          {309, 510, 568, 1011, 1269, 1301, 1355, 1366, 0, 1728, 1781, 1918}},
    Build{"rustc 1.81.0 (eeb90cda1 2024-09-04) (built from a source tarball)",
          {323, 524, 582, 1029, 1291, 1323, 1380, 1391, 0, 1758, 1811, 1950}},
    Build{"rustc 1.82.0 (f6e511eec 2024-10-15) (built from a source tarball)",
          {327, 531, 590, 1040, 1305, 1337, 1394, 1405, 1568, 1777, 1831, 1972}},
    Build{"rustc 1.83.0 (90b35a623 2024-11-26) (built from a source tarball)",
          {329, 541, 599, 1074, 1345, 1377, 1440, 1451, 1615, 1827, 1890, 2032}},
    Build{"rustc 1.84.1 (e71f9a9a9 2025-01-27) (built from a source tarball)",
          {322, 538, 596, 1074, 1346, 1378, 1441, 1452, 1620, 1833, 1896, 2038}},
    Build{"rustc 1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)",
          {327, 551, 611, 1094, 1368, 1400, 1463, 1474, 1645, 1860, 1923, 2067}},
    Build{"rustc 1.85.1 (4eb161250 2025-03-15) (built from a source tarball)",
          {327, 551, 611, 1094, 1368, 1400, 1463, 1474, 1645, 1860, 1923, 2067}},
    Build{"rustc 1.88.0 (6b00bc388 2025-06-23) (built from a source tarball)",
          {340, 567, 635, 1135, 1409, 1447, 1513, 1525, 1694, 1911, 1983, 2131}},
    Build{"rustc 1.89.0 (29483883e 2025-08-04) (built from a source tarball)",
          {344, 591, 659, 1164, 1448, 1486, 1553, 1565, 1736, 1956, 2032, 2180}},
    Build{"rustc 1.91.1 (ed61e7d7e 2025-11-07) (built from a source tarball)",
          {348, 605, 676, 1194, 1487, 1527, 1596, 1608, 1780, 2005, 2082, 2235}},
    Build{"rustc 1.92.0 (ded5c06cf 2025-12-08) (built from a source tarball)",
          {350, 608, 679, 1205, 1500, 1540, 1609, 1621, 1794, 2023, 2100, 2253}},
    Build{"rustc 1.93.1 (01f6ddf75 2026-02-11) (built from a source tarball)",
          {353, 619, 691, 1219, 1528, 1568, 1641, 1653, 1829, 2067, 2144, 2300}},
    Build{"rustc 1.95.0 (59807616e 2026-04-14)",
          {305, 562, 635, 1048, 1343, 1382, 1445, 0, 1616, 1850, 1910, 2066}},
    Build{"rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)",
          {292, 548, 621, 1046, 1348, 1387, 1450, 0, 1620, 1856, 1922, 2079}},
    Build{"rustc 1.97.0-nightly (e50aa6fba 2026-05-19)",
          {296, 556, 629, 1061, 1367, 1406, 1470, 0, 1641, 1877, 1944, 2103}},
    Build{"rustc 1.97.1 (8bab26f4f 2026-07-14) (built from a source tarball)",
          {296, 556, 629, 1060, 1366, 1405, 1469, 0, 1640, 1876, 1943, 2102}},
    Build{"rustc 1.98.1 (48a229cea 2026-09-01) (built from a source tarball)",
          {299, 561, 635, 1083, 1401, 1440, 1506, 0, 1679, 1929, 1997, 2163}},
    Build{"rustc 1.94.1 (e408947bf 2026-03-25) (built from a source tarball)",
          {362, 633, 705, 1240, 1550, 1590, 1662, 0, 1852, 2092, 2169, 2329}},
    Build{"rustc 1.95.0 (59807616e 2026-04-14) (built from a source tarball)",
          {305, 562, 635, 1048, 0, 1382, 0, 0, 1616, 1850, 0, 2066}},
    Build{"rustc 1.96.1 (31fca3adb 2026-06-26) (built from a source tarball)",
          {292, 548, 621, 1046, 1348, 1387, 1450, 0, 1620, 1856, 1922, 2079}},
};

// Read from crates with such a #[link], and from the libc of those compilers.
constexpr std::array<std::string_view, 4> kLinkWords{"c", "crt-static", "dl", "target_feature"};
struct LinkWordBuild {
  std::string_view rustc;
  std::array<std::uint16_t, kLinkWords.size()> index;
};
constexpr std::array kLinkWordBuilds{
    LinkWordBuild{"rustc 1.95.0 (59807616e 2026-04-14)", {472, 659, 734, 1892}},
    LinkWordBuild{"rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)", {2222, 645, 721, 1904}},
    LinkWordBuild{"rustc 1.97.0-nightly (e50aa6fba 2026-05-19)", {2250, 653, 732, 1925}},
    LinkWordBuild{"rustc 1.97.1 (8bab26f4f 2026-07-14) (built from a source tarball)", {2249, 653, 731, 1924}},
    LinkWordBuild{"rustc 1.98.1 (48a229cea 2026-09-01) (built from a source tarball)", {2329, 659, 739, 1978}},
};
// clang-format on

template <class Builds, class Words>
std::optional<std::string_view> word_of_build(const Builds& builds, const Words& words, std::string_view rustc,
                                              std::uint32_t index) {
  const auto build = std::ranges::find_if(builds, [&](const auto& row) { return row.rustc == rustc; });
  if (build == builds.end() || index == 0) return std::nullopt;
  const auto found = std::ranges::find(build->index, index);
  if (found == build->index.end()) return std::nullopt;
  return words[static_cast<std::size_t>(found - build->index.begin())];
}

}  // namespace

std::optional<std::string_view> predefined_crate_name(std::string_view rustc, std::uint32_t index) {
  return word_of_build(kBuilds, kPredefinedCrates, rustc, index);
}

std::optional<std::string_view> predefined_link_word(std::string_view rustc, std::uint32_t index) {
  return word_of_build(kLinkWordBuilds, kLinkWords, rustc, index);
}

std::vector<std::pair<std::uint32_t, std::string_view>> predefined_crates(std::string_view rustc) {
  std::vector<std::pair<std::uint32_t, std::string_view>> crates;
  const auto build = std::ranges::find(kBuilds, rustc, &Build::rustc);
  for (std::size_t i = 0; build != kBuilds.end() && i < kPredefinedCrates.size(); ++i)
    if (build->index[i] != 0) crates.emplace_back(build->index[i], kPredefinedCrates[i]);
  return crates;
}

std::optional<std::string> rustc_of_commit(std::string_view commit) {
  constexpr std::size_t kShort = 9;  ///< digits that a version string has
  if (commit.size() < kShort) return std::nullopt;
  const auto wanted = fmt::format("({} ", commit.substr(0, kShort));
  const auto build =
      std::ranges::find_if(kBuilds, [&](const Build& row) { return row.rustc.find(wanted) != row.rustc.npos; });
  if (build == kBuilds.end()) return std::nullopt;
  return std::string(build->rustc.substr(0, build->rustc.find(')') + 1));
}

std::string unknown_word(std::uint32_t symbol) { return fmt::format("{}{}", kUnknownWord, symbol); }

}  // namespace rartifacts
