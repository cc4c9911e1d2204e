#include "libfrag/rounds/job_spec.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/rounds/fields.h"
#include "libfrag/rounds/rules/catalog.h"

namespace frag::rounds {
namespace {

constexpr std::int64_t kCountLimit = 1'000'000;

// As JSON writes them, in their enum's order.
constexpr const char* kBelowQuorumWords[] = {"extend", "close", "pause"};
constexpr const char* kWorkWords[] = {"equal", "speed"};
constexpr const char* kWireWords[] = {"fp32", "fp16", "dgc"};

template <class Enum, std::size_t count>
const char* word_of(const char* const (&words)[count], Enum value) {
  return words[static_cast<std::size_t>(value)];
}

// A share of the nodes, or a whole number of them above 1.
double quorum_from_json(const Fields& fields, std::int64_t nodes) {
  if (fields.at("quorum").is_number_integer()) {
    const std::int64_t number = fields.integer("quorum", 1, nodes);
    if (number == 1 && nodes > 1) {
      fields.fail("quorum", "is 1: write 1.0 for all nodes, or a number of nodes from 2 on");
    }
    return static_cast<double>(number) / static_cast<double>(nodes);
  }
  return fields.number("quorum", 1e-6, 1);
}

Json to_json(const Evaluation& evaluation) {
  return Json{{"every", evaluation.every}, {"sample", to_json(evaluation.sample)}};
}

// The same groups in all rounds: what trained in one is known in the next, and what is tested never trains.
void fix_holdout(SampleSpec& sample) {
  if (sample.holdout > 0 && !sample.holdout_round) sample.holdout_round = 0;
}

Evaluation evaluation_from_json(const Json& json) {
  const Fields fields(json, "job: evaluation");
  fields.refuse_others({"every", "sample"});
  Evaluation evaluation;
  if (fields.has("every")) evaluation.every = fields.integer("every", 1, kCountLimit);
  evaluation.sample = sample_spec_from_json(fields.at("sample"));
  fix_holdout(evaluation.sample);
  return evaluation;
}

Json to_json(const StopRule& stop) {
  Json json{{"patience", stop.patience}};
  if (stop.target) json["target"] = *stop.target;
  return json;
}

StopRule stop_from_json(const Json& json) {
  const Fields fields(json, "job: stop");
  fields.refuse_others({"target", "patience"});
  StopRule stop;
  if (fields.has("target")) stop.target = fields.number("target", 1e-6, 1);
  if (fields.has("patience")) stop.patience = fields.integer("patience", 0, kCountLimit);
  return stop;
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Errc::bad_input, "job: " + why);
}

void check_evaluation(const JobSpec& job) {
  if (!job.evaluation || disjoint(job.sample, job.evaluation->sample)) return;
  refuse(
      "\"evaluation\" would measure on groups that train; give its \"sample\" another \"split\", or the "
      "\"fold\" or the \"holdout\" and \"seed\" of the job's own \"sample\" with \"side\" test");
}

// The largest share that "dgc" may send. An entry takes 8 bytes with its index, so a larger one could make a
// result longer than is taken.
constexpr double kMostSparse = 0.3;

// What `dgc` does not go with.
void check_dgc(const JobSpec& job, bool elastic) {
  const std::string& rule = job.rule.name;
  if (rule == "median" || rule == "trimmed_mean") {
    refuse(
        "rule \"" + rule +
        "\" learns nothing from \"wire\": \"dgc\", of whose results few have a number for an element: take "
        "\"fp32\" or \"fp16\", or another rule");
  }
  if (elastic) {
    refuse(
        "rule \"" + rule +
        "\" moves worker and centre by the same amount, of which \"wire\": \"dgc\" would send a part: take "
        "\"fp32\" or \"fp16\"");
  }
  if (job.compression.ratio > kMostSparse) {
    refuse("key \"ratio\" of \"dgc\" is above 0.3, with which it saves little: take less, or \"fp16\"");
  }
}

// Rules and compressions with which a worker keeps what was not taken must not have it refused: it would send
// as much again, and be refused for ever.
void check_norm_limit(const JobSpec& job, bool elastic) {
  if (job.norm_limit <= 0) return;
  const bool dgc = job.compression.wire == Wire::dgc;
  if (!dgc && !elastic) return;
  refuse("\"norm_limit\" does not go with " +
         (dgc ? std::string("\"wire\": \"dgc\"") : "rule \"" + job.rule.name + "\"") +
         ", where a worker keeps what was refused and sends it again: leave it out, or take another " +
         (dgc ? "wire" : "rule"));
}

// Keys that make no sense together.
void check_job(const JobSpec& job) {
  check_evaluation(job);
  const std::size_t rows = job.sample.part_weights.size();
  if (rows > 0 && rows != static_cast<std::size_t>(job.nodes)) {
    refuse("\"sample\" has weights for " + std::to_string(rows) + " parts, and \"nodes\" is " +
           std::to_string(job.nodes) + "; it needs a row for each node");
  }
  if ((job.stop.target || job.stop.patience > 0) && !job.evaluation) {
    refuse("\"stop\" goes by what an evaluator measures; say on what with \"evaluation\"");
  }
  bool elastic = false;
  try {
    elastic = local_pull(job.rule, job.local).elastic.has_value();
  } catch (const Error& error) {
    refuse(error.what());
  }
  if (job.at_least > job.nodes) {
    refuse("key \"at_least\" is " + std::to_string(job.at_least) + ", more than the " +
           std::to_string(job.nodes) + " of \"nodes\"");
  }
  if (job.work == Work::speed && !job.sample.count) {
    refuse("\"work\": \"speed\" divides the sample's \"count\" by speed, and there is none");
  }
  if (job.work == Work::speed && job.local.steps > 0) {
    refuse(
        "\"work\": \"speed\" divides fragments, and \"steps\" of \"local\" makes all tasks as long: take "
        "\"epochs\", or \"work\": \"equal\"");
  }
  if (job.compression.wire == Wire::dgc) check_dgc(job, elastic);
  check_norm_limit(job, elastic);
}

}  // namespace

bool JobSpec::asynchronous() const {
  return rule_info(rule.name).pace == Pace::results;
}

std::int64_t JobSpec::needed() const {
  if (const auto results = results_a_step(rule)) return *results;
  // 0.55 x 20 is a hair above 11 in binary; nobody who writes it means 12.
  constexpr double kHair = 1e-9;
  const auto parts = static_cast<std::int64_t>(std::ceil(quorum * static_cast<double>(nodes) - kHair));
  return std::clamp<std::int64_t>(parts, 1, nodes);
}

Json to_json(const LocalSettings& local) {
  return Json{{"epochs", local.epochs},
              {"steps", local.steps},
              {"batch", local.batch},
              {"optimizer", local.optimizer},
              {"learning_rate", local.learning_rate},
              {"momentum", local.momentum},
              {"weight_decay", local.weight_decay},
              {"clip", local.clip},
              {"augment", local.augment}};
}

LocalSettings local_from_json(const Json& json, const std::string& what) {
  const Fields fields(json, what);
  LocalSettings local;
  if (fields.has("epochs")) local.epochs = fields.integer("epochs", 1, kCountLimit);
  if (fields.has("steps")) local.steps = fields.integer("steps", 0, kCountLimit);
  if (fields.has("batch")) local.batch = fields.integer("batch", 1, kCountLimit);
  if (fields.has("optimizer")) {
    local.optimizer = kOptimizers[fields.word<std::size_t>("optimizer", kOptimizers)];
  }
  if (fields.has("learning_rate")) local.learning_rate = fields.number("learning_rate", 0, 1e6);
  if (fields.has("momentum")) local.momentum = fields.number("momentum", 0, 1);
  if (fields.has("weight_decay")) local.weight_decay = fields.number("weight_decay", 0, 1e6);
  if (fields.has("clip")) local.clip = fields.number("clip", 0, 1e6);
  if (fields.has("augment")) local.augment = fields.text("augment");
  return local;
}

Json to_json(const RuleSpec& rule) {
  Json json{{"name", rule.name}};
  for (const auto& [key, value] : rule.settings) json[key] = value;
  return json;
}

RuleSpec rule_from_json(const Json& json, const std::string& what) {
  const Fields fields(json, what);
  RuleSpec rule;
  rule.name = fields.text("name");
  for (const auto& [key, value] : json.items()) {
    if (key == "name") continue;
    if (!value.is_number()) fields.fail(key.c_str(), "must be a number");
    rule.settings[key] = value.get<double>();
  }
  try {
    return complete(rule);
  } catch (const Error& error) {
    throw Error(Errc::bad_input, what + ": " + error.what());
  }
}

Json to_json(const Compression& compression) {
  Json json{{"wire", word_of(kWireWords, compression.wire)}};
  if (compression.wire == Wire::dgc) {
    json["ratio"] = compression.ratio;
    json["momentum"] = compression.momentum;
    json["warmup"] = compression.warmup;
  }
  return json;
}

Compression compression_from_json(const Json& json, const std::string& what) {
  const Fields fields(json, what);
  fields.refuse_others({"wire", "ratio", "momentum", "warmup"});
  Compression compression;
  if (fields.has("wire")) compression.wire = fields.word<Wire>("wire", kWireWords);
  if (fields.has("ratio")) compression.ratio = fields.number("ratio", 1e-6, 1);
  if (fields.has("momentum")) compression.momentum = fields.number("momentum", 0, 1);
  if (fields.has("warmup")) compression.warmup = fields.integer("warmup", 0, kCountLimit);
  return compression;
}

Json to_json(const JobSpec& job) {
  Json json{{"name", job.name},
            {"model", job.model},
            {"dataset", job.dataset},
            {"mirrors", job.mirrors},
            {"nodes", job.nodes},
            {"rounds", job.rounds},
            {"quorum", job.quorum},
            {"deadline_s", job.deadline_s},
            {"lease_s", job.lease_s},
            {"below_quorum", word_of(kBelowQuorumWords, job.below_quorum)},
            {"at_least", job.at_least},
            {"work", word_of(kWorkWords, job.work)},
            {"local", to_json(job.local)},
            {"sample", to_json(job.sample)},
            {"rule", to_json(job.rule)},
            {"compression", to_json(job.compression)},
            {"stop", to_json(job.stop)},
            {"norm_limit", job.norm_limit},
            {"keep", job.keep},
            {"keep_weights", job.keep_weights}};
  if (!job.module_sha256.empty()) json["module_sha256"] = job.module_sha256;
  if (job.evaluation) json["evaluation"] = to_json(*job.evaluation);
  return json;
}

JobSpec job_spec_from_json(const Json& json) {
  const JobSpec job = stored_job_spec_from_json(json);
  check_job(job);
  return job;
}

JobSpec stored_job_spec_from_json(const Json& json) {
  const Fields fields(json, "job");
  fields.refuse_others({"name",   "model",      "module_sha256", "dataset",     "mirrors",      "nodes",
                        "rounds", "quorum",     "deadline_s",    "lease_s",     "below_quorum", "at_least",
                        "work",   "local",      "sample",        "rule",        "compression",  "evaluation",
                        "stop",   "norm_limit", "keep",          "keep_weights"});
  JobSpec job;
  job.name = fields.filled_text("name");
  job.model = fields.filled_text("model");
  if (fields.has("module_sha256")) job.module_sha256 = fields.digest("module_sha256");
  job.dataset = fields.digest("dataset");
  if (fields.has("mirrors")) job.mirrors = fields.texts("mirrors");
  if (fields.has("nodes")) job.nodes = fields.integer("nodes", 1, 10'000);
  if (fields.has("rounds")) job.rounds = fields.integer("rounds", 1, kCountLimit);
  if (fields.has("quorum")) job.quorum = quorum_from_json(fields, job.nodes);
  if (fields.has("deadline_s")) job.deadline_s = fields.number("deadline_s", 0.1, 1e8);
  if (fields.has("lease_s")) job.lease_s = fields.number("lease_s", 0.1, 1e6);
  if (fields.has("below_quorum")) {
    job.below_quorum = fields.word<BelowQuorum>("below_quorum", kBelowQuorumWords);
  }
  if (fields.has("at_least")) job.at_least = fields.integer("at_least", 1, 10'000);
  if (fields.has("work")) job.work = fields.word<Work>("work", kWorkWords);
  if (fields.has("local")) {
    job.local = local_from_json(fields.at("local"), "job: local");
    Fields(fields.at("local"), "job: local")
        .refuse_others({"epochs", "steps", "batch", "optimizer", "learning_rate", "momentum", "weight_decay",
                        "clip", "augment"});
  }
  if (fields.has("sample")) job.sample = sample_spec_from_json(fields.at("sample"));
  fix_holdout(job.sample);
  job.rule = fields.has("rule") ? rule_from_json(fields.at("rule"), "job: rule") : complete(RuleSpec{});
  if (fields.has("compression")) {
    job.compression = compression_from_json(fields.at("compression"), "job: compression");
  }
  if (fields.has("evaluation")) job.evaluation = evaluation_from_json(fields.at("evaluation"));
  if (fields.has("stop")) job.stop = stop_from_json(fields.at("stop"));
  if (fields.has("norm_limit")) job.norm_limit = fields.number("norm_limit", 0, 1e12);
  if (fields.has("keep")) job.keep = fields.integer("keep", 0, kCountLimit);
  if (fields.has("keep_weights")) job.keep_weights = fields.integer("keep_weights", 0, kCountLimit);
  return job;
}

}  // namespace frag::rounds
