#include "libfrag/rounds/messages.h"

#include <catch2/catch.hpp>

#include "libfrag/rounds/rules/catalog.h"

namespace frag::rounds {
namespace {

using Catch::Matchers::Contains;

JobSpec example_job() {
  JobSpec job;
  job.name = "gels";
  job.model = "small";
  job.dataset = std::string(64, 'a');
  job.mirrors = {"http://127.0.0.1:8080", "http://127.0.0.1:8081"};
  job.nodes = 4;
  job.rounds = 6;
  job.quorum = 0.75;
  job.deadline_s = 90;
  job.lease_s = 2.5;
  job.below_quorum = BelowQuorum::close;
  job.at_least = 2;
  job.work = Work::speed;
  job.local = {3, 0, 16, "adamw", 0.05, 0.8, 1e-4, 1.5, "none"};
  job.rule = complete({"mean", {{"by_fragments", 1}}});
  job.compression = {Wire::dgc, 0.01, 0.5, 3};
  job.evaluation = Evaluation{2, {.split = "test", .count = 60}};
  job.stop = {0.9, 4};
  job.keep = 0;
  job.keep_weights = 9;
  job.sample.count = 600;
  job.sample.seed = 7;
  return job;
}

Json job_with_holdout(const char* evaluation) {
  JobSpec job = example_job();
  job.evaluation.reset();
  job.stop = {};
  Json json = to_json(job);
  json["sample"]["holdout"] = 0.2;
  json["evaluation"] = {{"every", 1}, {"sample", Json::parse(evaluation)}};
  return json;
}

std::string why_refused(const Json& json) {
  try {
    job_spec_from_json(json);
    return "";
  } catch (const Error& error) {
    CHECK(error.code() == Errc::bad_input);
    return error.what();
  }
}

}  // namespace

TEST_CASE("a job sets the same groups aside in all rounds, and measures on no others") {
  const JobSpec job = job_spec_from_json(job_with_holdout(R"({"holdout": 0.1, "seed": 7, "side": "test"})"));
  CHECK(job.sample.holdout_round == 0u);
  CHECK(job.evaluation->sample.holdout_round == 0u);
  for (const char* leak : {R"({"holdout": 0.1, "seed": 8, "side": "test"})", R"({"split": "train"})",
                           R"({"holdout": 0.3, "seed": 7, "side": "test"})"}) {
    CHECK_THAT(why_refused(job_with_holdout(leak)), Contains("would measure on groups that train"));
  }
}

TEST_CASE("a job comes back from its JSON as it was") {
  CHECK(job_spec_from_json(parse_json(to_json(example_job()).dump(), "test")) == example_job());
}

TEST_CASE("a job with what goes with none of that comes back too") {
  JobSpec job = example_job();
  job.work = Work::equal;
  job.local.steps = 2;
  job.compression = {.wire = Wire::fp16};
  job.norm_limit = 7.5;
  CHECK(job_spec_from_json(to_json(job)) == job);
}

TEST_CASE("a job of a module names it by its digest; others do not have the key") {
  CHECK_FALSE(to_json(example_job()).contains("module_sha256"));
  JobSpec job = example_job();
  job.model = "torchscript";
  job.module_sha256 = std::string(64, 'b');
  CHECK(job_spec_from_json(to_json(job)) == job);
  Json json = to_json(job);
  json["module_sha256"] = "net.pt";
  CHECK_THAT(why_refused(json), Contains("\"module_sha256\" must be 64 hexadecimal digits"));
}

TEST_CASE("a job needs a name, a model and a dataset, and has defaults for the rest") {
  const JobSpec job = job_spec_from_json({{"name", "n"}, {"model", "m"}, {"dataset", std::string(64, '0')}});
  CHECK(job.quorum == JobSpec().quorum);
  CHECK(job.local == LocalSettings());
}

TEST_CASE("a job's missing key is named") {
  const std::string key = GENERATE("name", "model", "dataset");
  Json json = to_json(example_job());
  json.erase(key);
  CHECK_THAT(why_refused(json), Contains("\"" + key + "\" is missing"));
}

TEST_CASE("a job's unknown key is named") {
  Json json = to_json(example_job());
  json["quorm"] = 0.5;
  CHECK_THAT(why_refused(json), Contains("unknown key \"quorm\""));
}

TEST_CASE("an unknown key of a job's local settings is named") {
  Json json = to_json(example_job());
  json["local"]["epoch"] = 3;
  CHECK_THAT(why_refused(json), Contains("unknown key \"epoch\""));
}

TEST_CASE("a job's value out of range or of the wrong type is named") {
  const auto [key, value] = GENERATE(table<std::string, Json>({
      {"nodes", 0},
      {"nodes", 1.5},
      {"nodes", true},
      {"nodes", 18446744073709551615u},
      {"rounds", 0},
      {"quorum", 0},
      {"quorum", 1.01},
      {"quorum", "most"},
      {"deadline_s", -1},
      {"lease_s", 0},
      {"mirrors", "http://127.0.0.1"},
      {"mirrors", Json::array({1})},
      {"name", ""},
      {"name", 3},
      {"dataset", "abc"},
      {"dataset", std::string(64, 'G')},
  }));
  Json json = to_json(example_job());
  json[key] = value;
  CHECK_THAT(why_refused(json), Contains("\"" + key + "\" must"));
}

TEST_CASE("a job's weights need a row for each node") {
  JobSpec job = example_job();
  job.sample.parts = 3;
  job.sample.part_weights.assign(3, {{"a", 1}});
  CHECK_THAT(why_refused(to_json(job)), Contains("3 parts") && Contains("\"nodes\" is 4"));
  job.nodes = 3;
  CHECK(job_spec_from_json(to_json(job)) == job);
}

TEST_CASE("keys of a job that make no sense together are named, with the way out") {
  const auto refused = [](auto change) {
    JobSpec job = example_job();
    change(job);
    return why_refused(to_json(job));
  };
  const auto with_rule = [&](const char* name) {
    return refused([&](JobSpec& job) { job.rule = complete({name, {}}); });
  };
  CHECK_THAT(with_rule("median"), Contains("\"median\"") && Contains("\"dgc\"") && Contains("take \"fp32\""));
  CHECK_THAT(with_rule("trimmed_mean"), Contains("\"trimmed_mean\"") && Contains("take \"fp32\""));
  CHECK_THAT(with_rule("aeasgd"), Contains("\"aeasgd\"") && Contains("\"dgc\"") && Contains("take \"fp32\""));
  CHECK_THAT(refused([](JobSpec& job) { job.compression.ratio = 0.31; }),
             Contains("\"ratio\"") && Contains("0.3") && Contains("\"fp16\""));
  CHECK_THAT(refused([](JobSpec& job) { job.norm_limit = 1; }),
             Contains("\"norm_limit\"") && Contains("\"dgc\"") && Contains("leave it out"));
  CHECK_THAT(refused([](JobSpec& job) {
               job.norm_limit = 1;
               job.compression.wire = Wire::fp32;
               job.rule = complete({"aeasgd", {}});
             }),
             Contains("\"norm_limit\"") && Contains("\"aeasgd\"") && Contains("leave it out"));
  CHECK_THAT(refused([](JobSpec& job) { job.local.steps = 2; }),
             Contains("\"speed\"") && Contains("\"steps\"") && Contains("take \"epochs\""));
}

TEST_CASE("a job that was taken before its keys were found to make no sense together is still read") {
  JobSpec job = example_job();
  job.rule = complete({"median", {}});
  CHECK(stored_job_spec_from_json(to_json(job)) == job);
}

TEST_CASE("the parts that close a round are the quorum's share, rounded up") {
  const auto [nodes, quorum, needed] = GENERATE(table<int, double, int>(
      {{5, 0.8, 4}, {5, 0.81, 5}, {4, 0.75, 3}, {20, 0.55, 11}, {10, 0.7, 7}, {3, 1.0, 3}, {3, 1e-6, 1}}));
  JobSpec job;
  job.nodes = nodes;
  job.quorum = quorum;
  CHECK(job.needed() == needed);
}

TEST_CASE("a quorum may be a number of nodes") {
  const auto [nodes, quorum, needed] =
      GENERATE(table<int, int, int>({{5, 2, 2}, {4, 3, 3}, {7, 7, 7}, {1000, 333, 333}}));
  JobSpec job = JobSpec();
  job.name = "test";
  job.model = "small";
  job.dataset = std::string(64, 'a');
  job.nodes = nodes;
  Json json = to_json(job);
  json["quorum"] = quorum;
  CHECK(job_spec_from_json(json).needed() == needed);
  json["quorum"] = nodes + 1;
  CHECK_THAT(why_refused(json), Contains("quorum"));
}

TEST_CASE("a lease comes back from its JSON as it was, and more keys do not disturb it") {
  const JobSpec job = example_job();
  const Lease lease{"1-2-3-1", 1,           2,           3,         9,          2.5,      job.model,
                    "",        job.dataset, job.mirrors, job.local, job.sample, job.rule, job.compression,
                    "1-1-3-1"};
  Json json = to_json(lease);
  json["from_a_newer_aggregator"] = 1;
  CHECK(to_json(lease_from_json(json)) == to_json(lease));
}

TEST_CASE("a job's status comes back from its JSON as it was") {
  JobStatus status;
  status.job = 3;
  status.name = "gels";
  status.state = "open";
  status.rounds = 6;
  status.needed = 3;
  status.weights = 1;
  status.history = {{{3, 1, 2, 3, 4, 5, 6, 700, 800}, 1, "closed", 4, 12.5}, {{1}, 2, "open", 4, 3}};
  status.earlier = {{1, 2, 3, 4, 5, 6, 7, 8, 9}, 10};
  status.trouble = "the disk is full";
  status.workers = {{"one", "training", 2, 0}, {"two", "gone", 1, 1}};
  CHECK(to_json(job_status_from_json(to_json(status))) == to_json(status));
}

TEST_CASE("a status without workers' list is refused by the key's name") {
  Json json = to_json(JobStatus());
  json.erase("workers");
  CHECK_THROWS_WITH(job_status_from_json(json), Contains("\"workers\" is missing"));
}

}  // namespace frag::rounds
