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

struct PreviewArguments {
  std::string dataset;
  std::string output;
  std::string angle, source;
  std::string what = name_of(PreviewOf::overview);
  PreviewOptions preview;
};

void run(PreviewArguments& arguments) {
  arguments.preview.what = parse_preview_of(arguments.what);
  if (!arguments.angle.empty()) {
    const auto angles = parse_angles(arguments.angle);
    if (angles.size() != 1) throw Error(Errc::usage, "--angle takes one angle in degrees");
    arguments.preview.millidegrees = angles.front();
  }
  const std::string extension = lower_extension(arguments.output);
  const bool jpeg = extension == ".jpg" || extension == ".jpeg";
  if (!jpeg && extension != ".png")
    throw Error(Errc::usage, arguments.output + ": name the picture .png or .jpg");
  const DatasetFolder folder(arguments.dataset);
  if (!arguments.source.empty()) arguments.preview.source = find_source(folder.catalog(), arguments.source);
  const Image picture = draw_preview(folder, arguments.preview);
  write_file_atomic(arguments.output, jpeg ? encode_jpeg(picture) : encode_png(picture));
  std::cout << "wrote " << arguments.output << "\n";
}

}  // namespace

void add_preview(CLI::App& program) {
  auto arguments = std::make_shared<PreviewArguments>();
  CLI::App* command =
      add_command(program, "preview",
                  "Draws a dataset: a source with its tiles, fragments of every class, contrast, coverage",
                  "frag preview gels.frag -o gels.png --angle 30");
  command->add_option("dataset", arguments->dataset, "A dataset folder")->required();
  command->add_option("-o,--output", arguments->output, "The picture to write, .png or .jpg")->required();
  command->add_option("--what", arguments->what,
                      "overview: tiles beside a sheet; tiles: a source with its tiles; sheet: fragments by "
                      "class; contrast: before and after; coverage: how many fragments see each spot");
  command->add_option("--source", arguments->source, "Which source: its number, from 0, or its name");
  command->add_option("--angle", arguments->angle,
                      "Which of the dataset's angles, in degrees; default: near 30");
  command->add_option("--edge", arguments->preview.edge, "Longer edge of a source's picture in pixels");
  command->add_option("--seed", arguments->preview.seed, "Another seed shows other fragments");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
