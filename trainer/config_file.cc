#include "trainer/config_file.h"

#include <utility>

#include "libfrag/base/file.h"
#include "trainer/toml_text.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kConfigLimit = std::uint64_t{1} << 20;

}  // namespace

std::vector<ConfigEntry> parse_config(std::string_view toml, const std::string& name) {
  std::vector<ConfigEntry> entries;
  const toml::table table = parse_toml(toml, name);
  for (const auto& [key, node] : in_order(table)) entries.push_back(config_entry(*key, *node, name));
  return entries;
}

std::vector<ConfigEntry> read_config(const std::filesystem::path& path) {
  return parse_config(read_file(path, kConfigLimit), path.string());
}

std::string fit_toml(const FitConfig& config, const TrainSettings& settings, std::int64_t input,
                     std::optional<std::uint64_t> count, int threads) {
  std::string text = "# fragtrain fit --config FILE repeats this run; options given beside it win.\n";
  // JSON's texts, numbers and lists are TOML's too.
  const auto add = [&text](const char* key, const Json& value) {
    text += std::string(key) + " = " + value.dump() + "\n";
  };
  add("dataset", config.places);
  add("output", config.run);
  add("model", config.model);
  if (config.folds) {
    add("folds", *config.folds);
  } else {
    add("split", config.split);
  }
  add("epochs", config.epochs);
  if (count) add("count", *count);
  add("batch", settings.batch);
  add("input", input);
  add("augment", config.augment);
  // TOML's whole numbers have a sign.
  add("seed",
      std::in_range<std::int64_t>(config.seed) ? Json(config.seed) : Json(std::to_string(config.seed)));
  add("optimizer", config.optimiser);
  add("lr", settings.learning_rate);
  if (settings.momentum > 0) add("momentum", settings.momentum);
  add("weight_decay", settings.weight_decay);
  add("clip", config.clip);
  add("schedule", config.schedule);
  add("warmup", config.warmup.value_or(settings.warmup > 0 ? "5%" : "0"));
  if (settings.schedule == Schedule::step) {
    add("step_every", settings.step_every);
    add("step_factor", settings.step_factor);
  }
  add("patience", config.patience);
  add("watch", config.watch);
  add("label_smoothing", config.label_smoothing);
  add("class_weights", config.class_weights);
  add("checkpoint_every", config.checkpoint_every);
  add("precision", config.precision);
  add("threads", threads);
  add("device", config.device);
  return text;
}

}  // namespace frag::trainer
