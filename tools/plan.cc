// frag plan: counts and bytes before anything runs.
#include "libfrag/cutting/plan.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"
#include "tools/recipe_options.h"

namespace frag {
namespace {

struct PlanOptions {
  std::string input;
  std::string size;
  std::uint64_t sources = 1;
  bool json = false;
  RecipeOptions recipe;
};

Json plan_json(const Plan& plan) {
  Json classes = Json::object();
  for (const auto& [name, planned] : plan.classes) {
    classes[name] = {{"sources", planned.sources}, {"fragments", planned.fragments}};
  }
  Json skipped = Json::array();
  for (const auto& image : plan.skipped) skipped.push_back({{"name", image.name}, {"reason", image.reason}});
  return {{"sources", plan.sources},
          {"fragments", plan.fragments},
          {"fragments_per_source", plan.fewest == plan.most ? Json(plan.most) : Json(nullptr)},
          {"fewest_per_source", plan.fewest},
          {"most_per_source", plan.most},
          {"dataset_bytes", plan.file_bytes},
          {"raw_fragment_bytes", plan.raw_bytes},
          {"classes", classes},
          {"skipped", skipped}};
}

void print_plan(const Plan& plan, const Recipe& recipe) {
  const std::size_t angles = recipe.make_angles().size();
  if (recipe.fit == Fit::whole) {
    std::cout << "every image is one fragment\n";
  } else {
    std::cout << "tiles of " << recipe.tile << " px, a tile every " << recipe.tiling().stride << " px, "
              << angles << (angles == 1 ? " angle" : " angles") << ", fit " << name_of(recipe.fit) << "\n";
  }
  for (const auto& [name, planned] : plan.classes) {
    std::cout << "  " << name << ": " << format_count(planned.sources) << " sources, "
              << format_count(planned.fragments) << " fragments\n";
  }
  const std::string each = plan.fewest == plan.most
                               ? format_count(plan.most)
                               : format_count(plan.fewest) + " to " + format_count(plan.most);
  std::cout << format_count(plan.sources) << (plan.sources == 1 ? " source" : " sources") << " with " << each
            << " fragments each: " << format_count(plan.fragments) << " fragments\n"
            << "as uncompressed files they would take " << format_bytes(plan.raw_bytes)
            << "; a dataset keeps the images";
  if (plan.file_bytes > 0) std::cout << ", " << format_bytes(plan.file_bytes);
  std::cout << "\n";
}

void run(PlanOptions& options) {
  const bool is_recipe = std::filesystem::path(options.input).extension() == ".toml";
  if (is_recipe) options.recipe.file = options.input;
  const bool has_folder = !options.input.empty() && !is_recipe;
  if (has_folder != options.size.empty()) {
    throw Error(Errc::usage,
                "plan needs either a folder of images, or --size WIDTHxHEIGHT (with --sources N)");
  }
  const Recipe recipe = options.recipe.resolve();
  Plan plan;
  if (has_folder) {
    plan = plan_folder(options.input, recipe);
  } else {
    const auto [width, height] = parse_size(options.size);
    plan = plan_size(width, height, options.sources, recipe);
  }
  print_skipped(plan.skipped);
  if (options.json) {
    std::cout << plan_json(plan).dump() << "\n";
  } else {
    print_plan(plan, recipe);
  }
  if (!plan.skipped.empty()) {
    throw Error(Errc::partial, std::to_string(plan.skipped.size()) + " of " +
                                   std::to_string(plan.skipped.size() + plan.sources) +
                                   " images cannot be cut");
  }
}

}  // namespace

void add_plan(CLI::App& program) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* command = add_command(program, "plan", "Counts and bytes before anything runs",
                                  "frag plan --size 2272x1704 --sources 654 --fit inscribed");
  command->add_option("input", options->input, "A folder of class folders, or a recipe (with --size)");
  command->add_option("--size", options->size, "Size of a source in pixels, as in 2272x1704");
  command->add_option("--sources", options->sources, "How many sources of that size")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "Print JSON");
  options->recipe.add_to(*command);
  command->callback([options] { run(*options); });
}

}  // namespace frag
