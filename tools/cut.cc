// frag cut: images and a recipe to a dataset.
#include "libfrag/cutting/cut.h"

#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"
#include "tools/recipe_options.h"

namespace frag {
namespace {

struct Options {
  CutOptions cut;
  RecipeOptions recipe;
  bool strict = false;
};

void run(Options& options) {
  options.cut.recipe = options.recipe.resolve();
  options.cut.on_bad_image = options.strict ? OnBadImage::stop : OnBadImage::skip;
  const CutResult result = cut(options.cut);
  print_skipped(result.skipped);
  std::cout << options.cut.dataset.string() << ": " << format_count(result.sources) << " sources, "
            << format_count(result.fragments) << " fragments, " << format_bytes(result.bytes) << "\n"
            << "id " << result.id << "\n";
  if (!result.skipped.empty()) {
    throw Error(Errc::partial, std::to_string(result.skipped.size()) + " of " +
                                   std::to_string(result.skipped.size() + result.sources) +
                                   " images were left out; they are named above");
  }
}

}  // namespace

void add_cut(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(program, "cut", "Makes a dataset from images, a class a folder",
                                  "frag cut images/ gels.frag --tile 256 --overlap 0.5 --angles 0:355:5");
  command->add_option("images", options->cut.images, "A folder of class folders")->required();
  command->add_option("dataset", options->cut.dataset, "The dataset to make; it must not exist")->required();
  command->add_flag("--strict", options->strict, "Stop at the first image that cannot be used");
  options->recipe.add_to(*command);
  options->recipe.add_split_to(*command);
  command->callback([options] { run(*options); });
}

}  // namespace frag
