// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/archive.h>
#include <rartifacts/classify.h>

#include "metadata/magic.h"

namespace rartifacts {

Result<RustcSection> metadata_in(View file) {
  const Bytes head = file.head(64);
  if (is_metadata(head)) return RustcSection{nullptr, file};
  if (is_archive(head)) {
    auto reader = ArchiveReader::open(file);
    if (!reader) return pass(reader);
    for (;;) {
      auto member = reader->next();
      if (!member) return pass(member);
      if (!*member) return fail(ErrorKind::malformed, "an archive without lib.rmeta");
      if (!is_metadata_member((*member)->name) || (*member)->external) continue;
      auto content = file.sub((*member)->offset, (*member)->size);
      auto blob = content ? metadata_of_member(*content) : pass(content);
      if (!blob) return pass(blob);
      return RustcSection{nullptr, *blob};
    }
  }
  auto section = find_section(file, ".rustc");
  if (!section) return pass(section);
  if (!*section) return fail(ErrorKind::unsupported, "no crate metadata in it");
  return read_rustc_section(**section);
}

}  // namespace rartifacts
