// frag synth: micrographs for trying everything without anyone's images.
#include <iostream>
#include <memory>

#include "libfrag/base/text.h"
#include "libfrag/cutting/synth_set.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct SynthArguments {
  SynthSetOptions set;
  std::string size = "2272x1704";
};

void run(SynthArguments& arguments) {
  std::tie(arguments.set.width, arguments.set.height) = parse_size(arguments.size);
  write_synth_set(arguments.set);
  std::cout << arguments.set.folder.string() << ": " << arguments.set.classes << " classes of "
            << arguments.set.per_class << " pictures, " << arguments.size << " pixels\n";
}

}  // namespace

void add_synth(CLI::App& program) {
  auto arguments = std::make_shared<SynthArguments>();
  CLI::App* command = add_command(
      program, "synth", "Writes seeded gel-like micrographs whose classes differ in structure alone",
      "frag synth images/ --classes 3 --per-class 8 --seed 1");
  command->add_option("folder", arguments->set.folder, "Where to write them, a folder a class")->required();
  command->add_option("--classes", arguments->set.classes, "Classes, 2 to 4");
  command->add_option("--per-class", arguments->set.per_class, "Pictures of each class");
  command->add_option("--size", arguments->size, "Pixels, as in 2272x1704");
  command->add_option("--seed", arguments->set.seed, "Another seed gives other pictures");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
