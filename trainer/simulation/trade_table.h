// What a quorum costs and gives: the simulated jobs side by side, as a table, as a page, as JSON. Pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/simulation/virtual_rounds.h"

namespace frag::trainer {

struct SimulatedJob {
  std::int64_t needed = 0;  // results a round
  std::int64_t nodes = 0;
  VirtualOutcome outcome;
  std::vector<double> round_ends;  // virtual seconds, of each closed round
};

// Empty where nothing was measured.
std::optional<double> best_accuracy(const SimulatedJob& job);
std::optional<double> last_accuracy(const SimulatedJob& job);

// Of at least one job.
std::string format_trade(const std::vector<SimulatedJob>& jobs);
std::string trade_page(const std::string& title, const std::vector<SimulatedJob>& jobs);
Json trade_json(const std::vector<SimulatedJob>& jobs);

}  // namespace frag::trainer
