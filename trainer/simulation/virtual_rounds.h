// A job's rounds in virtual time: the aggregator's own state machine, workers that are events in a queue, and
// whatever does the work when a worker's time has passed.
//
// Nothing depends on the real clock: equal job, fleet and work give equal rounds. A run belongs to one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "libfrag/rounds/coordinator.h"
#include "trainer/simulation/fleet.h"

namespace frag::trainer {

// What came of a task's training.
struct TrainedResult {
  std::string fault;             // why it cannot count; empty where it can
  rounds::CheckedResult result;  // of a fault, only how many bytes came
};

enum class Fate {
  counts,
  wasted,  // late, or refused
};

// What is really done, or not, while virtual time stands still.
class SimulatedWork {
 public:
  virtual ~SimulatedWork() = default;

  // Digest and bytes of the first weights.
  virtual std::pair<std::string, std::uint64_t> first_weights() = 0;
  // How many fragments the lease's sample has.
  virtual std::int64_t fragments(const rounds::Lease& lease) = 0;
  virtual TrainedResult train(std::int64_t worker, const rounds::Lease& lease) = 0;
  // Whether train() is to be called also for what comes too late, because the worker keeps something of it.
  virtual bool needs_late_results() const = 0;
  // What became of the lease, which nobody works on any more. A wasted result is not asked for again.
  virtual void delivered(std::int64_t worker, const rounds::Lease& lease, Fate fate) = 0;
  // Digest and bytes of the next version.
  virtual std::pair<std::string, std::uint64_t> close(const rounds::Closing& closing) = 0;
  // Other versions are not asked for any more.
  virtual void keep_only(const std::set<std::int64_t>& versions) = 0;
  virtual rounds::Measurement measure(const rounds::EvaluationLease& lease) = 0;
};

// Bytes that the lease's result has on its way, by those of weights at full precision: half of them as fp16,
// and of dgc eight for each entry that its share lets travel, a number and its place.
std::uint64_t result_bytes(const rounds::Lease& lease, std::uint64_t weights_bytes);

// Called after each closed round with the job's status and the virtual seconds so far.
using RoundReport = std::function<void(const rounds::JobStatus& status, double seconds)>;

struct VirtualOutcome {
  rounds::JobStatus status;
  double seconds = 0;         // virtual, from the opening to the end of the job
  std::int64_t vanished = 0;  // tasks whose worker failed
};

// Runs the job to its end. Errc::unavailable where it does not come to one: no result for a thousand
// deadlines, as where a quorum needs more workers than there are, or nothing but refused ones, or a job that
// pauses itself.
VirtualOutcome run_virtual_rounds(const rounds::JobSpec& job, const FleetSettings& fleet, SimulatedWork& work,
                                  const RoundReport& report = {});

}  // namespace frag::trainer
