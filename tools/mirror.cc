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

struct Options {
  MirrorPlaces mirrors;
  std::string folder;
};

void run(Options& options) {
  // The last of the places is the folder.
  options.folder = options.mirrors.urls.back();
  options.mirrors.urls.pop_back();
  const Mirrors mirrors(options.mirrors.urls, options.mirrors.options());
  std::optional<Progress> progress;
  const MirrorCopy copy = copy_dataset(
      mirrors, options.folder,
      [&progress](std::uint64_t bytes) { progress.emplace("mirror", bytes >> 10, "KiB"); },
      [&progress, left = std::uint64_t{0}](std::uint64_t bytes) mutable {
        left += bytes;
        progress->add(left >> 10);
        left &= 1023;
      });
  progress.reset();
  for (const std::string& note : copy.notes) std::cerr << "frag: note: " << note << "\n";
  std::cout << options.folder << ": " << (copy.changed ? "now " : "holds ") << mirrors.dataset()
            << (copy.changed ? "" : " already") << ", " << format_bytes(copy.fetched_bytes) << " fetched";
  if (copy.kept_bytes > 0) std::cout << ", " << format_bytes(copy.kept_bytes) << " kept of the older dataset";
  std::cout << "\n";
}

}  // namespace

void add_mirror(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(program, "mirror", "Copies a dataset from mirrors, or brings a copy up to date",
                  "frag mirror http://one:8080 ftp://two/gels.frag gels.frag && fragd gels.frag");
  add_mirror_options(*command, options->mirrors);
  command->get_option("mirrors")
      ->description("Addresses of mirrors, and the folder to fill")
      ->expected(2, -1);
  command->callback([options] { run(*options); });
}

}  // namespace frag
