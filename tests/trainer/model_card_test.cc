#include "trainer/model_card.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

Json good() {
  return Json::parse(R"({"model": "small", "classes": ["a", "b"], "channels": 1, "input": 64, "mean": [120.5],
                         "std": [40.25], "dataset": "d", "fragment": 256})");
}

std::string card_problem(const Json& json) {
  const Error error = test::error_of([&] { model_card_from_json(json, "w.safetensors"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).rfind("w.safetensors: ", 0) == 0);
  return error.what();
}

}  // namespace

TEST_CASE("a card survives JSON") {
  const ModelCard card = model_card_from_json(good(), "test");
  CHECK(card.classes == std::vector<std::string>{"a", "b"});
  CHECK(card.deviation == std::vector<double>{40.25});
  CHECK(model_card_from_json(to_json(card), "test") == card);
}

TEST_CASE("a card knows how fragments were cut, and nothing of classes and people") {
  Recipe recipe;
  recipe.tile = 96;
  recipe.fit = Fit::inscribed;
  recipe.contrast = Contrast::stretch;
  recipe.crop.bottom = 40;
  recipe.group = "(?P<group>patient-[0-9]+)/";
  recipe.split = "5 folds";
  ModelCard card = model_card_from_json(good(), "test");
  card.recipe = recipe_of_fragments(recipe);
  CHECK(model_card_from_json(to_json(card), "test") == card);
  CHECK(card.recipe->crop.bottom == 40);
  const std::string text = to_json(card).dump();
  for (const char* word : {"patient", "folds", "labels", "seed"}) CHECK(text.find(word) == std::string::npos);
}

TEST_CASE("a recipe in a card may lack keys, and is refused where it cannot be right") {
  Json json = good();
  json["recipe"] = {{"tile", 48}, {"from the future", 1}};
  CHECK(model_card_from_json(json, "test").recipe->tile == 48);
  json["recipe"] = {{"tile", -3}};
  CHECK(card_problem(json).find("tile") != std::string::npos);
  json["recipe"] = 7;
  CHECK(card_problem(json).find("recipe") != std::string::npos);
}

TEST_CASE("a card that cannot be right is refused by its key") {
  const auto with = [](const char* key, const Json& value) {
    Json json = good();
    json[key] = value;
    return json;
  };
  CHECK(card_problem(Json()).find("model card") != std::string::npos);
  for (const char* key : {"model", "classes", "channels", "input", "mean", "std"}) {
    Json json = good();
    json.erase(key);
    CHECK(card_problem(json).find(key) != std::string::npos);
  }
  CHECK(card_problem(with("classes", {"only"})).find("classes") != std::string::npos);
  CHECK(card_problem(with("channels", 2)).find("channels") != std::string::npos);
  CHECK(card_problem(with("input", 0)).find("input") != std::string::npos);
  CHECK(card_problem(with("mean", {1, 2, 3})).find("mean") != std::string::npos);
  CHECK(card_problem(with("std", {0})).find("std") != std::string::npos);
  CHECK(card_problem(with("model", 7)).find("model") != std::string::npos);
}

TEST_CASE("a card names a TorchScript module by its digest, and no other model") {
  Json json = good();
  json["module_sha256"] = std::string(64, 'a');
  CHECK(card_problem(json).find("module_sha256") != std::string::npos);
  json["model"] = "torchscript";
  const ModelCard card = model_card_from_json(json, "test");
  CHECK(card.module_sha256 == std::string(64, 'a'));
  CHECK(to_json(card) == json);
  json["module_sha256"] = "a";
  CHECK(card_problem(json).find("module_sha256") != std::string::npos);
}

TEST_CASE("classes must be the card's, in its order") {
  const ModelCard card = model_card_from_json(good(), "test");
  CHECK_NOTHROW(check_classes(card, {"a", "b"}, "dataset x"));
  const Error error = test::error_of([&] { check_classes(card, {"b", "a"}, "dataset x"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()) == "dataset x: its classes are b, a; the weights tell apart a, b");
}
