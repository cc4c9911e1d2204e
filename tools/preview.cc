// frag preview: a picture of a dataset.
#include "libfrag/cutting/preview.h"

#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/image/encode.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  std::string dataset;
  std::string output;
  std::string angle;
  PreviewOptions preview;
};

void run(Options& options) {
  if (!options.angle.empty()) {
    const auto angles = parse_angles(options.angle);
    if (angles.size() != 1) throw Error(Errc::usage, "--angle takes one angle in degrees");
    options.preview.millidegrees = angles.front();
  }
  const DatasetFolder folder(options.dataset);
  write_file_atomic(options.output, encode_png(draw_preview(folder, options.preview)));
  std::cout << "wrote " << options.output << "\n";
}

}  // namespace

void add_preview(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(program, "preview", "Draws a source with its tiles beside fragments of every class",
                                  "frag preview gels.frag -o gels.png --angle 30");
  command->add_option("dataset", options->dataset, "A dataset folder")->required();
  command->add_option("-o,--output", options->output, "The PNG to write")->required();
  command->add_option("--source", options->preview.source, "Which source, from 0");
  command->add_option("--angle", options->angle, "Which of the dataset's angles, in degrees; default: near 30");
  command->add_option("--seed", options->preview.seed, "Another seed shows other fragments");
  command->callback([options] { run(*options); });
}

}  // namespace frag
