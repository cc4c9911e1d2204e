#include "trainer/job_file.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

std::string job_problem(const std::string& toml) {
  const Error error = test::error_of([&] { parse_job_file(toml, "job.toml"); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

}  // namespace

TEST_CASE("a short job file takes the model's own settings") {
  const JobFile file =
      parse_job_file("mirrors = [\"http://m:1\"]\nnodes = 4\n[sample]\ncount = 600\n", "job.toml");
  CHECK(file.job.name == "job.toml");
  CHECK(file.job.model == "small");
  CHECK(file.job.dataset.empty());
  CHECK(file.job.nodes == 4);
  CHECK(file.job.sample.count == 600u);
  CHECK(file.job.local.batch == 32);
  CHECK_FALSE(file.input);
  const JobFile other =
      parse_job_file("mirrors = [\"http://m:1\"]\nmodel = \"tcnn3\"\n[local]\nbatch = 8\n", "j");
  CHECK(other.job.local.batch == 8);
  CHECK(other.job.local.learning_rate == 0.001);
  CHECK(other.job.local.weight_decay == 0.004);
}

TEST_CASE("a module's path becomes its digest, and its own settings are filled in") {
  const test::TempDir dir;
  const std::string path = (dir / "net.pt").string();
  test::write_text(path, "abc");
  const std::string toml = "mirrors = [\"http://m:1\"]\nmodel = \"" + path + "\"\n";
  const JobFile file = parse_job_file(toml, "job.toml");
  CHECK(file.job.model == "torchscript");
  CHECK(file.job.module_sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  REQUIRE(file.module);
  CHECK(file.module->bytes == "abc");
  CHECK(file.job.local.learning_rate == 0.01);
  std::filesystem::remove(path);
  CHECK(test::error_of([&] { parse_job_file(toml, "job.toml"); }).code() == Errc::not_found);
}

TEST_CASE("the example in manifests/ is read") {
  const JobFile file = read_job_file(FRAG_SOURCE_DIR "/manifests/job.toml");
  CHECK(file.job.rounds == 6);
  CHECK(file.job.nodes == 4);
  CHECK(file.job.needed() == 3);
  REQUIRE(file.job.evaluation);
  CHECK(file.job.evaluation->sample.side == SampleSide::test);
  CHECK(file.job.stop.target == 0.98);
}

TEST_CASE("the example in manifests/ shows every key that a job has") {
  const std::string text = read_file(FRAG_SOURCE_DIR "/manifests/job.toml");
  rounds::JobSpec job = read_job_file(FRAG_SOURCE_DIR "/manifests/job.toml").job;
  job.compression.wire = rounds::Wire::dgc;
  const Json json = rounds::to_json(job);
  const auto shown = [&text](const std::string& key) {
    INFO(key);
    CHECK((text.find("\n" + key + " = ") != std::string::npos ||
           text.find("\n# " + key + " = ") != std::string::npos ||
           text.find("\n[" + key + "]") != std::string::npos));
  };
  for (const auto& [key, value] : json.items()) {
    shown(key);
    if (value.is_object() && key != "sample") {
      for (const auto& [inner, unused] : value.items()) {
        if (inner != "sample") shown(inner);
      }
    }
  }
  for (const char* key : {"split", "fold", "count", "seed", "policy", "keep", "holdout", "side", "balance",
                          "repeats", "dirichlet", "weights"}) {
    shown(key);
  }
}

TEST_CASE("a rule has its own settings, whole numbers too, and others are unknown") {
  const std::string good = "mirrors = [\"http://m:1\"]\n";
  const JobFile file = parse_job_file(good + "deadline_s = 60\n[rule]\nname = \"fedprox\"\nmu = 1\n", "j");
  CHECK(file.job.rule.name == "fedprox");
  CHECK(file.job.rule.setting("mu") == 1.0);
  CHECK(file.job.deadline_s == 60);
  CHECK(job_problem(good + "[rule]\nname = \"mean\"\nmu = 1\n") == "job.toml:4: unknown key \"mu\"");
  CHECK(job_problem(good + "[rule]\nname = \"average\"\n").rfind("job.toml:3: there is no rule", 0) == 0);
}

TEST_CASE("an optimizer brings the settings that suit it") {
  const std::string good = "mirrors = [\"http://m:1\"]\n[local]\n";
  const auto local = parse_job_file(good + "optimizer = \"adamw\"\n", "j").job.local;
  CHECK(local.learning_rate == 0.001);
  CHECK(local.weight_decay == 0.01);
  CHECK(parse_job_file(good + "optimizer = \"adam\"\nlearning_rate = 1\n", "j").job.local.learning_rate == 1);
  CHECK(job_problem(good + "optimizer = \"best\"\n").rfind("job.toml:3: ", 0) == 0);
}

TEST_CASE("a sample may say all that a draw knows") {
  const std::string good = "mirrors = [\"http://m:1\"]\nnodes = 2\n[sample]\n";
  const auto sample = [&](const std::string& keys) { return parse_job_file(good + keys, "j").job.sample; };
  CHECK(sample("policy = \"hybrid\"\nkeep = 0.5\ncount = 10\n").keep == 500);
  CHECK(sample("holdout = 0.25\n").holdout == 250);
  CHECK(sample("balance = {a = 2, b = 1}\n").class_weights == ClassWeights{{"a", 2}, {"b", 1}});
  CHECK(sample("weights = [{a = 2}, {b = 1}]\n").part_weights.at(1) == ClassWeights{{"b", 1}});
  CHECK(parse_job_file(good + "dirichlet = 1\n", "j").dirichlet == 1.0);
  CHECK(job_problem(good + "dirichlet = 0\n").rfind("job.toml:4: ", 0) == 0);
  CHECK(job_problem(good + "balance = \"none\"\ndirichlet = 1\n").rfind("job.toml:5: ", 0) == 0);
}

TEST_CASE("an evaluation measures on what the sample holds out, unless it says otherwise") {
  const std::string good = "mirrors = [\"http://m:1\"]\n";
  const auto own = parse_job_file(good + "[evaluation.sample]\nsplit = \"val\"\n", "j").job.evaluation;
  REQUIRE(own);
  CHECK(own->sample.split == "val");
  const auto held = parse_job_file(good + "[sample]\nholdout = 0.2\nseed = 3\n[evaluation]\nevery = 2\n", "j")
                        .job.evaluation;
  REQUIRE(held);
  CHECK(held->every == 2);
  CHECK(held->sample.side == SampleSide::test);
  CHECK(held->sample.holdout == 200);
  CHECK(held->sample.seed == 3);
  CHECK(job_problem(good + "[evaluation]\nevery = 2\n").rfind("job.toml:2: ", 0) == 0);
}

TEST_CASE("mistakes are named with their line") {
  const std::string good = "mirrors = [\"http://m:1\"]\n";
  CHECK(job_problem(good + "rouds = 3\n") == "job.toml:2: unknown key \"rouds\"");
  CHECK(job_problem(good + "[local]\nepochs = 1\nlr = 0.1\n") == "job.toml:4: unknown key \"lr\"");
  CHECK(job_problem(good + "[sample]\npart = 1\n") == "job.toml:3: unknown key \"part\"");
  CHECK(job_problem(good + "local = 3\n") == "job.toml:2: key \"local\" must be a table");
  CHECK(job_problem(good + "nodes = \"four\"\n").rfind("job.toml:2: ", 0) == 0);
  CHECK(job_problem(good + "nodes = 0\n").rfind("job.toml:2: ", 0) == 0);
  CHECK(job_problem(good + "\nquorum = 1.5\n").rfind("job.toml:3: ", 0) == 0);
  CHECK(job_problem(good + "input = 0\n").rfind("job.toml:2: ", 0) == 0);
  CHECK(job_problem(good + "[sample]\nsplit = 4\n").rfind("job.toml:3: ", 0) == 0);
  CHECK(job_problem("mirrors = [\n").rfind("job.toml:", 0) == 0);
  CHECK(job_problem("nodes = 2\n").find("mirrors") != std::string::npos);
  CHECK(job_problem(good + "model = \"torchscript\"\n").rfind("job.toml:2: key \"model\" names", 0) == 0);
  CHECK(job_problem(good + "module_sha256 = \"0\"\n") == "job.toml:2: unknown key \"module_sha256\"");
  CHECK(job_problem(good + "dataset = \"short\"\n").rfind("job.toml:2: ", 0) == 0);
}
