// The state machine of jobs and rounds: who works on which part, whose result counts, when a round closes.
//
// Pure logic over a clock and a store that are passed in: no threads, no sockets, no weights. Every change is
// one Batch written to the store before it counts here, so a call that throws Errc::io changed nothing and
// can be made again. What is not stored is only how long each lease still lives: after a restart every lease
// lives for one full length more.
//
//   job     awaiting_weights --open()--> open --close() of the last round--> finished
//   round   open --accept() of the deciding part--> closing --close()--> closed
//   part    free -> leased -> accepted; a lease that dies, outlives the deadline or is refused makes it free
//   again
//
// Laws, whatever happens in whatever order: at most one job is not finished; a part counts at most once in a
// round; the results that count never change once a round is closing; a round never closes below its quorum.
//
// One thread at a time (the aggregator holds one mutex around it). Errors: Errc::not_found for a job or task
// that does not exist, Errc::refused with the reason for what the rules forbid, Errc::io where the store
// failed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/rounds/messages.h"
#include "libfrag/rounds/state.h"
#include "libfrag/rounds/store.h"

namespace frag::rounds {

using Clock = std::function<Millis()>;

struct Joined {
  std::int64_t worker = 0;
  std::string token;  // its only copy: what is stored is its SHA-256
};

// The answer to a worker that asks for a task.
struct Offer {
  enum class Kind { task, wait, finished };

  Kind kind = Kind::wait;
  Lease lease;  // where kind is task
};

enum class Verdict {
  accepted,  // it counts from now on
  again,     // the same bytes counted already
};

// A round whose results are settled and wait to be averaged.
struct Closing {
  struct Part {
    std::int64_t part = 0;
    std::string task;
    std::string sha256;
  };

  std::int64_t job = 0;
  std::int64_t round = 0;
  std::int64_t base = 0;     // version
  std::int64_t version = 0;  // that the mean becomes
  std::vector<Part> parts;   // ascending
};

class Coordinator {
 public:
  // Takes up what the store holds.
  Coordinator(Store& store, Clock clock);

  // A new job, awaiting its weights. Refused while another is not finished.
  std::int64_t submit(const JobSpec& spec);
  // True where the job awaits its weights, false where it has these very ones; refused where it has others.
  bool awaits(std::int64_t job, const std::string& sha256) const;
  // The version that the next weights get, of whatever job.
  std::int64_t next_version() const;
  // Stores the first weights as next_version() and opens round 1; returns the version. The same bytes again:
  // its version.
  std::int64_t open(std::int64_t job, const std::string& sha256, std::uint64_t bytes);

  // A new worker, or the one of that name with a new token, its old lease given up and its job forgotten.
  Joined join(const std::string& name);
  // Whose token it is; nullopt for nobody's.
  std::optional<std::int64_t> worker_of(const std::string& token) const;

  // The lease that the worker holds, or a new one on the lowest free part. `wait` is how long the worker will
  // stay in the call, so that it does not count as gone meanwhile.
  Offer next_task(std::int64_t worker, Millis wait);
  // Renews a lease, a dead one too while its part is free; its length in seconds. Refused where it is lost.
  double heartbeat(std::int64_t worker, const std::string& task);

  // Before a result's bytes are read: throws where they cannot count. Returns the version they must fit.
  std::int64_t admit(std::int64_t worker, const std::string& task);
  // The result is checked and durable under its digest: it counts, unless things changed since admit().
  Verdict accept(std::int64_t worker, const std::string& task, const std::string& sha256, std::uint64_t bytes,
                 std::int64_t fragments);
  // The result is not what a result should be: counted, its part free again, its worker without a part for
  // one lease.
  void reject(std::int64_t worker, const std::string& task);

  // Lets time act: leases die, rounds are extended. Every call about tasks does so first.
  void advance();
  // When advance() next has something to do, as far as is known now.
  std::optional<Millis> next_due() const;

  // The round that waits to be averaged. The same answer after a restart.
  std::optional<Closing> closing() const;
  // Its mean is durable under closing().version: the next round opens, or the job is finished.
  void close(const Closing& closing, const std::string& sha256, std::uint64_t bytes);

  JobStatus status(std::int64_t job) const;
  // The newest job; not_found before the first.
  std::int64_t newest_job() const;
  // nullopt where there is no such version.
  std::optional<WeightsRecord> weights(std::int64_t version) const;
  Millis now() const { return clock_(); }
  // Grows whenever a record changes, so whenever next_due() or closing() may.
  std::uint64_t changes() const { return changes_; }
  // Grows whenever a worker that waits may have something to do: a part became free, a round opened, a job
  // ended.
  std::uint64_t openings() const { return openings_; }
  // All that is remembered, for tests.
  Batch records() const { return state_.records(); }

 private:
  void commit(const Batch& batch);

  // Pointers into state_ stay good until the record's round closes; nullptr where there is none.
  const JobRecord* unfinished_job() const;
  const RoundRecord* current_round() const;
  const RoundRecord* open_round() const;
  const JobRecord* job_of_worker(std::int64_t worker);
  const TaskRecord* held_by(std::int64_t worker) const;

  bool part_taken(std::int64_t part) const;
  bool part_free(std::int64_t part) const;
  std::optional<std::int64_t> lowest_free_part(std::int64_t nodes) const;
  Offer grant(const JobRecord& job, RoundRecord round, std::int64_t worker, std::int64_t part);
  Lease lease_of(const TaskRecord& task) const;
  void renew(const TaskRecord& task);
  void hear(std::int64_t worker, Millis wait);
  MemberRecord member(std::int64_t job, std::int64_t worker) const;

  TaskRecord task_of(const std::string& id);
  TaskRecord judge(std::int64_t worker, const std::string& id);
  [[noreturn]] void refuse_late(TaskRecord task, RoundRecord round, const std::string& why);
  [[noreturn]] void refuse_repeated(RoundRecord round, const std::string& why);

  void bury_dead(Millis now);
  void extend(Millis now);
  void end_rests(Millis now);
  RoundStatus status_of(const RoundRecord& round, std::int64_t nodes) const;
  WorkerStatus status_of(const WorkerRecord& worker, const MemberRecord& member) const;

  Store& store_;
  const Clock clock_;
  State state_;  // of the tasks, only those of the round that has not closed

  // Not stored: until when things hold.
  std::map<std::string, Millis> leases_;    // of held tasks
  std::map<std::int64_t, Millis> heard_;    // until when a silent worker is not gone
  std::map<std::int64_t, Millis> resting_;  // workers whose result was refused
  std::uint64_t changes_ = 0;
  std::uint64_t openings_ = 0;
};

}  // namespace frag::rounds
