// What an aggregator remembers, as records, and the seam to wherever they are kept.
//
// A change of state is one Batch: the full new value of every record it touches. It is written in one
// transaction before it counts in memory, so that the memory and the store never tell different stories, and
// a restart is one load().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/rounds/messages.h"

namespace frag::rounds {

// Milliseconds since the Unix epoch.
using Millis = std::int64_t;

enum class JobState {
  awaiting_weights,
  open,
  paused,    // nothing is handed out; what is held may still be delivered
  finished,  // after its last round, or earlier as its stop rule or somebody wanted
};

// As statuses and databases spell it, in the enum's order.
inline constexpr const char* kJobStates[] = {"awaiting_weights", "open", "paused", "finished"};
inline const char* name_of(JobState state) {
  return kJobStates[static_cast<std::size_t>(state)];
}

struct JobRecord {
  std::int64_t id = 0;  // from 1
  JobSpec spec;
  JobState state = JobState::awaiting_weights;
  std::int64_t weights = -1;    // the newest version, -1 before the first
  std::int64_t last_round = 0;  // with which it ends: spec.rounds, or fewer where it was ended before
  std::int64_t accepted = 0;    // results that count or will, over all rounds
  std::string reason;           // why it is paused or ended, or ends early

  bool operator==(const JobRecord&) const = default;
};

// Whether somebody stopped it while a round was closing, with which it ends.
inline bool ends_early(const JobRecord& job) {
  return job.last_round < job.spec.rounds;
}

enum class RoundState {
  open,     // parts are handed out and results taken
  closing,  // the quorum is in: which results count is settled, their mean is not yet durable
  closed,   // the next weights exist
  stopped,  // its job was ended before it closed
};

inline constexpr const char* kRoundStates[] = {"open", "closing", "closed", "stopped"};
inline const char* name_of(RoundState state) {
  return kRoundStates[static_cast<std::size_t>(state)];
}

struct RoundRecord : RoundCounts {
  std::int64_t job = 0;
  std::int64_t round = 0;  // from 1
  RoundState state = RoundState::open;
  std::int64_t base = 0;  // the version that its workers start from
  Millis opened = 0;
  Millis deadline = 0;
  Millis closed = 0;          // when the quorum was in; 0 before
  std::int64_t weights = -1;  // the version it made
  // Means, as RoundStatus has them.
  double staleness = 0;
  double loss = 0;
  double accuracy = 0;

  bool operator==(const RoundRecord&) const = default;
};

// Whether nothing more can happen in it.
inline bool over(const RoundRecord& round) {
  return round.state == RoundState::closed || round.state == RoundState::stopped;
}

enum class TaskState {
  leased,    // a worker holds it
  overdue,   // held, but it outlived the round's deadline: its part may also be given to another
  dead,      // no heartbeat in time, or its worker joined anew; its part may be given to another
  accepted,  // its result counts
  refused,   // its result was not what a result should be
  late,      // its result came after the round had closed or its part was taken, or for a step that its job
             // did not make
};

struct TaskRecord {
  std::string id;  // "JOB-ROUND-PART-ISSUE"
  std::int64_t job = 0;
  // That it belongs to: where it was issued; of an asynchronous rule the round its result counts in, and
  // before there is a result the one that is open.
  std::int64_t round = 0;
  std::int64_t part = 0;
  std::int64_t worker = 0;
  TaskState state = TaskState::leased;
  Millis issued = 0;
  Millis ended = 0;         // when its result came; 0 before
  std::int64_t base = 0;    // the version that it starts from
  std::int64_t draw = 0;    // the round in its SampleSpec: that of issue; of an asynchronous rule the part's
                            // tasks so far, with this one
  std::uint64_t count = 0;  // fragments that it was asked for; 0: as the job says
  std::string digest;       // XXH3-128 of the accepted result; this and all below only then
  std::uint64_t bytes = 0;
  std::int64_t order = 0;  // of acceptance within the job, from 1
  double norm = 0;         // L2, of its parameters' change
  ResultReport report;     // by its worker's own words

  bool operator==(const TaskRecord&) const = default;
};

// Whether its worker may still be at it.
inline bool held(const TaskRecord& task) {
  return task.state == TaskState::leased || task.state == TaskState::overdue;
}

struct WorkerRecord {
  std::int64_t id = 0;  // from 1
  std::string name;     // unique
  std::string token_sha256;
  std::int64_t job = 0;   // that it belongs to; 0 before it first asked for a task
  std::string joined_by;  // the caller's word for who let it in

  bool operator==(const WorkerRecord&) const = default;
};

// What a worker did in a job.
struct MemberRecord {
  std::int64_t job = 0;
  std::int64_t worker = 0;
  std::int64_t taken = 0;
  std::int64_t late = 0;
  std::int64_t part = -1;  // that it had last: it gets that one again where it is free
  double speed = 0;        // fragments a second of its newest result; 0 before
  std::string accepted;    // its newest task whose result was accepted

  bool operator==(const MemberRecord&) const = default;
};

struct WeightsRecord {
  std::int64_t version = 0;  // from 0, over all jobs
  std::int64_t job = 0;
  std::int64_t round = 0;  // that made it; 0 for what the submitter sent
  std::string digest;      // XXH3-128 of its file
  std::uint64_t bytes = 0;
  bool pruned = false;  // its file is gone, to bound the disk

  bool operator==(const WeightsRecord&) const = default;
};

struct MeasurementRecord {
  std::int64_t job = 0;
  Measurement measurement;
  Millis when = 0;

  bool operator==(const MeasurementRecord&) const = default;
};

struct EventRecord {
  std::int64_t number = 0;  // from 1
  std::int64_t job = 0;     // 0 where it concerns none
  std::int64_t round = 0;
  Millis when = 0;
  std::string kind;
  std::string text;

  bool operator==(const EventRecord&) const = default;
};

// Records by their keys: each replaces the record of the same key.
struct Batch {
  std::vector<JobRecord> jobs;                  // by id
  std::vector<RoundRecord> rounds;              // by job, round
  std::vector<TaskRecord> tasks;                // by id
  std::vector<WorkerRecord> workers;            // by id
  std::vector<MemberRecord> members;            // by job, worker
  std::vector<WeightsRecord> weights;           // by version
  std::vector<MeasurementRecord> measurements;  // by version
  std::vector<EventRecord> events;              // by number

  bool empty() const;
  bool operator==(const Batch&) const = default;
};

// Used under the coordinator's lock, so an implementation need not lock for itself.
class Store {
 public:
  virtual ~Store() = default;

  // All of it or nothing, durable on return. Errc::io where that failed; nothing counts then.
  virtual void write(const Batch& batch) = 0;

  // Every record, each kind in ascending key order (tasks by their text), but of the tasks only those of the
  // job that is not finished whose round is not over or not there yet (the others are looked up one at a
  // time), and of the events only the newest 200.
  virtual Batch load() = 0;

  virtual std::optional<TaskRecord> find_task(const std::string& id) = 0;

  // The accepted results that belong to a round, a closed one too, in the order of their acceptance.
  virtual std::vector<TaskRecord> accepted(std::int64_t job, std::int64_t round) = 0;

  // The part's newest task of an asynchronous job, so that of the largest `draw`; nullopt before the first.
  virtual std::optional<TaskRecord> newest_task(std::int64_t job, std::int64_t part) = 0;
};

}  // namespace frag::rounds
