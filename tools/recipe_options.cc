#include "tools/recipe_options.h"

#include <iostream>

namespace frag {

void RecipeOptions::add_to(CLI::App& command) {
  const Recipe defaults;
  fit_ = name_of(defaults.fit);
  channels_ = name_of(defaults.channels);
  command.add_option("--recipe", file, "A recipe file (TOML); the options here go before its keys");
  tile_ = command.add_option("--tile", given_.tile, "Edge of a fragment in pixels");
  overlap_ =
      command.add_option("--overlap", given_.overlap, "Share of a tile that the next one covers, below 1");
  angles_ = command.add_option("--angles", given_.angles, "Degrees: first:last:step, or a list 0,45,90");
  fit_option_ = command.add_option("--fit", fit_, "inscribed, largest, cover or whole");
  channels_option_ = command.add_option("--channels", channels_, "gray, rgb or keep");
}

void RecipeOptions::add_split_to(CLI::App& command) {
  split_ = command.add_option("--split", given_.split, "Shares of train/val/test, or train/test");
  group_ = command.add_option("--group", given_.group,
                              "Regular expression on the path whose capture names a source's group, as in "
                              "(?P<group>patient-\\d+); default: every source is a group");
  seed_ = command.add_option("--seed", given_.seed, "Seed of the split");
}

Recipe RecipeOptions::resolve() const {
  Recipe recipe = file.empty() ? Recipe{} : read_recipe(file);
  const auto set = [](const CLI::Option* option) { return option != nullptr && option->count() > 0; };
  if (set(tile_)) recipe.tile = given_.tile;
  if (set(overlap_)) recipe.overlap = given_.overlap;
  if (set(angles_)) recipe.angles = given_.angles;
  if (set(fit_option_)) recipe.fit = parse_fit(fit_);
  if (set(channels_option_)) recipe.channels = parse_channels(channels_);
  if (set(split_)) recipe.split = given_.split;
  if (set(group_)) recipe.group = given_.group;
  if (set(seed_)) recipe.seed = given_.seed;
  recipe.validate();
  return recipe;
}

void print_skipped(const std::vector<SkippedImage>& skipped) {
  for (const SkippedImage& image : skipped)
    std::cerr << "left out " << image.name << ": " << image.reason << "\n";
}

}  // namespace frag
