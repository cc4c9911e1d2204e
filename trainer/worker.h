// The worker: joins an aggregator and does leases until the job has ended. The network loop around
// local_task.h, or around evaluations.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace frag::trainer {

struct WorkerOptions {
  std::string aggregator;            // base URL
  std::vector<std::string> mirrors;  // before the job's own
  std::string data;                  // a dataset of its own instead of all mirrors; empty: none
  std::vector<std::string> modules;  // TorchScript files that it may run
  std::filesystem::path keep;        // where what it needs of a job's earlier tasks stays; empty: in memory
  std::string name;                  // as the aggregator lists it
  std::string token;                 // to join with; empty on loopback
  double throttle = 1.0;             // share of the time spent training, in (0, 1]
};

// Each returns once the job has ended. Errc::unavailable where the aggregator, or every mirror, stays away
// for ten minutes; Errc::refused where a token is not taken, or the job's module is none of options.modules;
// Errc::not_found where one of these is not there; Errc::interrupted on SIGINT or SIGTERM.
void run_worker(const WorkerOptions& options);

// The same, measuring versions instead of training; `keep` and `throttle` mean nothing to it.
void run_evaluator(const WorkerOptions& options);

}  // namespace frag::trainer
