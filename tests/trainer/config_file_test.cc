#include "trainer/config_file.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

std::string config_problem(const std::string& text) {
  const Error error = test::error_of([&] { parse_config(text, "fit.toml"); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

std::string settings_problem(const FitConfig& config) {
  const Error error = test::error_of([&] { train_settings(config, model_info("small"), {"a", "b", "c"}); });
  CHECK(error.code() == Errc::usage);
  return error.what();
}

TrainSettings settings_with(const FitConfig& config, const char* model = "small") {
  return train_settings(config, model_info(model), {"a", "b", "c"});
}

}  // namespace

TEST_CASE("a settings file is read line by line, as a command line") {
  const auto entries =
      parse_config("model = \"small\"\nlr = 1e-3\nepochs = 5\ndataset = [\"a b\", \"c\"]\n", "f");
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].key == "model");
  CHECK(entries[1].values == std::vector<std::string>{"0.001"});
  CHECK(entries[2].values == std::vector<std::string>{"5"});
  CHECK(entries[3].values == std::vector<std::string>{"a b", "c"});
  CHECK(entries[3].where == "f:4");
}

TEST_CASE("a settings file that is none is refused by line") {
  CHECK(config_problem("epochs = 1\nlr = = 2\n").find("fit.toml:2: ") == 0);
  CHECK(config_problem("\nlr = true\n").find("fit.toml:2: a setting is a text, a number") == 0);
  CHECK(config_problem("[local]\nlr = 1\n").find("fit.toml:1: a setting is") == 0);
}

TEST_CASE("fit.toml has a line for every setting, the model's own filled in") {
  FitConfig config;
  config.places = {"gels \"a\""};
  config.run = "run";
  config.seed = ~std::uint64_t{0};
  const auto entries = parse_config(fit_toml(config, settings_with(config), 64, 90, 2), "f");
  const auto value = [&](const std::string& key) -> std::string {
    for (const ConfigEntry& entry : entries) {
      if (entry.key == key) return entry.values.front();
    }
    return "none";
  };
  CHECK(value("dataset") == "gels \"a\"");
  CHECK(value("seed") == "18446744073709551615");
  CHECK(value("lr") == "0.02");
  CHECK(value("batch") == "32");
  CHECK(value("count") == "90");
  CHECK(value("warmup") == "5%");
  CHECK(value("step_every") == "none");
  CHECK(value("folds") == "none");
}

TEST_CASE("each optimiser has its own usual learning rate and weight decay") {
  CHECK(settings_with({.optimiser = "nesterov"}).learning_rate == 0.02);
  CHECK(settings_with({.optimiser = "adam"}).learning_rate == 0.001);
  CHECK(settings_with({.optimiser = "adam"}, "tcnn3").learning_rate == 0.0001);
  CHECK(settings_with({.optimiser = "adagrad"}).learning_rate == 0.01);
  CHECK(settings_with({.optimiser = "adamw"}).weight_decay == 0.01);
  CHECK(settings_with({.optimiser = "adamw", .learning_rate = 0.5}).learning_rate == 0.5);
}

TEST_CASE("a warm-up is a share of all steps, or epochs") {
  CHECK(settings_with({.epochs = 8, .warmup = "2"}).warmup == 0.25);
  CHECK(settings_with({.warmup = "12.5%"}).warmup == 0.125);
  CHECK(settings_with({}).warmup == 0.05);
  CHECK(settings_with({.schedule = "step"}).warmup == 0);
  CHECK(settings_problem({.epochs = 3, .warmup = "3"}).find("fewer epochs than the 3") != std::string::npos);
  CHECK(settings_problem({.warmup = "soon"}).find("--warmup soon") == 0);
  CHECK(settings_problem({.warmup = "-1%"}).find("--warmup -1%") == 0);
}

TEST_CASE("class weights are as many as there are classes, all above 0") {
  CHECK(settings_with({.class_weights = "1, 2,0.5"}).class_weights == std::vector<double>{1, 2, 0.5});
  CHECK(settings_problem({.class_weights = "1,2"}).find("2 numbers, and there are 3 classes: a, b, c") !=
        std::string::npos);
  CHECK(settings_problem({.class_weights = "1,0,2"}).find("\"0\" is not a number above 0") !=
        std::string::npos);
  CHECK(settings_problem({.class_weights = "equal"}).find("\"equal\" is not a number") != std::string::npos);
}

TEST_CASE("momentum belongs to the optimisers that have it") {
  CHECK(settings_problem({.optimiser = "adam", .momentum = 0.9}).find("--momentum belongs to") == 0);
  CHECK(settings_problem({.optimiser = "nesterov", .momentum = 0.0}).find("above 0") != std::string::npos);
}
