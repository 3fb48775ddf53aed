// SPDX-License-Identifier: MIT OR Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "report/ndjson.h"

namespace rartifacts {
namespace {

Result<std::string> read_and_write(std::string_view lines) {
  const int fd = memfd_create("lines", MFD_CLOEXEC);
  require(fd >= 0 && write(fd, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
          lseek(fd, 0, SEEK_SET) == 0);
  ReportParts parts(true);
  const auto read = parts.read(fd, "lines");
  close(fd);
  if (!read) return pass(read);
  const auto sets = parts.take();
  if (!sets) return pass(sets);
  auto text = ndjson_run(parts.root(), "0", Severity::error);
  for (const auto& set : *sets) text += ndjson_set(set, Severity::error);
  return text + ndjson_end(sets->size());
}

}  // namespace

// What was believed can be written and read again, and comes out the same.
void fuzz(Image& file) {
  const auto first = read_and_write(as_text(View(file).head(file.size())));
  if (!first) return;
  const auto second = read_and_write(*first);
  require(second.has_value() && *second == *first);
}

}  // namespace rartifacts
