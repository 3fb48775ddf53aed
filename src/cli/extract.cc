// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <fnmatch.h>
#include <rartifacts/archive.h>
#include <sys/stat.h>

#include <algorithm>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "cli/commands.h"
#include "cli/held_signals.h"
#include "cli/operands.h"
#include "cli/output_directory.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "container/foreign_kinds.h"
#include "container/sections.h"
#include "metadata/magic.h"
#include "source/members.h"
#include "write/escape.h"
#include "write/member_names.h"

namespace rartifacts {
namespace {

/// One file to write.
struct Piece {
  std::size_t member;  ///< position in the archive
  std::string name;
  bool unwrap = false;  ///< only the metadata that is in the member
};

constexpr std::string_view kShipped = "_shipped";

bool is_rust(const MemberFacts& member) {
  return member.language == Language::rust || member.language == Language::mixed;
}

bool is_asked_for(const ExtractCommand& command, const MemberFacts& member) {
  return command.names.empty() || std::ranges::any_of(command.names, [&](const auto& pattern) {
           return fnmatch(pattern.c_str(), member.name.c_str(), 0) == 0;
         });
}

std::string metadata_name(std::string_view archive_path) {
  const auto name = file_name_of(archive_path);
  return std::string(name.substr(0, name.rfind('.'))) + ".rmeta";
}

Result<std::vector<Piece>> choose(const ExtractCommand& command, const std::vector<MemberFacts>& members) {
  std::vector<Piece> pieces;
  const auto names = file_names_of(members);
  const bool wants_objects = command.objects || !command.kbuild.empty() || (!command.metadata && !command.all);
  bool has_metadata = false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& member = members[i];
    if (command.metadata && !has_metadata && is_metadata_member(member.name)) {
      pieces.push_back({i, metadata_name(command.file), true});
      has_metadata = true;
    }
    if (!is_asked_for(command, member)) continue;
    // Whether it is a Rust object cannot be said of what cannot be read.
    const bool may_be_wanted = command.all || (wants_objects && (is_rust(member) || !member.problem.empty()));
    if (!may_be_wanted) continue;
    if (!member.problem.empty()) return fail(ErrorKind::io, "member {}: {}", member.name, member.problem);
    if (!names[i]) return pass(names[i]);
    if (!command.kbuild.empty() && is_rust(member) && !names[i]->ends_with(".o"))
      return fail(ErrorKind::unsupported, "member {}: Kbuild takes only objects whose name ends in .o", member.name);
    pieces.push_back({i, *names[i], false});
  }
  if (command.metadata && !has_metadata) return fail(ErrorKind::malformed, "no crate metadata in it");
  if (pieces.empty() && !command.names.empty())
    return fail(ErrorKind::malformed, "no such member: see rartifacts inspect");
  if (pieces.empty() && command.all) return fail(ErrorKind::malformed, "an empty archive");
  if (pieces.empty()) return fail(ErrorKind::malformed, "no Rust objects in it: --all extracts every member");
  return pieces;
}

/// The archive, and where to write. What goes wrong is told of the file that it is about.
class Extraction {
 public:
  using Done = std::expected<void, Problem>;

  Extraction(const ExtractCommand& command, const OpenedFile& archive, MemberFiles& files, OutputDirectory& output)
      : command_(command), archive_(archive), files_(files), output_(output) {}

  // Both walks over the archive meet the same members in the same order.
  Done write(const std::vector<Piece>& pieces) {
    auto image = files_.archive();
    if (!image) return blame_archive(image.error());
    auto view = files_.view(*image);
    if (!view) return blame_archive(view.error());
    auto reader = ArchiveReader::open(*view);
    if (!reader) return blame_archive(reader.error());
    auto piece = pieces.begin();
    for (std::size_t i = 0; piece != pieces.end(); ++i) {
      auto member = reader->next();
      if (!member) return blame_archive(member.error());
      if (!*member)
        return blame_archive({ErrorKind::changed, "changed while it was read: wait until the build has ended", {}});
      for (; piece != pieces.end() && piece->member == i; ++piece)
        if (auto copied = copy(**member, *piece); !copied) return copied;
    }
    if (auto same = check_unchanged(archive_); !same) return blame_archive(same.error());
    return {};
  }

 private:
  std::unexpected<Problem> blame_archive(const Error& error) const {
    return std::unexpected(Problem{command_.file, error});
  }
  std::unexpected<Problem> blame_output(const Piece& piece, const Error& error) const {
    return std::unexpected(Problem{join_path(command_.output, piece.name), error});
  }

  Done copy(const Member& member, const Piece& piece) {
    auto opened = files_.open(member);
    if (!opened) return blame_archive(opened.error());
    View content = opened->content;
    if (piece.unwrap) {
      auto blob = metadata_of_member(content);
      if (!blob) return blame_archive(blob.error());
      content = *blob;
    }
    if (auto charged = charge(content.size()); !charged) return blame_archive(charged.error());
    auto to = output_.create(piece.name);
    if (!to) return blame_output(piece, to.error());
    if (auto copied = copy_range(files_.fd(), content.begin(), content.size(), to->get()); !copied)
      return copied.error().is_of_output ? blame_output(piece, copied.error().error)
                                         : blame_archive(copied.error().error);
    if (auto same = files_.check_last(); !same) return blame_archive(same.error());
    return {};
  }

  // A thin archive may list one file many times. Once is never too much, whatever holes it has.
  Result<void> charge(std::uint64_t size) const {
    struct stat status;
    if (fstat(files_.fd(), &status) == 0)
      credit_packed(
          status.st_dev, status.st_ino,
          std::max(size_on_disk(status), static_cast<std::uint64_t>(status.st_size) / Budget::kUnfoldedPerByte + 1));
    return pour(size);
  }

  const ExtractCommand& command_;
  const OpenedFile& archive_;
  MemberFiles& files_;
  OutputDirectory& output_;
};

// A universal file has one archive for each machine.
Result<void> choose_slice(const std::string& arch, View file, MemberFiles& files) {
  if (object_format(file.head(64)) != ObjectFormat::macho_fat)
    return arch.empty() ? Result<void>()
                        : fail(ErrorKind::unsupported, "not a universal file: --arch has nothing to choose from");
  auto slices = macho_slices(file);
  if (!slices) return pass(slices);
  std::string names;
  for (const auto& slice : *slices) {
    const auto name = macho_machine_name(slice.cputype, slice.cpusubtype);
    if (name == arch || (arch.empty() && slices->size() == 1)) return files.narrow(slice.content), Result<void>();
    names += (names.empty() ? "" : ", ") + name;
  }
  return arch.empty() ? fail(ErrorKind::unsupported, "a universal file for {}: say --arch", names)
                      : fail(ErrorKind::unsupported, "a universal file for {}, not for {}", names, arch);
}

Result<std::vector<Piece>> plan(const ExtractCommand& command, MemberFiles& files) {
  auto image = files.archive();
  if (!image) return pass(image);
  if (auto chosen = choose_slice(command.arch, View(*image), files); !chosen) return pass(chosen);
  auto archive = files.view(*image);
  if (!archive) return pass(archive);
  if (!is_archive(archive->head(8))) return fail(ErrorKind::malformed, "not an archive: there is nothing to extract");
  auto members = read_members(*archive, [&](const Member& member) { return files.open(member); });
  if (!members) return pass(members);
  return choose(command, *members);
}

// What goes to standard output: the paths, or the lines for Kbuild, which has its own name for objects that are no sources'.
Result<std::string> name_for_output(const ExtractCommand& command, std::vector<Piece>& pieces) {
  std::string paths;
  std::vector<std::string> objects;
  for (auto& piece : pieces) {
    if (!command.kbuild.empty() && piece.name.ends_with(".o")) {
      objects.push_back(piece.name);
      piece.name += kShipped;
    }
    paths += guarded(join_path(command.output, piece.name)) + "\n";
  }
  if (command.kbuild.empty()) return paths;
  if (objects.empty()) return fail(ErrorKind::unsupported, "no member whose name ends in .o: Kbuild takes only those");
  return kbuild_lines(command.kbuild, objects);
}

Result<void> check_free(const std::vector<Piece>& pieces, const OutputDirectory& output) {
  for (const auto& piece : pieces)
    if (output.holds(piece.name)) return fail(ErrorKind::io, "{} is there already: --force replaces it", piece.name);
  return {};
}

Extraction::Done write_pieces(const ExtractCommand& command, const std::vector<Piece>& pieces,
                              const OpenedFile& archive, MemberFiles& files, const InputPlaces& inputs) {
  const auto blame_output = [&](const Error& error) { return std::unexpected(Problem{command.output, error}); };
  const HeldSignals held;
  auto output = OutputDirectory::open(command.output, inputs);
  if (!output) return blame_output(output.error());
  if (!command.force)
    if (auto is_free = check_free(pieces, *output); !is_free) return blame_output(is_free.error());
  if (auto written = Extraction(command, archive, files, *output).write(pieces); !written) return written;
  if (auto done = output->commit(command.force); !done) return blame_output(done.error());
  return {};
}

}  // namespace

ExitCode run_extract(const ExtractCommand& command) {
  auto operands = plan_operands({command.file}, false);
  if (!operands) return refuse(operands.error());
  auto base = open_below(AT_FDCWD, operands->base, O_PATH | O_DIRECTORY);
  if (!base) return refuse(base.error());
  const auto fail_with = [](const std::string& path, const Error& error) {
    return report({path, error}), ExitCode::input;
  };
  close_doors({.read = reads_of(*operands), .fill = {command.output}});
  const auto& path = operands->paths.front();
  auto archive = open_file_below(base->get(), path, true);
  if (!archive) return fail_with(command.file, archive.error());
  MemberFiles files(*archive, base->get(), directory_of(path));
  auto pieces = plan(command, files);
  if (!pieces) return fail_with(command.file, pieces.error());
  auto text = name_for_output(command, *pieces);
  if (!text) return report({command.file, text.error()}), ExitCode::usage;

  if (auto written = write_pieces(command, *pieces, *archive, files, InputPlaces(*operands)); !written)
    return report(written.error()), ExitCode::input;
  return print_list(*text);
}

}  // namespace rartifacts
