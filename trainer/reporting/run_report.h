// A run on one page: a single HTML file that needs nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/image/image.h"
#include "trainer/evaluation.h"
#include "trainer/measures/class_intervals.h"
#include "trainer/reporting/run_record.h"

namespace frag::trainer {

// A fragment that the network finds hard.
struct HardFragment {
  std::size_t place = 0;  // in the evaluation's draw
  Image pixels;           // RGB, 8 bits, for people
};

// What was measured on a dataset.
struct MeasuredRun {
  Evaluation evaluation;
  std::vector<ClassIntervals> intervals;  // by class; empty with fewer than 2 groups
  std::vector<HardFragment> hardest;      // the hardest first
};

// The places of the `most` fragments whose own class has the lowest probabilities, the lowest first; earlier
// places first of equals.
std::vector<std::size_t> hardest_places(const Evaluation& evaluation, std::size_t most);

// Evaluates and reads the hardest fragments, from `access` once more. Errors as evaluate().
MeasuredRun measure_run(Network& network, Access& access, const EvaluationRequest& request);

struct RunReport {
  std::string title;    // plain text
  std::string written;  // the day, or empty
  const ModelCard& card;
  const RunRecord& record;
  const MeasuredRun* measured = nullptr;  // where there was a dataset
  const Catalog* catalog = nullptr;       // of that dataset
};

// The HTML. It loads nothing, and every text in it that comes from outside is escaped.
std::string write_run_report(const RunReport& report);

}  // namespace frag::trainer
