// The worker: joins an aggregator, does leases until the job has ended. The network loop around local_task.h.
#pragma once

#include <string>
#include <vector>

namespace frag::trainer {

struct WorkerOptions {
  std::string aggregator;            // base URL
  std::vector<std::string> mirrors;  // before the job's own; folders are welcome too
  std::vector<std::string> modules;  // TorchScript files that it may run
  std::string name;                  // as the aggregator lists it
  std::string token;                 // to join with; empty on loopback
  double throttle = 1.0;             // share of the time spent training, in (0, 1]
};

// Returns once the job has ended. Errc::unavailable where the aggregator, or every mirror, stays away for ten
// minutes; Errc::refused where a token is not taken, or the job's module is none of options.modules;
// Errc::not_found where one of these is not there; Errc::interrupted on SIGINT or SIGTERM.
void run_worker(const WorkerOptions& options);

}  // namespace frag::trainer
