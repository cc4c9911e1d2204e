#include "trainer/fit.h"

#include <chrono>
#include <cstdio>
#include <memory>

#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "trainer/config_file.h"
#include "trainer/fit_report.h"
#include "trainer/measures/probabilities.h"
#include "trainer/metrics.h"
#include "trainer/training.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kValidationCount = 1000;

std::optional<ModuleFile> module_named(const std::string& model) {
  if (!names_module_file(model)) return std::nullopt;
  return read_module_file(model);
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

class Fit {
 public:
  // All three must outlive this.
  Fit(const FitConfig& config, Access& access, const FitPlan& plan)
      : config_(config),
        access_(access),
        plan_(plan),
        module_(module_named(config.model)),
        model_(model_info(module_ ? kTorchScript : config.model)),
        shape_{.edge = config.input.value_or(model_.input), .channels = natural_channels(access.catalog())},
        settings_(train_settings(config, model_, access.catalog().classes())),
        count_(count_of_epoch()),
        watch_(watch_of(config)),
        all_settings_(describe_settings()),
        folder_(plan.run, config.existing) {}

  History run();

 private:
  std::uint64_t count_of_epoch() const;
  Json describe_settings() const;

  void begin();
  void go_on_from(const Checkpoint& checkpoint);
  void train();
  std::string reason_to_stop() const;
  void do_epoch(std::int64_t epoch);
  void after_batch(Progress& progress, std::int64_t fragments);
  void measure(HistoryLine& line);

  Checkpoint checkpoint() const;
  void save_step();
  void save_epoch();
  void begin_folder();
  void keep(const Checkpoint& checkpoint);
  std::string kept() const;

  FragmentSet draw(SampleSpec pool, std::uint64_t count, std::uint64_t round, const std::string& what) const;
  FragmentSet draw_epoch(std::int64_t epoch) const;

  // Constant after construction.
  const FitConfig& config_;
  Access& access_;
  const FitPlan& plan_;
  const std::optional<ModuleFile> module_;
  const ModelInfo& model_;
  const InputShape shape_;
  const TrainSettings settings_;
  const std::uint64_t count_;  // fragments an epoch
  const Watch watch_;
  const Json all_settings_;  // what the weights are a function of
  const RunFolder folder_;

  std::unique_ptr<Network> network_;
  std::unique_ptr<Training> training_;
  std::optional<FragmentSet> first_set_;  // of a run that begins: drawn already, for the model card
  std::optional<FragmentSet> validation_;
  History history_;
  std::optional<TrainPosition> kept_;  // what the checkpoint on disk holds
};

std::uint64_t Fit::count_of_epoch() const {
  const std::uint64_t usual =
      usual_count(access_.catalog(), plan_.training, kUsualFragments);  // also: is there such a pool?
  return config_.count.value_or(usual);
}

Json Fit::describe_settings() const {
  Json json{{"model", model_.name},
            {"dataset", access_.catalog().id()},
            {"classes", access_.catalog().classes()},
            {"input", shape_.edge},
            {"split", plan_.training.fold ? describe_pool(plan_.training) : config_.split},
            {"count", count_}};
  if (module_) json["module_sha256"] = module_->sha256;
  json.update(to_json(settings_));
  json["patience"] = config_.patience;
  json["watch"] = config_.watch;
  return json;
}

FragmentSet Fit::draw(SampleSpec pool, std::uint64_t count, std::uint64_t round,
                      const std::string& what) const {
  pool.count = count;
  pool.seed = config_.seed;
  pool.round = round;
  return read_fragments(access_, pool, shape_, what);
}

FragmentSet Fit::draw_epoch(std::int64_t epoch) const {
  return draw(plan_.training, count_, static_cast<std::uint64_t>(epoch),
              "epoch " + std::to_string(epoch + 1));
}

History Fit::run() {
  if (config_.patience > 0 && !plan_.validation) {
    throw Error(Errc::usage, "--patience needs a validation: the dataset has the splits " +
                                 join(access_.catalog().splits(), ", ") + ", and no val");
  }
  try {
    if (const auto checkpoint = folder_.checkpoint()) {
      go_on_from(*checkpoint);
    } else {
      begin();
    }
    train();
  } catch (const LossNotFinite& error) {
    throw LossNotFinite(error.what() + ("; " + kept()));
  } catch (const Error& error) {
    if (error.code() != Errc::interrupted) throw;
    throw Error(Errc::interrupted,
                "stopped; " + kept() + (kept_ ? ". To go on:\n  " + config_.command : std::string()));
  }
  return history_;
}

void Fit::begin() {
  const Catalog& catalog = access_.catalog();
  first_set_ = draw_epoch(0);
  network_ = std::make_unique<Network>(
      module_ ? make_card(*module_, catalog, *first_set_) : make_card(model_.name, catalog, *first_set_),
      config_.seed, module_ ? &*module_ : nullptr);
  training_ = std::make_unique<Training>(*network_, settings_);
  print_start(*network_, count_);
}

void Fit::go_on_from(const Checkpoint& checkpoint) {
  const std::string name = folder_.checkpoint_path().string();
  const std::string differing = differences(checkpoint.settings, all_settings_);
  if (!differing.empty()) {
    throw Error(Errc::usage, name + " is of another training: " + differing +
                                 ". Nothing was changed; go on with the settings that it has, or begin in " +
                                 "another folder");
  }
  if (checkpoint.threads != compute_threads()) {
    std::fprintf(stderr,
                 "fragtrain: note: it was trained with --threads %d, and now with %d: weights may "
                 "differ in their last bits\n",
                 checkpoint.threads, compute_threads());
  }
  network_ = std::make_unique<Network>(checkpoint.network, name, module_ ? &*module_ : nullptr);
  training_ = std::make_unique<Training>(*network_, settings_);
  training_->restore(checkpoint.position, checkpoint.optimiser, name);
  history_ = checkpoint.history;
  kept_ = checkpoint.position;
  print_start(*network_, count_);
  std::printf("going on after %s\n", describe(*kept_).c_str());
}

void Fit::train() {
  const auto done = [this] {
    return training_->position().epoch >= config_.epochs || !reason_to_stop().empty();
  };
  if (plan_.validation && !done()) {
    const std::uint64_t count = usual_count(access_.catalog(), *plan_.validation, kValidationCount);
    validation_ = draw(*plan_.validation, count, 0, "validation");
  }
  while (!done()) {
    throw_if_stopped();
    do_epoch(training_->position().epoch);
  }
  print_end(folder_, history_, watch_, reason_to_stop());
}

std::string Fit::reason_to_stop() const {
  return trainer::reason_to_stop(history_, watch_, config_.patience);
}

void Fit::do_epoch(std::int64_t epoch) {
  const FragmentSet set = first_set_ ? std::move(*first_set_) : draw_epoch(epoch);
  first_set_.reset();
  Progress progress("epoch " + std::to_string(epoch + 1) + "/" + std::to_string(config_.epochs), set.size(),
                    "fragments");
  const auto before = static_cast<std::uint64_t>(training_->position().step * settings_.batch);
  progress.add(std::min<std::uint64_t>(before, set.size()));
  const EpochResult result = training_->epoch(
      set, epoch, [this, &progress](std::int64_t fragments) { after_batch(progress, fragments); });
  HistoryLine line{.epoch = epoch + 1,
                   .loss = result.loss,
                   .train_accuracy = result.accuracy,
                   .learning_rate = result.learning_rate,
                   .images_per_second = result.images_per_second,
                   .seconds = result.seconds};
  measure(line);
  line.ended = seconds_since_1970();
  history_.push_back(line);
  save_epoch();
  print_line(line, config_.epochs);
}

void Fit::after_batch(Progress& progress, std::int64_t fragments) {
  progress.add(static_cast<std::uint64_t>(fragments));
  const bool due = config_.checkpoint_every > 0 && training_->position().step % config_.checkpoint_every == 0;
  if (due || stop_requested()) save_step();
  throw_if_stopped();
}

void Fit::measure(HistoryLine& line) {
  if (!validation_) return;
  const std::vector<float> rows = network_->probabilities(*validation_);
  const Probabilities probabilities(rows, network_->card().classes.size());
  line.val_accuracy = accuracy_of(validation_->labels(), most_probable(probabilities));
  line.val_loss = cross_entropy(probabilities, validation_->labels());
}

Checkpoint Fit::checkpoint() const {
  Checkpoint checkpoint{.network = rounds::parse_weights(network_->weights()),
                        .optimiser = rounds::parse_weights(training_->optimiser_state()),
                        .settings = all_settings_,
                        .threads = compute_threads(),
                        .position = training_->position(),
                        .history = history_};
  if (!all_finite(checkpoint.network)) {
    throw LossNotFinite("the weights are no longer numbers after " + describe(checkpoint.position) +
                        "; try a lower learning rate");
  }
  return checkpoint;
}

void Fit::begin_folder() {
  if (kept_) return;
  folder_.begin(module_);
  // Of all folds together where there are folds: none can be repeated alone.
  const auto count = config_.folds ? config_.count : std::optional(count_);
  RunFolder(config_.run, Existing::overwrite)
      .save_config(fit_toml(config_, settings_, shape_.edge, count, compute_threads()));
}

void Fit::save_step() {
  const Checkpoint state = checkpoint();
  begin_folder();
  folder_.save(state);
  kept_ = state.position;
}

void Fit::save_epoch() {
  const Checkpoint state = checkpoint();
  begin_folder();
  folder_.save_epoch(state, describe_run(config_.places, state, *network_, watch_, reason_to_stop()), watch_);
  kept_ = state.position;
}

std::string Fit::kept() const {
  if (!kept_) return "nothing was kept yet";
  return folder_.checkpoint_path().string() + " keeps the state after " + describe(*kept_);
}

}  // namespace

History fit(const FitConfig& config, Access& access, const FitPlan& plan) {
  return Fit(config, access, plan).run();
}

}  // namespace frag::trainer
