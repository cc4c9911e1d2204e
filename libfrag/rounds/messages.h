// The wire between submitter, aggregator and workers: what each JSON body holds. docs/rounds.md shows them as
// examples.
//
//   POST /v1/jobs               JobSpec -> 201 {"job": J, "state": "awaiting_weights"}
//   PUT  /v1/jobs/{J}/weights   safetensors -> 200 {"job": J, "state": "open"}
//   POST /v1/jobs/{J}/pause, /resume, /stop -> 200 {"job": J, "state": ...}
//   GET  /v1/jobs/{J}           -> JobStatus (also GET /v1/status: the newest job's)
//   POST /v1/workers            {"name": N} -> 201 {"worker": W, "token": T}
//   POST /v1/tasks              (Bearer T) {"wait_s": 20} -> 200 {"state": "task", "lease": Lease},
//                               {"state": "wait"}: ask again, or {"state": "finished"}: the job has ended
//   POST /v1/tasks/{id}/heartbeat  (Bearer T) -> 200 {"lease_s": S} | 409 the lease is no longer held
//   PUT  /v1/tasks/{id}/result  (Bearer T) safetensors -> 200 {"state": "accepted"} | 409 late or another's |
//                               422 refused
//   POST /v1/evaluations        (Bearer T) {"wait_s": 20} -> as of tasks, with an EvaluationLease
//   POST /v1/evaluations/{V}/heartbeat  (Bearer T) -> 200 {"lease_s": S} | 409 measured or another's
//   PUT  /v1/evaluations/{V}    (Bearer T) Measurement -> 200
//   GET  /v1/weights/{V}        -> safetensors with a strong ETag
//
// A worker belongs to the job that is open when it first asks for a task, or to the next that opens. Versions
// of weights are numbered over everything an aggregator ever held, so that no two jobs share a number. "W" is
// a number; a worker that joins again under the same name gets the same number and a new token, and its old
// lease is given up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "libfrag/rounds/job_spec.h"
#include "libfrag/rounds/round_counts.h"

namespace frag::rounds {

// What a worker says of a result, within its file ("report" beside "card"): so a result can travel by itself.
struct ResultReport {
  std::string task;
  std::int64_t fragments = 0;  // distinct ones that it trained on
  std::int64_t steps = 0;
  double loss = 0;  // means over the last local epoch
  double accuracy = 0;
  double seconds = 0;  // of training

  bool operator==(const ResultReport&) const = default;
};

Json to_json(const ResultReport& report);
// Of the "report" of a file that may say nothing (null): all zeros then. Errc::bad_input for nonsense.
ResultReport result_report_from_json(const Json& json);

struct Lease {
  std::string task;
  std::int64_t job = 0;
  std::int64_t round = 0;    // from 1
  std::int64_t part = 0;     // in [0, nodes)
  std::int64_t weights = 0;  // the version to start from
  double lease_s = 30;
  std::string model;
  std::string module_sha256;  // as the job's
  std::string dataset;
  std::vector<std::string> mirrors;
  LocalSettings local;
  SampleSpec sample;
  RuleSpec rule;
  Compression compression;
  // The worker's newest task of this job whose result was accepted, "" for none: what it kept of that task (a
  // compression's residual) holds, and what it kept of a later one has to be taken back.
  std::string accepted;
};

// Lease and JobStatus come from an aggregator that may be newer than the reader, so that unknown keys are
// passed over.
Json to_json(const Lease& lease);
Lease lease_from_json(const Json& json);

// What an evaluator is asked: to measure one version.
struct EvaluationLease {
  std::int64_t job = 0;
  std::int64_t round = 0;  // that made the version; 0 for the first weights
  std::int64_t weights = 0;
  double lease_s = 30;
  std::string model;
  std::string module_sha256;
  std::string dataset;
  std::vector<std::string> mirrors;
  SampleSpec sample;
};

Json to_json(const EvaluationLease& lease);
EvaluationLease evaluation_lease_from_json(const Json& json);

// What it answers, and what the job's curves are drawn from.
struct Measurement {
  std::int64_t round = 0;
  std::int64_t weights = 0;
  std::int64_t fragments = 0;
  double accuracy = 0;
  double loss = 0;  // mean cross-entropy, nats

  bool operator==(const Measurement&) const = default;
};

Json to_json(const Measurement& measurement);
// Errc::bad_input where a number is missing, out of range or not finite.
Measurement measurement_from_json(const Json& json);

struct RoundStatus : RoundCounts {
  std::int64_t round = 0;
  std::string state;  // "open" | "closing" (being averaged) | "closed" | "stopped"
  std::int64_t nodes = 0;
  double seconds = 0;         // from opening to closing, or to now
  double opened = 0;          // seconds since the Unix epoch
  std::int64_t weights = -1;  // the version it made; -1 before
  double staleness = 0;       // mean over the results that count
  // Means over the results that count, by the workers' own reports; 0 where they said nothing.
  double loss = 0;
  double accuracy = 0;
};

// What several rounds come to.
struct RoundTotals : RoundCounts {
  std::int64_t closed = 0;  // how many of them did

  void add(const RoundStatus& round);
};

struct WorkerStatus {
  std::string name;
  std::string state;  // "waiting" | "training" | "measuring" | "gone"
  std::int64_t taken = 0;
  std::int64_t late = 0;
  double speed = 0;  // fragments a second in its newest result, whole time of the lease; 0 before
  double heard = 0;  // seconds since it was last heard of
};

// Something that happened, for people.
struct EventStatus {
  std::int64_t number = 0;  // from 1, over all jobs
  double when = 0;          // seconds since the Unix epoch
  std::int64_t round = 0;   // 0 where it concerns none
  std::string kind;         // "closed", "late", "refused", "paused", ...: a word
  std::string text;
};

struct JobStatus {
  std::int64_t job = 0;
  std::string name;
  std::string state;   // "awaiting_weights" | "open" | "paused" | "finished"
  std::string reason;  // why it is paused or ended; empty where there is nothing to say
  // Of the newest job: what keeps the aggregator from going on, a full disk most often; empty while all is
  // well.
  std::string trouble;
  std::string rule;
  std::int64_t nodes = 0;
  std::int64_t rounds = 0;
  std::int64_t needed = 0;
  std::int64_t weights = -1;         // the newest version, -1 before the first
  std::vector<RoundStatus> history;  // one a round so far, the open one last; of very many the newest
  RoundTotals earlier;               // of the rounds before those
  std::vector<WorkerStatus> workers;
  std::vector<Measurement> measurements;  // by version
  std::vector<EventStatus> events;        // the newest 200, oldest first
};

// Of all rounds of the job.
RoundTotals totals_of(const JobStatus& status);

Json to_json(const JobStatus& status);
JobStatus job_status_from_json(const Json& json);

}  // namespace frag::rounds
