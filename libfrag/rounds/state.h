// The records in memory, by key. A Batch is applied the same way whether it was just written or comes from a
// load, so what a restart finds is what was there before.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "libfrag/rounds/store.h"

namespace frag::rounds {

// How many events a status shows, and memory holds.
inline constexpr std::size_t kEventsKept = 200;

struct State {
  using Pair = std::pair<std::int64_t, std::int64_t>;

  std::map<std::int64_t, JobRecord> jobs;
  std::map<Pair, RoundRecord> rounds;  // (job, round)
  std::map<std::string, TaskRecord> tasks;
  std::map<std::int64_t, WorkerRecord> workers;
  std::map<Pair, MemberRecord> members;  // (job, worker)
  std::map<std::int64_t, WeightsRecord> weights;
  std::map<std::int64_t, MeasurementRecord> measurements;  // by version
  std::map<std::int64_t, EventRecord> events;              // the newest kEventsKept

  void apply(const Batch& batch);
  // Forgets the tasks of rounds that are over, and of finished jobs.
  void drop_closed_tasks();
  // All of it, in Store::load()'s order.
  Batch records() const;
};

}  // namespace frag::rounds
