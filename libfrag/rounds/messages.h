// The wire between submitter, aggregator and workers: what each JSON body holds. docs/rounds.md shows them as
// examples.
//
//   POST /v1/jobs            JobSpec                     -> 201 {"job": J, "state": "awaiting_weights"}
//   PUT  /v1/jobs/{J}/weights   safetensors, version 0   -> 200 {"job": J, "state": "open"}
//   GET  /v1/jobs/{J}        -> JobStatus as JSON (also GET /v1/status: the newest job's)
//   POST /v1/workers         {"name": N}                 -> 201 {"worker": W, "token": T}
//   POST /v1/tasks           (Bearer T) {"wait_s": 20}   -> 200 {"state": "task", "lease": Lease}
//                                                         | 200 {"state": "wait"}      nothing to do yet: ask
//                                                         again | 200 {"state": "finished"}  the worker's job
//                                                         has ended
//   POST /v1/tasks/{id}/heartbeat  (Bearer T)            -> 200 {"lease_s": S} | 409 the lease is no longer
//   held GET  /v1/weights/{V}                                 -> safetensors with a strong ETag PUT
//   /v1/tasks/{id}/result     (Bearer T) safetensors, header X-Frag-Fragments: N
//                                                        -> 200 {"state": "accepted"} | 409 late or another's
//                                                        | 422 refused
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
#include "libfrag/sampling/sample_spec.h"

namespace frag::rounds {

// What a worker does with its local set.
struct LocalSettings {
  std::int64_t epochs = 1;
  std::int64_t batch = 32;
  double learning_rate = 0.01;
  double momentum = 0.9;
  double weight_decay = 0.0;

  bool operator==(const LocalSettings&) const = default;
};

struct JobSpec {
  std::string name;
  std::string model;                 // a name that `fragtrain models` lists, or "torchscript"
  std::string module_sha256;         // of a TorchScript module's file: 64 hexadecimal digits; else empty
  std::string dataset;               // the dataset's id: 64 hexadecimal digits
  std::vector<std::string> mirrors;  // base URLs
  std::int64_t nodes = 1;            // parts a round
  std::int64_t rounds = 1;
  double quorum = 0.8;      // share of `nodes`, in (0, 1]
  double deadline_s = 600;  // seconds a round may take before it is extended
  double lease_s = 30;      // seconds without a heartbeat after which a worker counts as dead
  LocalSettings local;
  SampleSpec sample;  // round, part and parts are set by the aggregator; part_weights: none, or `nodes` rows

  bool operator==(const JobSpec&) const = default;

  // Distinct parts that close a round: ceil(quorum x nodes), at least 1.
  std::int64_t needed() const;
};

Json to_json(const JobSpec& job);
// Errc::bad_input that names the key which is missing, unknown, mistyped or out of range.
JobSpec job_spec_from_json(const Json& json);

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
};

// Lease and JobStatus come from an aggregator that may be newer than the reader, so that unknown keys are
// passed over.
Json to_json(const Lease& lease);
Lease lease_from_json(const Json& json);

struct RoundStatus {
  std::int64_t round = 0;
  std::string state;  // "open" | "closing" (being averaged) | "closed"
  std::int64_t nodes = 0;
  std::int64_t taken = 0;     // distinct parts whose result counts
  std::int64_t late = 0;      // results refused because this round had closed or their part was taken
  std::int64_t refused = 0;   // results refused for what they held
  std::int64_t reissued = 0;  // leases that died or outlived the deadline and were issued again
  std::int64_t repeated = 0;  // results sent again for a task that has one: answered, counted once
  std::int64_t foreign = 0;   // results refused because the task was another worker's
  std::int64_t extended = 0;  // times the deadline passed below the quorum
  double seconds = 0;         // from opening to closing, or to now
};

struct WorkerStatus {
  std::string name;
  std::string state;  // "waiting" | "training" | "gone"
  std::int64_t taken = 0;
  std::int64_t late = 0;
};

struct JobStatus {
  std::int64_t job = 0;
  std::string name;
  std::string state;  // "awaiting_weights" | "open" | "finished"
  std::int64_t rounds = 0;
  std::int64_t needed = 0;
  std::int64_t weights = -1;         // the newest version, -1 before the first
  std::vector<RoundStatus> history;  // one a round so far, the open one last
  std::vector<WorkerStatus> workers;
};

Json to_json(const JobStatus& status);
JobStatus job_status_from_json(const Json& json);

}  // namespace frag::rounds
