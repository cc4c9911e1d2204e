#include "trainer/model_card.h"

#include <cmath>

#include "libfrag/base/text.h"
#include "trainer/module_file.h"

namespace frag::trainer {
namespace {

void require(bool condition, const std::string& what, const std::string& problem) {
  if (!condition) throw Error(Errc::bad_input, what + ": " + problem);
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Keys that say nothing of a fragment's pixels.
bool is_of_fragments(const RecipeKey& key) {
  const std::string_view name = key.name;
  return name != "labels" && name != "group" && name != "split" && name != "seed";
}

Json recipe_to_json(const Recipe& recipe) {
  Json json = Json::object();
  for (const RecipeKey& key : recipe_keys()) {
    if (is_of_fragments(key)) json[key.name] = key.get(recipe);
  }
  return json;
}

// Keys that are not there are at their defaults: later versions may have more of them.
Recipe recipe_from_card(const Json& json, const std::string& what) {
  require(json.is_object(), what, "key \"recipe\" must be an object");
  Recipe recipe;
  try {
    for (const RecipeKey& key : recipe_keys()) {
      if (is_of_fragments(key) && json.contains(key.name)) key.set(recipe, json.at(key.name));
    }
    recipe.validate();
  } catch (const Error& error) {
    throw Error(Errc::bad_input, what + ": key \"recipe\": " + error.what());
  }
  return recipe;
}

}  // namespace

Recipe recipe_of_fragments(Recipe recipe) {
  const Recipe plain;
  recipe.labels = plain.labels;
  recipe.group = plain.group;
  recipe.split = plain.split;
  recipe.seed = plain.seed;
  return recipe;
}

Json to_json(const ModelCard& card) {
  Json json{{"model", card.model},     {"classes", card.classes},  {"channels", card.channels},
            {"input", card.input},     {"mean", card.mean},        {"std", card.deviation},
            {"dataset", card.dataset}, {"fragment", card.fragment}};
  if (card.recipe) json["recipe"] = recipe_to_json(*card.recipe);
  if (!card.module_sha256.empty()) json["module_sha256"] = card.module_sha256;
  return json;
}

ModelCard model_card_from_json(const Json& json, const std::string& what) {
  require(json.is_object(), what, "it holds no model card; was it written by another program?");
  ModelCard card;
  card.model = json_get<std::string>(json, "model", what);
  card.classes = json_get<std::vector<std::string>>(json, "classes", what);
  card.channels = json_get<std::int64_t>(json, "channels", what);
  card.input = json_get<std::int64_t>(json, "input", what);
  card.mean = json_get<std::vector<double>>(json, "mean", what);
  card.deviation = json_get<std::vector<double>>(json, "std", what);
  card.dataset = json_get_or<std::string>(json, "dataset", "", what);
  card.fragment = json_get_or<std::int64_t>(json, "fragment", 0, what);
  if (json.contains("recipe")) card.recipe = recipe_from_card(json["recipe"], what);
  card.module_sha256 = json_get_or<std::string>(json, "module_sha256", "", what);

  require((card.model == kTorchScript) == is_sha256(card.module_sha256), what,
          "key \"module_sha256\" must hold 64 hexadecimal digits where the model is \"torchscript\", and "
          "there only");
  require(card.classes.size() >= 2, what, "key \"classes\" must name at least 2 classes");
  require(card.channels == 1 || card.channels == 3, what, "key \"channels\" must be 1 or 3");
  require(card.input >= 1 && card.input <= 4096, what, "key \"input\" must be between 1 and 4096 pixels");
  const auto channels = static_cast<std::size_t>(card.channels);
  require(card.mean.size() == channels, what, "key \"mean\" must hold one number a channel");
  require(card.deviation.size() == channels, what, "key \"std\" must hold one number a channel");
  for (std::size_t c = 0; c < channels; ++c) {
    require(std::isfinite(card.mean[c]), what, "key \"mean\" must hold finite numbers");
    require(std::isfinite(card.deviation[c]) && card.deviation[c] > 0, what,
            "key \"std\" must hold numbers above 0");
  }
  return card;
}

void check_classes(const ModelCard& card, const std::vector<std::string>& classes,
                   const std::string& dataset) {
  if (card.classes == classes) return;
  throw Error(Errc::bad_input, dataset + ": its classes are " + join(classes, ", ") +
                                   "; the weights tell apart " + join(card.classes, ", "));
}

}  // namespace frag::trainer
