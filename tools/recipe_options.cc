#include "tools/recipe_options.h"

#include <algorithm>
#include <iostream>

namespace frag {

namespace {

// What a key is where nobody says it, as a command line would.
std::string default_text(const RecipeKey& key) {
  const Json value = key.get(Recipe());
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("from")) return value["from"].get<std::string>();
  return value.is_number() ? value.dump() : "";
}

}  // namespace

void RecipeOptions::add_to(CLI::App& command) {
  command.add_option("--recipe", file, "A recipe file (TOML); the options here go before its keys")
      ->group("Recipe");
  for (const RecipeKey& key : recipe_keys()) {
    std::string name = key.name;
    std::replace(name.begin(), name.end(), '_', '-');
    command
        .add_option_function<std::string>(
            "--" + name, [this, &key](const std::string& text) { given_.emplace_back(&key, text); }, key.help)
        ->default_str(default_text(key))
        ->group("Recipe");
  }
}

Recipe RecipeOptions::resolve() const {
  Recipe recipe = file.empty() ? Recipe{} : read_recipe(file);
  for (const auto& [key, text] : given_) {
    // An overlap asked for replaces a file's stride, and the other way round.
    if (key->name == std::string("overlap")) recipe.stride = 0;
    set_from_text(recipe, *key, text);
  }
  recipe.validate();
  return recipe;
}

std::optional<std::vector<std::string>> RecipeOptions::asked_keys() const {
  if (!file.empty()) return std::nullopt;
  std::vector<std::string> keys;
  for (const auto& [key, text] : given_) keys.emplace_back(key->name);
  return keys;
}

void print_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) std::cerr << "note: " << note << "\n";
}

void print_skipped(const std::vector<SkippedImage>& skipped) {
  for (const SkippedImage& image : skipped)
    std::cerr << "left out " << image.name << ": " << image.reason << "\n";
}

}  // namespace frag
