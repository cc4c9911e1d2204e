#include "trainer/fit_config.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/text.h"

namespace frag::trainer {
namespace {

constexpr double kUsualRise = 0.05;  // of the cosine schedule
constexpr double kUsualSteps = 3;    // of the step schedule: the rate falls twice
constexpr double kDecoupledDecay = 0.01;

// The place of a word that the command line has checked.
template <class Names>
std::size_t place_of(const Names& names, const std::string& word) {
  const auto found = std::find(std::begin(names), std::end(names), word);
  if (found == std::end(names)) throw Error(Errc::internal, "no setting \"" + word + "\"");
  return static_cast<std::size_t>(found - std::begin(names));
}

double usual_rate(OptimiserKind kind, const ModelInfo& model) {
  switch (kind) {
    case OptimiserKind::adam:
    case OptimiserKind::adamw:
      return std::min(0.001, model.learning_rate / 10);
    case OptimiserKind::adagrad:
      return std::min(0.01, model.learning_rate);
    default:
      return model.learning_rate;
  }
}

bool has_momentum(OptimiserKind kind) {
  return kind == OptimiserKind::sgd || kind == OptimiserKind::nesterov;
}

// As a share of all steps.
double warmup_of(const FitConfig& config) {
  if (!config.warmup) return config.schedule == "cosine" ? kUsualRise : 0.0;
  const std::string& text = *config.warmup;
  const bool percent = text.ends_with('%');
  const auto number = parse_number(text.substr(0, text.size() - (percent ? 1 : 0)));
  const double share = !number ? -1 : *number / (percent ? 100.0 : static_cast<double>(config.epochs));
  if (!(share >= 0 && share < 1)) {
    throw Error(Errc::usage, "--warmup " + text + ": give a part of all steps below 100%, such as 5%, or " +
                                 "fewer epochs than the " + std::to_string(config.epochs) + " there are");
  }
  return share;
}

void set_class_weights(TrainSettings& settings, const std::string& text,
                       const std::vector<std::string>& classes) {
  if (text == "none") return;
  settings.class_weighting = ClassWeighting::balanced;
  if (text == "balanced") return;
  settings.class_weighting = ClassWeighting::given;
  for (const std::string& part : split_text(text, ',')) {
    settings.class_weights.push_back(parse_number(trimmed(part)).value_or(0));
    if (settings.class_weights.back() > 0 && std::isfinite(settings.class_weights.back())) continue;
    throw Error(Errc::usage, "--class-weights " + text + ": \"" + part + "\" is not a number above 0");
  }
  if (settings.class_weights.size() == classes.size()) return;
  throw Error(Errc::usage, "--class-weights " + text + ": " + std::to_string(settings.class_weights.size()) +
                               " numbers, and there are " + std::to_string(classes.size()) +
                               " classes: " + join(classes, ", "));
}

Json class_weights_json(const TrainSettings& settings) {
  switch (settings.class_weighting) {
    case ClassWeighting::none:
      return "none";
    case ClassWeighting::balanced:
      return "balanced";
    case ClassWeighting::given:
      return settings.class_weights;
  }
  return nullptr;
}

}  // namespace

TrainSettings train_settings(const FitConfig& config, const ModelInfo& model,
                             const std::vector<std::string>& classes) {
  const auto kind = static_cast<OptimiserKind>(place_of(kOptimiserNames, config.optimiser));
  if (config.momentum && !has_momentum(kind)) {
    throw Error(Errc::usage, "--momentum belongs to sgd and nesterov; " + config.optimiser + " has its own");
  }
  TrainSettings settings{
      .batch = config.batch.value_or(model.batch),
      .optimiser = kind,
      .learning_rate = config.learning_rate.value_or(usual_rate(kind, model)),
      .momentum = has_momentum(kind) ? config.momentum.value_or(model.momentum) : 0.0,
      .weight_decay =
          config.weight_decay.value_or(kind == OptimiserKind::adamw ? kDecoupledDecay : model.weight_decay),
      .schedule = static_cast<Schedule>(place_of(kScheduleNames, config.schedule)),
      .warmup = warmup_of(config),
      .step_every = config.step_every.value_or(std::ceil(static_cast<double>(config.epochs) / kUsualSteps)),
      .step_factor = config.step_factor,
      .epochs = config.epochs,
      .seed = config.seed,
      .augment = parse_augmentation(config.augment),
      .precision = static_cast<Precision>(place_of(kPrecisionNames, config.precision)),
      .largest_norm = config.clip,
      .label_smoothing = config.label_smoothing,
  };
  if (kind == OptimiserKind::nesterov && settings.momentum <= 0) {
    throw Error(Errc::usage, "--optimizer nesterov looks ahead by its momentum, so that must be above 0");
  }
  set_class_weights(settings, config.class_weights, classes);
  return settings;
}

Json to_json(const TrainSettings& settings) {
  Json json{{"epochs", settings.epochs},
            {"seed", settings.seed},
            {"batch", settings.batch},
            {"optimizer", kOptimiserNames[static_cast<std::size_t>(settings.optimiser)]},
            {"learning_rate", settings.learning_rate}};
  if (has_momentum(settings.optimiser)) json["momentum"] = settings.momentum;
  json["weight_decay"] = settings.weight_decay;
  json["schedule"] = kScheduleNames[static_cast<std::size_t>(settings.schedule)];
  json["warmup"] = settings.warmup;
  if (settings.schedule == Schedule::step) {
    json["step_every"] = settings.step_every;
    json["step_factor"] = settings.step_factor;
  }
  json["clip"] = settings.largest_norm;
  json["label_smoothing"] = settings.label_smoothing;
  json["class_weights"] = class_weights_json(settings);
  json["augment"] = to_text(settings.augment);
  json["precision"] = kPrecisionNames[static_cast<std::size_t>(settings.precision)];
  return json;
}

Watch watch_of(const FitConfig& config) {
  return static_cast<Watch>(place_of(kWatchNames, config.watch));
}

}  // namespace frag::trainer
