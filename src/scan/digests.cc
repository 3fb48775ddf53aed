// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <rartifacts/scan.h>

#include <mutex>

#include "source/digest.h"
#include "source/directory.h"
#include "source/threads.h"

namespace rartifacts {

void add_digests(const std::string& base, std::vector<Artifact*> artifacts, unsigned jobs,
                 std::vector<Problem>& problems) {
  auto directory = open_below(AT_FDCWD, base, O_PATH | O_DIRECTORY);
  if (!directory) return problems.push_back({base, directory.error()});
  std::mutex mutex;
  Digests digests(directory->get());
  for_each_index(jobs, artifacts.size(), [&](std::size_t i) {
    auto& artifact = *artifacts[i];
    if (artifact.sha256 || artifact.recorded) return;  // who lists a file without a digest has none to give
    auto digest = digests.of(artifact.resolved.value_or(artifact.path), artifact.resolved.has_value());
    if (digest) {
      artifact.sha256 = *digest;
    } else {
      const std::lock_guard lock(mutex);
      problems.push_back({artifact.path, digest.error()});
    }
  });
}

}  // namespace rartifacts
