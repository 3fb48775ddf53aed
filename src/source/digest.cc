// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <nettle/sha2.h>
#include <rartifacts/scan.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>

#include "source/directory.h"
#include "source/threads.h"

namespace rartifacts {
namespace {

Result<std::string> sha256_of(int base, std::string_view path) {
  auto file = open_file_below(base, path);
  if (!file) return pass(file);
  sha256_ctx context;
  sha256_init(&context);
  std::vector<std::uint8_t> buffer(std::size_t{128} << 10);
  for (;;) {
    const auto got = read(file->fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("");
    if (got == 0) break;
    sha256_update(&context, static_cast<std::size_t>(got), buffer.data());
  }
  if (auto same = check_unchanged(*file); !same) return pass(same);
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest;
  sha256_digest(&context, digest.size(), digest.data());
  std::string hex;
  for (const auto byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace

void add_digests(const std::string& base, std::vector<Artifact*> artifacts, unsigned jobs,
                 std::vector<Problem>& problems) {
  auto directory = open_below(AT_FDCWD, base, O_PATH | O_DIRECTORY);
  if (!directory) return problems.push_back({base, directory.error()});
  std::mutex mutex;
  for_each_index(jobs, artifacts.size(), [&](std::size_t i) {
    auto& artifact = *artifacts[i];
    auto digest = sha256_of(directory->get(), artifact.resolved.value_or(artifact.path));
    if (digest) {
      artifact.sha256 = *digest;
    } else {
      const std::lock_guard lock(mutex);
      problems.push_back({artifact.path, digest.error()});
    }
  });
}

}  // namespace rartifacts
