// What `fragtrain fit` was asked for: its command line, or a file of the same settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/history.h"
#include "trainer/network.h"
#include "trainer/run_folder.h"
#include "trainer/train_settings.h"

namespace frag::trainer {

// Fields without a default are the model's own, or follow from others.
struct FitConfig {
  std::vector<std::string> places = {};  // a dataset folder, or mirrors
  std::string run = {};
  std::string model = "small";
  std::string split = "train";
  std::optional<std::int64_t> folds = {};  // instead of `split`
  std::int64_t epochs = 10;
  std::optional<std::uint64_t> count = {};  // fragments an epoch
  std::uint64_t seed = 1;
  std::optional<std::int64_t> input = {};  // pixels
  std::optional<std::int64_t> batch = {};
  std::string optimiser = "sgd";
  std::optional<double> learning_rate = {};
  std::optional<double> momentum = {};
  std::optional<double> weight_decay = {};
  std::string schedule = "cosine";
  std::optional<std::string> warmup = {};  // "5%" of all steps, or "2" epochs
  std::optional<double> step_every = {};   // epochs
  double step_factor = 0.1;
  double clip = 0;
  double label_smoothing = 0;
  std::string class_weights = "none";  // none, balanced, or a number for each class: "1,2,0.5"
  std::string augment = "turns";
  std::int64_t patience = 0;  // epochs; 0: any number
  std::string watch = "accuracy";
  std::int64_t checkpoint_every = 0;  // steps; 0: after epochs only
  std::string precision = "full";
  int threads = 0;
  std::string device = "auto";
  Existing existing = Existing::refuse;
  std::string command = {};  // as typed, what goes on with the run
  bool quiet = false;        // nothing on standard output
};

// The settings in full, the model's own where the user said nothing: Adam and AdamW take a tenth of the
// model's learning rate, at most 0.001, Adagrad at most 0.01; AdamW decays weights by 0.01. Errc::usage for
// what does not go together.
TrainSettings train_settings(const FitConfig& config, const ModelInfo& model,
                             const std::vector<std::string>& classes);

// By the names of the command line, values that do not matter to these settings left out.
Json to_json(const TrainSettings& settings);

Watch watch_of(const FitConfig& config);

}  // namespace frag::trainer
