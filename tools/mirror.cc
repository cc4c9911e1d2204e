// frag mirror: a dataset copied from mirrors into a folder.
#include <iostream>
#include <memory>
#include <optional>

#include "libfrag/base/progress.h"
#include "libfrag/base/text.h"
#include "libfrag/fetching/mirror_copy.h"
#include "tools/commands.h"
#include "tools/mirror_options.h"

namespace frag {
namespace {

struct MirrorArguments {
  MirrorPlaces mirrors;
  std::string folder;
};

void run(MirrorArguments& arguments) {
  // The last of the places is the folder.
  arguments.folder = arguments.mirrors.urls.back();
  arguments.mirrors.urls.pop_back();
  const Mirrors mirrors(arguments.mirrors.urls, arguments.mirrors.options());
  std::optional<Progress> progress;
  const MirrorCopy copy = copy_dataset(
      mirrors, arguments.folder,
      [&progress](std::uint64_t bytes) { progress.emplace("mirror", bytes >> 10, "KiB"); },
      [&progress, left = std::uint64_t{0}](std::uint64_t bytes) mutable {
        left += bytes;
        progress->add(left >> 10);
        left &= 1023;
      });
  progress.reset();
  for (const std::string& note : copy.notes) std::cerr << "frag: note: " << note << "\n";
  std::cout << arguments.folder << ": " << (copy.changed ? "now " : "holds ") << mirrors.dataset()
            << (copy.changed ? "" : " already") << ", " << format_bytes(copy.fetched_bytes) << " fetched";
  if (copy.kept_bytes > 0) std::cout << ", " << format_bytes(copy.kept_bytes) << " kept of the older dataset";
  std::cout << "\n";
}

}  // namespace

void add_mirror(CLI::App& program) {
  auto arguments = std::make_shared<MirrorArguments>();
  CLI::App* command =
      add_command(program, "mirror", "Copies a dataset from mirrors, or brings a copy up to date",
                  "frag mirror http://one:8080 ftp://two/gels.frag gels.frag && fragd gels.frag");
  add_mirror_options(*command, arguments->mirrors);
  command->get_option("mirrors")
      ->description("Addresses of mirrors, and the folder to fill")
      ->expected(2, -1);
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
