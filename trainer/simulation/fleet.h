// The workers of a simulated job: how fast each is, how often it fails, what moving bytes costs it. All of it
// is drawn from a seed, so that the same fleet can be had again. Pure functions and values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/base/random.h"

namespace frag::trainer {

struct FleetSettings {
  std::int64_t workers = 10;
  // Relative speeds: "1*8, 0.2*2" (so many of each, repeated over the fleet), "lognormal:S" (median 1, S the
  // deviation of the logarithm) or "uniform:A:B".
  std::string speeds = "1";
  double rate = 500;       // fragments a second that a worker of speed 1 trains on
  double failures = 0;     // chance that a worker vanishes within a task, in [0, 1)
  double away_s = 60;      // mean seconds until it is back
  double latency_s = 0.1;  // mean seconds of a request, on top of its bytes
  double bandwidth = 0;    // bytes a second of each worker's line; 0: bytes take no time
  std::uint64_t seed = 0;
};

// One a worker. Errc::usage where `speeds` is none of the three, or not above 0.
std::vector<double> draw_speeds(const FleetSettings& fleet);

// An exponentially distributed number of this mean.
double draw_exponential(SplitMix64& random, double mean);

}  // namespace frag::trainer
