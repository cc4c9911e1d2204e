// frag synth: micrographs for trying everything without anyone's images.
#include <iostream>
#include <memory>

#include "libfrag/base/text.h"
#include "libfrag/cutting/synth_set.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  SynthSetOptions set;
  std::string size = "2272x1704";
};

void run(Options& options) {
  std::tie(options.set.width, options.set.height) = parse_size(options.size);
  write_synth_set(options.set);
  std::cout << options.set.folder.string() << ": " << options.set.classes << " classes of "
            << options.set.per_class << " pictures, " << options.size << " pixels\n";
}

}  // namespace

void add_synth(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      program, "synth", "Writes seeded gel-like micrographs whose classes differ in structure alone",
      "frag synth images/ --classes 3 --per-class 8 --seed 1");
  command->add_option("folder", options->set.folder, "Where to write them, a folder a class")->required();
  command->add_option("--classes", options->set.classes, "Classes, 2 to 4");
  command->add_option("--per-class", options->set.per_class, "Pictures of each class");
  command->add_option("--size", options->size, "Pixels, as in 2272x1704");
  command->add_option("--seed", options->set.seed, "Another seed gives other pictures");
  command->callback([options] { run(*options); });
}

}  // namespace frag
