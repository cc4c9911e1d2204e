// The runs of a sweep, ranked: for a terminal, as CSV, as JSON. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trainer/sweeping/sweep_plan.h"
#include "trainer/sweeping/sweep_record.h"

namespace frag::trainer {

struct SweepRow {
  std::string run;                    // its folder's name
  SweptSettings settings;             // of all rows the same keys
  std::optional<SweepRecord> record;  // absent: not over
};

// "finished", "failed" or "open"
const char* status_of(const SweepRow& row);

// Which row is at each rank: those with a result from the best on, then those that failed, then the rest; of
// equals the first.
std::vector<std::size_t> ranked(const std::vector<SweepRow>& rows, Watch watch);

// A line for each row that has a result, then the failures with their reasons.
std::string sweep_text(const std::vector<SweepRow>& rows, Watch watch);

// rank, run, status, the settings by their keys, val_accuracy, val_loss, deviation, best_epoch,
// trained_epochs, images_per_second, seconds, reason; what does not apply is empty.
std::string sweep_csv(const std::vector<SweepRow>& rows, Watch watch);

// docs/sweeps.md has the keys.
Json sweep_json(const std::vector<SweepRow>& rows, Watch watch);

}  // namespace frag::trainer
