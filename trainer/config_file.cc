#include "trainer/config_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "libfrag/base/file.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kConfigLimit = std::uint64_t{1} << 20;

std::string where_of(const std::string& name, const toml::source_region& source) {
  return name + ":" + std::to_string(source.begin.line);
}

std::string value_text(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return Json(number->get()).dump();
  throw Error(Errc::bad_input, where + ": a setting is a text, a number or a list of those");
}

toml::table parse_table(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, std::string_view(name));
  } catch (const toml::parse_error& error) {
    throw Error(Errc::bad_input, where_of(name, error.source()) + ": " + std::string(error.description()));
  }
}

}  // namespace

std::vector<ConfigEntry> parse_config(std::string_view toml, const std::string& name) {
  std::vector<std::pair<std::uint32_t, ConfigEntry>> by_line;
  for (const auto& [key, node] : parse_table(toml, name)) {
    ConfigEntry entry{.key = std::string(key.str()), .values = {}, .where = where_of(name, key.source())};
    if (const auto* list = node.as_array()) {
      for (const toml::node& value : *list) entry.values.push_back(value_text(value, entry.where));
    } else {
      entry.values.push_back(value_text(node, entry.where));
    }
    by_line.emplace_back(key.source().begin.line, std::move(entry));
  }
  std::sort(by_line.begin(), by_line.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ConfigEntry> entries;
  for (auto& [line, entry] : by_line) entries.push_back(std::move(entry));
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
  add("threads", threads);
  return text;
}

}  // namespace frag::trainer
