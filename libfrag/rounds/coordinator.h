// The state machine of jobs and rounds: who works on which part, whose result counts, when a round closes.
//
// Pure logic over a clock and a store that are passed in: no threads, no sockets, no weights. Every change is
// one Batch written to the store before it counts here, so a call that throws Errc::io changed nothing and
// can be made again. Not stored are only how long each lease still lives (after a restart every lease lives
// for one full length more, and no deadline acts before) and the bytes that the open round moved.
//
//   job     awaiting_weights --open()--> open <--> paused, either --> finished
//   round   open --accept() of the deciding result--> closing --close()--> closed
//   part    free -> leased -> accepted; a lease that dies, outlives the deadline or is refused makes it free
//   again
//
// Of an asynchronous rule a round is a step of the server: it is made of the next JobSpec::needed() results,
// whichever versions they started from. There a part is free again as soon as its result is in, a result that
// comes while a round is closing belongs to the next, and nothing is late before the job's last step is full.
//
// Laws, whatever happens in whatever order: at most one job is not finished; every accepted result counts in
// exactly one round, or in none where its job is stopped before, and of a synchronous rule a part at most
// once in it; the results that count never change once a round is closing; a round never closes below its
// quorum unless the job says so.
//
// One thread at a time (the aggregator holds one mutex around it). Errors: Errc::not_found for a job or task
// that does not exist, Errc::refused with the reason for what the rules forbid, Errc::io where the store
// failed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libfrag/rounds/messages.h"
#include "libfrag/rounds/result_check.h"
#include "libfrag/rounds/rules/catalog.h"
#include "libfrag/rounds/state.h"
#include "libfrag/rounds/store.h"

namespace frag::rounds {

using Clock = std::function<Millis()>;

struct Joined {
  std::int64_t worker = 0;
  std::string token;  // its only copy: what is stored is its SHA-256
};

enum class OfferKind { task, wait, finished };

// The answer to a worker that asks for something to do.
template <class Assignment>
struct Offer {
  OfferKind kind = OfferKind::wait;
  Assignment lease = {};  // where kind is task
};

enum class Verdict {
  accepted,  // it counts from now on
  again,     // the same bytes counted already
};

// A result that was checked and is durable under its digest.
struct CheckedResult {
  std::string digest;  // XXH3-128 of its file
  std::uint64_t bytes = 0;
  double norm = 0;  // L2, of its parameters' change
  ResultReport report;
};

// A round whose results are settled and wait to become weights.
struct Closing {
  struct Result {
    std::string task;
    std::string digest;
  };

  std::int64_t job = 0;
  std::int64_t round = 0;
  std::int64_t base = 0;     // version that the results are added to
  std::int64_t version = 0;  // that becomes of it
  RuleSpec rule;
  Step step;                    // contributions in the order of the results
  std::vector<Result> results;  // ascending parts; of an asynchronous rule as they were accepted
};

// Files that are no longer needed.
struct Prunable {
  std::vector<std::int64_t> weights;     // versions
  std::vector<Closing::Result> results;  // of closed rounds
};

class Coordinator {
 public:
  static constexpr std::int64_t kAllRounds = std::int64_t{1} << 32;

  // Takes up what the store holds.
  Coordinator(Store& store, Clock clock);

  // A new job, awaiting its weights. Refused while another is not finished.
  std::int64_t submit(const JobSpec& spec);
  // True where the job awaits its weights, false where it has these very ones; refused where it has others.
  bool awaits(std::int64_t job, const std::string& digest) const;
  // The version that the next weights get, of whatever job.
  std::int64_t next_version() const;
  // Stores the first weights as next_version() and opens round 1; returns the version. The same bytes again:
  // its version.
  std::int64_t open(std::int64_t job, const std::string& digest, std::uint64_t bytes);
  // What somebody may want of an unfinished job; `why` is kept for people. What is so already stays so.
  // A paused job hands nothing out and takes what is still held. A stopped one ends at once, or with the
  // round that is closing. Where that is its last already, the stop gives the round up: for one that can
  // never be averaged, because a file is lost.
  void pause(std::int64_t job, const std::string& why);
  void resume(std::int64_t job);
  void stop(std::int64_t job, const std::string& why);
  // Whether a round is closing with which the job ends.
  bool closes_last(std::int64_t job) const;

  // A new worker, or the one of that name with a new token, its old lease given up and its job forgotten.
  // `joined_by` is kept for here().
  Joined join(const std::string& name, const std::string& joined_by = "");
  // The worker of that name where it was heard of within its lease, for who must not end it.
  std::optional<WorkerRecord> here(const std::string& name) const;
  // Whose token it is; nullopt for nobody's.
  std::optional<std::int64_t> worker_of(const std::string& token) const;

  // The worker was heard of, and will stay in its call for so long: for a caller that has nothing for it.
  // Finished where its job is, to an evaluator once all that was due is measured; else wait.
  OfferKind present(std::int64_t worker, Millis wait, bool evaluates);
  // The lease that the worker holds, or a new one: on the part it had last where that is free, else on the
  // lowest that is free, those last had by workers who are here coming last. Who has a result in the round
  // gets another part of it only where the leases that are out cannot make the quorum. `wait` is how long the
  // worker will stay in the call, so that it does not count as gone meanwhile.
  Offer<Lease> next_task(std::int64_t worker, Millis wait);
  // Renews a lease, a dead one too while its part is free; its length in seconds. Refused where it is lost.
  double heartbeat(std::int64_t worker, const std::string& task);

  // Before a result's bytes are read: throws where they cannot count.
  Admission admit(std::int64_t worker, const std::string& task);
  // It counts, unless things changed since admit().
  Verdict accept(std::int64_t worker, const std::string& task, const CheckedResult& result);
  // The result is not what a result should be: counted, its part free again, its worker without a part for
  // one lease.
  void reject(std::int64_t worker, const std::string& task, const std::string& why);

  // The version that the worker is measuring, or the oldest that is due and nobody measures. Finished once
  // the job is and all that was due is measured. A claim lasts for the job's lease_s.
  Offer<EvaluationLease> next_evaluation(std::int64_t worker, Millis wait);
  // Lets a claim last as long again, one that is over too while nobody else has it; that length in seconds.
  // Refused where the version is measured or another's, Errc::not_found where there is none.
  double renew_claim(std::int64_t worker, std::int64_t version);
  // What was measured, for the job's curves; may end the job by its stop rule. The first measurement of a
  // version stays. Errc::not_found for a version that there is not.
  void measured(std::int64_t worker, const Measurement& measurement);

  // Lets time act: leases die, rounds are extended. Every call about tasks does so first.
  void advance();
  // When advance() next has something to do, as far as is known now.
  std::optional<Millis> next_due() const;

  // The round that waits for its weights. The same answer after a restart.
  std::optional<Closing> closing() const;
  // They are durable under closing().version: the next round opens, or the job is finished. Errc::internal
  // where that round is no longer closing.
  void close(const Closing& closing, const std::string& digest, std::uint64_t bytes);
  // What was accepted for steps after the one that is closing: a stop makes it late.
  std::vector<TaskRecord> queued() const;
  // A closed round as it was closed, to be made again; Errc::not_found where there is none.
  Closing closed(std::int64_t job, std::int64_t round) const;

  // What a job's `keep` and `keep_weights` let go: weights of all jobs, which are marked as gone, and the
  // results of the one round that the newest closed one has made too old. Remove the files then.
  Prunable prune();
  // Whether the file of a task's result is to stay.
  bool keeps(const TaskRecord& task) const;
  // Bytes of results that came and of weights that went, for the round's record.
  void count_bytes(std::uint64_t received, std::uint64_t sent);

  // With the newest `most_rounds` rounds, and what the others come to.
  JobStatus status(std::int64_t job, std::int64_t most_rounds = kAllRounds) const;
  // JobStatus::state alone, which costs nothing.
  std::string state_of(std::int64_t job) const;
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
  // Adds an event to a batch. Numbers go on from the newest.
  void tell(Batch& batch, std::int64_t job, std::int64_t round, const char* kind,
            const std::string& text) const;

  // Pointers into state_ stay good until the record's round is over; nullptr where there is none.
  const JobRecord& job_of(std::int64_t job) const;
  const JobRecord* unfinished_job() const;
  const RoundRecord* current_round() const;
  const RoundRecord* open_round() const;
  const JobRecord* job_of_worker(std::int64_t worker);
  const WorkerRecord* worker_named(const std::string& name) const;
  const TaskRecord* held_by(std::int64_t worker) const;
  // That a call about the task counts in: its own, or its job's newest where it belongs to one that is not
  // there yet.
  RoundRecord round_of(const TaskRecord& task) const;
  bool asynchronous(const TaskRecord& task) const;
  // Whether the task's result could still count.
  bool wanted(const TaskRecord& task) const;
  bool is_here(std::int64_t worker) const;

  bool part_taken(std::int64_t part) const;
  bool blocks_part(const TaskRecord& task) const;
  bool part_free(std::int64_t part) const;
  std::optional<std::int64_t> part_for(const JobRecord& job, std::int64_t worker) const;
  bool has_done_enough(std::int64_t worker) const;
  std::uint64_t count_for(const JobRecord& job, std::int64_t worker) const;
  Offer<Lease> grant(const JobRecord& job, RoundRecord round, std::int64_t worker, std::int64_t part);
  std::optional<TaskRecord> number(TaskRecord& task, const RoundRecord& round) const;
  Lease lease_of(const TaskRecord& task) const;
  void renew(const TaskRecord& task);
  void hear(std::int64_t worker, Millis wait);
  MemberRecord member(std::int64_t job, std::int64_t worker) const;

  TaskRecord task_of(const std::string& id);
  TaskRecord judge(std::int64_t worker, const std::string& id);
  [[noreturn]] void refuse_foreign(const TaskRecord& task, RoundRecord round, std::int64_t worker);
  [[noreturn]] void refuse_late(TaskRecord task, RoundRecord round, const std::string& why);
  [[noreturn]] void refuse_repeated(RoundRecord round, const std::string& why);
  std::string why_late(const TaskRecord& task, const RoundRecord& round) const;
  static void add_to(RoundRecord& round, const TaskRecord& task);
  void count_in(JobRecord& job, TaskRecord& task, Batch& batch) const;

  // The job's results that count in these rounds, or will.
  std::vector<TaskRecord> accepted_of(std::int64_t job, std::int64_t first, std::int64_t last) const;
  // Those that came while the round was closing.
  std::vector<TaskRecord> queued_behind(const RoundRecord& round) const;
  // The round in which the unfinished job's next result would count: the open one, or of an asynchronous rule
  // the first that is not full. Above the job's last where no more can count.
  std::int64_t next_place(const JobRecord& job) const;
  Closing closing_of(const RoundRecord& round, std::vector<TaskRecord> results) const;
  RoundRecord next_round(const JobRecord& job, const RoundRecord& before, std::int64_t base) const;
  void move_on(const RoundRecord& before, Batch& batch) const;
  void drop_queued(JobRecord& job, const RoundRecord& round, Batch& batch) const;
  void end(JobRecord& job, const std::string& why, Batch& batch) const;

  std::int64_t last_closed(std::int64_t job) const;  // 0: none
  std::set<std::int64_t> kept_weights(const JobRecord& job) const;

  std::vector<WeightsRecord> due_measurements(const JobRecord& job) const;
  std::optional<std::int64_t> claimant_of(std::int64_t version) const;
  void claim(std::int64_t worker, const WeightsRecord& weights);
  const WeightsRecord& weights_of(std::int64_t version) const;
  std::string reason_to_stop(const JobRecord& job) const;

  // When the deadline acts on the open round; nullopt where it does not: none is open, its job is paused, or
  // the rule is asynchronous.
  std::optional<Millis> deadline() const;
  void bury_dead(Millis now);
  void pass_deadline(Millis now);
  void end_rests(Millis now);
  RoundStatus status_of(const RoundRecord& round, std::int64_t nodes) const;
  WorkerStatus status_of(const WorkerRecord& worker, const MemberRecord& member) const;

  Store& store_;
  const Clock clock_;
  State state_;  // of the tasks, only those of rounds that are not over

  // Not stored: until when things hold.
  Millis grace_ = 0;                        // before this no deadline acts
  std::map<std::string, Millis> leases_;    // of held tasks
  std::map<std::int64_t, Millis> heard_;    // until when a silent worker is not gone
  std::map<std::int64_t, Millis> spoke_;    // when a worker was last heard
  std::map<std::int64_t, Millis> resting_;  // workers whose result was refused
  struct Claim {
    std::int64_t worker = 0;
    Millis until = 0;
  };
  std::map<std::int64_t, Claim> claims_;  // versions that are being measured
  std::uint64_t received_ = 0;            // bytes since the last round was closed
  std::uint64_t sent_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t openings_ = 0;
};

}  // namespace frag::rounds
