#include "trainer/fit.h"

#include <chrono>
#include <cstdio>
#include <memory>

#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "trainer/fit_report.h"
#include "trainer/measures/probabilities.h"
#include "trainer/metrics.h"
#include "trainer/training.h"

namespace frag::trainer {
namespace {

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

class Fit {
 public:
  // `task` must outlive this.
  explicit Fit(const FitTask& task)
      : task_(task), identity_(task.identity()), folder_(task.plan().run, task.config().existing) {}

  History run();

 private:
  void begin();
  void go_on_from(const Checkpoint& checkpoint);
  void train();
  std::string reason_to_stop() const;
  void do_epoch(std::int64_t epoch);
  EpochResult train_epoch(std::int64_t epoch);
  void after_batch(Progress& progress, std::int64_t fragments);
  void keep_what_is_new();
  void measure(HistoryLine& line);

  Checkpoint checkpoint() const;
  void save_step();
  void save_epoch();
  void begin_folder();
  std::string kept() const;

  // Constant after construction.
  const FitTask& task_;
  const Json identity_;
  const RunFolder folder_;

  std::unique_ptr<Network> network_;
  std::unique_ptr<Training> training_;
  std::optional<FragmentSet> validation_;
  std::unique_ptr<FragmentLoader> loader_;
  History history_;
  std::optional<TrainPosition> kept_;  // what the checkpoint on disk holds
};

History Fit::run() {
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
    const bool stopped = error.code() == Errc::interrupted;
    if (!stopped && (!kept_ || error.code() == Errc::usage)) throw;
    throw Error(error.code(), (stopped ? "stopped" : error.what()) + ("; " + kept()) +
                                  (kept_ ? ". To go on:\n  " + task_.config().command : std::string()));
  }
  return history_;
}

void Fit::begin() {
  network_ = std::make_unique<Network>(task_.new_network());
  training_ = std::make_unique<Training>(*network_, task_.settings());
  if (!task_.config().quiet) print_start(*network_, task_.count());
}

void Fit::go_on_from(const Checkpoint& checkpoint) {
  const std::string name = folder_.checkpoint_path().string();
  const std::string differing = differences(checkpoint.settings, identity_);
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
  network_ = std::make_unique<Network>(checkpoint.network, name, task_.module_pointer());
  training_ = std::make_unique<Training>(*network_, task_.settings());
  training_->restore(checkpoint.position, checkpoint.optimiser, name);
  history_ = checkpoint.history;
  kept_ = checkpoint.position;
  if (task_.config().quiet) return;
  print_start(*network_, task_.count());
  std::printf("going on after %s\n", describe(*kept_).c_str());
}

void Fit::train() {
  const auto done = [this] {
    return training_->position().epoch >= task_.settings().epochs || !reason_to_stop().empty();
  };
  if (!done()) {
    validation_ = task_.draw_validation();
    loader_ = std::make_unique<FragmentLoader>(task_.access(), network_->normaliser(), task_.loader_plan());
  }
  while (!done()) {
    throw_if_stopped();
    do_epoch(training_->position().epoch);
  }
  if (!task_.config().quiet) print_end(folder_, history_, task_.watch(), reason_to_stop());
}

std::string Fit::reason_to_stop() const {
  return trainer::reason_to_stop(history_, task_.watch(), task_.config().patience);
}

void Fit::do_epoch(std::int64_t epoch) {
  const EpochResult result = train_epoch(epoch);
  HistoryLine line{.epoch = epoch + 1,
                   .loss = result.loss,
                   .train_accuracy = result.accuracy,
                   .learning_rate = result.learning_rate,
                   .images_per_second = result.images_per_second,
                   .seconds = result.seconds,
                   .left_out = static_cast<std::int64_t>(result.left_out.fragments)};
  measure(line);
  line.ended = seconds_since_1970();
  history_.push_back(line);
  save_epoch();
  if (!task_.config().quiet) print_line(line, task_.settings().epochs);
  print_left_out(result.left_out);
}

EpochResult Fit::train_epoch(std::int64_t epoch) {
  Progress progress("epoch " + std::to_string(epoch + 1) + "/" + std::to_string(task_.settings().epochs),
                    task_.count(), "fragments");
  progress.add(static_cast<std::uint64_t>(training_->position().fragments));
  try {
    return training_->epoch(*loader_, epoch,
                            [this, &progress](std::int64_t fragments) { after_batch(progress, fragments); });
  } catch (const LossNotFinite&) {
    throw;
  } catch (const Error&) {
    keep_what_is_new();
    throw;
  }
}

void Fit::after_batch(Progress& progress, std::int64_t fragments) {
  progress.add(static_cast<std::uint64_t>(fragments));
  const std::int64_t every = task_.config().checkpoint_every;
  if (every > 0 && training_->position().step % every == 0) save_step();
  throw_if_stopped();
}

// Stopped, or the fragments no longer come: the steps since the last checkpoint are not to be lost.
void Fit::keep_what_is_new() {
  const TrainPosition position = training_->position();
  if (position.step > 0 && !(kept_ && kept_->epoch == position.epoch && kept_->step == position.step)) {
    save_step();
  }
}

void Fit::measure(HistoryLine& line) {
  if (!validation_) return;
  std::vector<float> rows;
  try {
    rows = network_->probabilities(*validation_);
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    throw LossNotFinite("after epoch " + std::to_string(line.epoch) + " " + error.what() +
                        "; try a lower learning rate");
  }
  const Probabilities probabilities(rows, network_->card().classes.size());
  line.val_accuracy = accuracy_of(validation_->labels(), most_probable(probabilities));
  line.val_loss = cross_entropy(probabilities, validation_->labels());
}

Checkpoint Fit::checkpoint() const {
  Checkpoint checkpoint{.network = rounds::parse_weights(network_->weights()),
                        .optimiser = rounds::parse_weights(training_->optimiser_state()),
                        .settings = identity_,
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
  folder_.begin(task_.module());
  // Of all folds together where there are folds: none can be repeated alone.
  RunFolder(task_.config().run, Existing::overwrite).save_config(task_.toml());
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
  folder_.save_epoch(state,
                     describe_run(task_.config().places, state, *network_, task_.watch(), reason_to_stop()),
                     task_.watch());
  kept_ = state.position;
}

std::string Fit::kept() const {
  if (!kept_) return "nothing was kept yet";
  return folder_.checkpoint_path().string() + " keeps the state after " + describe(*kept_);
}

}  // namespace

History fit(const FitTask& task) {
  return Fit(task).run();
}

}  // namespace frag::trainer
