// frag preview: a picture of a dataset.
#include "libfrag/cutting/preview.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/image/encode.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  std::string dataset;
  std::string output;
  std::string angle, source;
  std::string what = name_of(PreviewOf::overview);
  PreviewOptions preview;
};

void run(Options& options) {
  options.preview.what = parse_preview_of(options.what);
  if (!options.angle.empty()) {
    const auto angles = parse_angles(options.angle);
    if (angles.size() != 1) throw Error(Errc::usage, "--angle takes one angle in degrees");
    options.preview.millidegrees = angles.front();
  }
  const std::string extension = lower_extension(options.output);
  const bool jpeg = extension == ".jpg" || extension == ".jpeg";
  if (!jpeg && extension != ".png")
    throw Error(Errc::usage, options.output + ": name the picture .png or .jpg");
  const DatasetFolder folder(options.dataset);
  if (!options.source.empty()) options.preview.source = find_source(folder.catalog(), options.source);
  const Image picture = draw_preview(folder, options.preview);
  write_file_atomic(options.output, jpeg ? encode_jpeg(picture) : encode_png(picture));
  std::cout << "wrote " << options.output << "\n";
}

}  // namespace

void add_preview(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(program, "preview",
                  "Draws a dataset: a source with its tiles, fragments of every class, contrast, coverage",
                  "frag preview gels.frag -o gels.png --angle 30");
  command->add_option("dataset", options->dataset, "A dataset folder")->required();
  command->add_option("-o,--output", options->output, "The picture to write, .png or .jpg")->required();
  command->add_option("--what", options->what,
                      "overview: tiles beside a sheet; tiles: a source with its tiles; sheet: fragments by "
                      "class; contrast: before and after; coverage: how many fragments see each spot");
  command->add_option("--source", options->source, "Which source: its number, from 0, or its name");
  command->add_option("--angle", options->angle,
                      "Which of the dataset's angles, in degrees; default: near 30");
  command->add_option("--edge", options->preview.edge, "Longer edge of a source's picture in pixels");
  command->add_option("--seed", options->preview.seed, "Another seed shows other fragments");
  command->callback([options] { run(*options); });
}

}  // namespace frag
