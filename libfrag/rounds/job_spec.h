// What a job is: the value that `fragtrain submit` makes of JOB.toml, that an aggregator keeps, and of which
// every lease carries what its worker needs. Values; any thread. docs/rounds.md shows the JSON.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag::rounds {

// What a worker does with its local set.
struct LocalSettings {
  std::int64_t epochs = 1;
  std::int64_t steps = 0;  // above 0: so many batches instead of whole epochs (an asynchronous rule's window)
  std::int64_t batch = 32;
  std::string optimizer = "sgd";  // one of kOptimizers
  double learning_rate = 0.01;
  double momentum = 0.9;  // of sgd and nesterov
  double weight_decay = 0.0;
  double clip = 0;                // gradients of a larger L2 norm are scaled down to it; 0: never
  std::string augment = "turns";  // a list as `fragtrain fit --augment` takes it

  bool operator==(const LocalSettings&) const = default;
};

inline constexpr const char* kOptimizers[] = {"sgd", "nesterov", "adam", "adamw", "adagrad"};

// How results become weights: a rule of libfrag/rounds/rules/catalog.h, with a number for each of its
// settings.
struct RuleSpec {
  std::string name = "mean";
  std::map<std::string, double> settings;

  bool operator==(const RuleSpec&) const = default;

  double setting(const std::string& key) const { return settings.at(key); }
};

// What a round does that has its deadline behind it and no quorum. None of them loses a result.
enum class BelowQuorum {
  extend,  // it gets its own length once more, as often as needed
  close,   // it closes with what it has where that is at least `at_least` parts, and is extended else
  pause,   // nothing is handed out until somebody resumes the job; results of held leases are taken
};

// How much of the work a worker's part is.
enum class Work {
  equal,  // every lease asks for the same
  speed,  // a slower worker draws fewer fragments, so that all take about as long as the fastest
};

// How parameters' changes travel to the aggregator. Buffers and counters always travel whole.
enum class Wire {
  fp32,
  fp16,  // half precision, to nearest even
  dgc,   // deep gradient compression (Lin et al. 2018): the largest entries alone; the rest waits at the
         // worker
};

struct Compression {
  Wire wire = Wire::fp32;
  // Of dgc: the share of entries sent, its momentum correction, and the rounds over which the share falls to
  // `ratio` in the published steps (0.25, 0.063, 0.015, 0.004), equally many each.
  double ratio = 0.001;
  double momentum = 0.5;
  std::int64_t warmup = 4;

  bool operator==(const Compression&) const = default;
};

// What an evaluator measures versions on. `sample` is drawn the same for each.
struct Evaluation {
  std::int64_t every = 1;  // rounds; the last round's version is always measured
  SampleSpec sample;

  bool operator==(const Evaluation&) const = default;
};

// When a job ends before its last round. Both need an evaluation.
struct StopRule {
  std::optional<double> target;  // accuracy in (0, 1] that is enough
  std::int64_t patience = 0;     // evaluations without a better accuracy after which it ends; 0: never

  bool operator==(const StopRule&) const = default;
};

struct JobSpec {
  std::string name;
  std::string model;                 // a name that `fragtrain models` lists, or "torchscript"
  std::string module_sha256;         // of a TorchScript module's file: 64 hexadecimal digits; else empty
  std::string dataset;               // the dataset's id: 64 hexadecimal digits
  std::vector<std::string> mirrors;  // base URLs
  std::int64_t nodes = 1;            // parts a round
  std::int64_t rounds = 1;           // of an asynchronous rule: steps of the server
  double quorum = 0.8;               // share of `nodes`, in (0, 1]; of a number n of nodes: n / nodes
  double deadline_s = 600;           // seconds a round may take before `below_quorum` says what happens
  double lease_s = 30;               // seconds without a heartbeat after which a worker counts as dead
  BelowQuorum below_quorum = BelowQuorum::extend;
  std::int64_t at_least = 1;  // parts with which BelowQuorum::close may close a round
  Work work = Work::equal;
  LocalSettings local;
  // round, part and parts are set by the aggregator; part_weights: none, or `nodes` rows. A holdout is the
  // same in all rounds: holdout_round is set.
  SampleSpec sample;
  RuleSpec rule;
  Compression compression;
  std::optional<Evaluation> evaluation;
  StopRule stop;
  double norm_limit = 0;  // results whose parameters' change has a larger L2 norm are refused; 0: none are
  std::int64_t keep = 2;  // closed rounds whose results stay on disk; 0: all
  std::int64_t keep_weights = 5;  // newest versions that stay, besides the best and the first; 0: all

  bool operator==(const JobSpec&) const = default;

  // Results that close a round: ceil(quorum x nodes) distinct parts, at least 1; of an asynchronous rule the
  // results of one step of the server.
  std::int64_t needed() const;
  // Whether its rule takes results as they come, whichever version they started from.
  bool asynchronous() const;
};

Json to_json(const JobSpec& job);
// Errc::bad_input that names the key which is missing, unknown, mistyped or out of range, or the keys that
// make no sense together. "quorum" may also be a whole number of nodes above 1.
JobSpec job_spec_from_json(const Json& json);
// Of a job that was taken before: what goes together may have been less strict then.
JobSpec stored_job_spec_from_json(const Json& json);

// What leases carry as well. `what` begins messages; unknown keys are passed over.
Json to_json(const LocalSettings& local);
LocalSettings local_from_json(const Json& json, const std::string& what);
Json to_json(const RuleSpec& rule);
RuleSpec rule_from_json(const Json& json, const std::string& what);
Json to_json(const Compression& compression);
Compression compression_from_json(const Json& json, const std::string& what);

}  // namespace frag::rounds
