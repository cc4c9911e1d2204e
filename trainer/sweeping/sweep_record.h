// What came of a run of a sweep: DIR/bag/run-....json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/history.h"

namespace frag::trainer {

// How good a run was. Of one training: at its best epoch. Of a cross-validation: the mean over folds after
// their last epochs, as in folds.json.
struct SweepResult {
  double val_accuracy = 0;
  double val_loss = 0;
  double deviation = -1;        // of what is watched, between folds; below 0: there are none
  std::int64_t best_epoch = 0;  // from 1; 0 with folds
  std::int64_t epochs = 0;      // trained; of the fold with the most
  double images_per_second = 0;
  double seconds = 0;  // of all epochs of all folds

  bool operator==(const SweepResult&) const = default;
};

// `histories`: what fit_all() returned, every epoch validated.
SweepResult result_of(const std::vector<History>& histories, Watch watch);

// Whether `a` ranks before `b`: by what is watched, of equal accuracies the lower loss.
bool better(const SweepResult& a, const SweepResult& b, Watch watch);

struct SweepRecord {
  Json settings;        // those that varied, an object
  std::string failure;  // why there is no result; empty: there is one
  double ended = 0;     // seconds since 1970
  SweepResult result;

  bool failed() const { return !failure.empty(); }
  bool operator==(const SweepRecord&) const = default;
};

// In numbers that come back bit for bit.
Json to_json(const SweepResult& result);
Json to_json(const SweepRecord& record);

// Errc::bad_input that names `what`.
SweepRecord sweep_record_from_json(const Json& json, const std::string& what);

}  // namespace frag::trainer
