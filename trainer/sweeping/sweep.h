// A sweep: trains the runs of a bag, one after the other, each as `fragtrain fit --resume` would.
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "trainer/cross_validation.h"
#include "trainer/sweeping/sweep_bag.h"
#include "trainer/sweeping/sweep_table.h"

namespace frag::trainer {

struct SweepRun {
  std::string name;        // in the bag
  SweptSettings settings;  // that `config` has
  FitConfig config;
};

// Gives each run its name and its folder, and lets only the first of equal ones be, with a note on standard
// error. Errc::usage that begins with `file` and the run's settings where these do not go together or do not
// fit the dataset, and where there is no validation to rank by. All places are `access`'s.
std::vector<SweepRun> settle_runs(std::vector<SweepRun> runs, const std::string& file, const SweepBag& bag,
                                  Access& access);

enum class FailedRuns { keep, retry };

// One thread at a time; what its constructor is given must outlive it.
class Sweep {
 public:
  // `runs`: at least one, settled. `lines`: where a line for each run goes.
  Sweep(const std::vector<SweepRun>& runs, const SweepBag& bag, Access& access, FailedRuns failed,
        std::FILE* lines);

  // Trains until every run is over or with another process. A run whose own settings or files are at fault is
  // recorded as failed and the next is taken; what would fail every run ends the sweep, and so does a stop
  // signal (Errc::interrupted, with the command that goes on). The table is replaced after every run.
  void train();

  std::vector<SweepRow> rows() const;
  Watch watch() const;

 private:
  bool is_over(const SweepRun& run) const;
  bool take(std::size_t index);
  SweepRecord train_run(const SweepRun& run);
  void say(std::size_t index, const SweepRecord& record) const;
  void write_table() const;

  const std::vector<SweepRun>& runs_;
  const SweepBag& bag_;
  Access& access_;
  std::FILE* const lines_;
  std::map<std::string, SweepRecord> to_retry_;  // by run: the failures that this sweep began with
};

}  // namespace frag::trainer
