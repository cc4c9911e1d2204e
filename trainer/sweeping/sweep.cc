#include "trainer/sweeping/sweep.h"

#include <chrono>

#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"

namespace frag::trainer {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// "run 3/12"
std::string run_label(std::size_t index, std::size_t runs) {
  return "run " + std::to_string(index + 1) + "/" + std::to_string(runs);
}

std::string name_of_run(const FitConfig& config, Access& access) {
  const std::vector<FitPlan> plans = plans_of(config, access.catalog());
  if (!plans.front().validation) {
    throw Error(Errc::usage, "there is nothing to rank by: the dataset has the splits " +
                                 join(access.catalog().splits(), ", ") + ", and no val; `frag split` makes " +
                                 "one, or \"folds\" does without");
  }
  Json identity = FitTask(config, access, plans.front()).identity();
  if (config.folds) identity["folds"] = *config.folds;
  return run_name(identity);
}

// Whether another run may do better; else whoever goes on meets the same again.
bool is_of_one_run(Errc code) {
  return code == Errc::bad_input || code == Errc::usage || code == Errc::not_found;
}

}  // namespace

std::vector<SweepRun> settle_runs(std::vector<SweepRun> runs, const std::string& file, const SweepBag& bag,
                                  Access& access) {
  std::vector<SweepRun> settled;
  std::map<std::string, std::size_t> first_of_name;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    SweepRun& run = runs[i];
    const std::string place = run_label(i, runs.size());
    try {
      run.name = name_of_run(run.config, access);
    } catch (const Error& error) {
      throw Error(error.code(), file + ": " + place + " (" + describe(run.settings) + "): " + error.what());
    }
    run.config.run = bag.run_folder(run.name).string();
    const auto [first, is_new] = first_of_name.emplace(run.name, i);
    if (is_new) {
      settled.push_back(std::move(run));
    } else {
      std::fprintf(stderr, "fragtrain: note: %s (%s) is the same training as run %zu and left out\n",
                   place.c_str(), describe(run.settings).c_str(), first->second + 1);
    }
  }
  return settled;
}

Sweep::Sweep(const std::vector<SweepRun>& runs, const SweepBag& bag, Access& access, FailedRuns failed,
             std::FILE* lines)
    : runs_(runs), bag_(bag), access_(access), lines_(lines) {
  for (const SweepRun& run : runs_) {
    if (failed == FailedRuns::keep) break;
    const auto record = bag_.record(run.name);
    if (record && record->failed()) to_retry_.emplace(run.name, *record);
  }
}

void Sweep::train() {
  // Once more as long as there was something to take: another process may have been killed over its run.
  for (bool taken = true; taken;) {
    taken = false;
    for (std::size_t i = 0; i < runs_.size(); ++i) taken = take(i) || taken;
  }
  write_table();
}

std::vector<SweepRow> Sweep::rows() const {
  std::vector<SweepRow> rows;
  for (const SweepRun& run : runs_) {
    rows.push_back({.run = run.name, .settings = run.settings, .record = bag_.record(run.name)});
  }
  return rows;
}

Watch Sweep::watch() const {
  return watch_of(runs_.front().config);
}

bool Sweep::is_over(const SweepRun& run) const {
  const auto record = bag_.record(run.name);
  if (!record) return false;
  const auto retried = to_retry_.find(run.name);
  return retried == to_retry_.end() || retried->second != *record;
}

bool Sweep::take(std::size_t index) {
  const SweepRun& run = runs_[index];
  if (is_over(run)) return false;
  if (stop_requested()) {
    throw Error(Errc::interrupted, "stopped between two runs. To go on:\n  " + run.config.command);
  }
  const auto claim = bag_.claim(run.name);
  // Another process may have come to its end meanwhile.
  if (!claim || is_over(run)) return false;
  const SweepRecord record = train_run(run);
  bag_.keep(run.name, record);
  to_retry_.erase(run.name);
  say(index, record);
  write_table();
  return true;
}

SweepRecord Sweep::train_run(const SweepRun& run) {
  SweepRecord record{.settings = to_json(run.settings), .failure = {}, .ended = 0, .result = {}};
  try {
    record.result = result_of(fit_all(run.config, access_), watch());
  } catch (const Error& error) {
    if (!is_of_one_run(error.code())) throw;
    record.failure = error.what();
  } catch (const std::exception& error) {
    // LibTorch's and the system's, mostly that there is no memory for these settings; behind the first line
    // is where in LibTorch.
    record.failure = split_text(error.what(), '\n').front();
  }
  record.ended = now();
  return record;
}

void Sweep::say(std::size_t index, const SweepRecord& record) const {
  const SweepResult& result = record.result;
  const std::string outcome = record.failed() ? "failed: " + record.failure
                                              : "val " + format_fixed(result.val_accuracy, 3) + ", loss " +
                                                    format_fixed(result.val_loss, 4) + "  " +
                                                    format_seconds(result.seconds);
  std::fprintf(lines_, "%s: %s -> %s\n", run_label(index, runs_.size()).c_str(),
               describe(runs_[index].settings).c_str(), outcome.c_str());
}

void Sweep::write_table() const {
  bag_.write_table([this] { return sweep_csv(rows(), watch()); });
}

}  // namespace frag::trainer
