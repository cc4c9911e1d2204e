#include "trainer/job_file.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

std::string problem_with(const std::string& toml) {
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

TEST_CASE("the example in manifests/ is read") {
  const JobFile file = read_job_file(FRAG_SOURCE_DIR "/manifests/job.toml");
  CHECK(file.job.rounds == 6);
  CHECK(file.job.nodes == 4);
  CHECK(file.job.needed() == 3);
}

TEST_CASE("mistakes are named with their line") {
  const std::string good = "mirrors = [\"http://m:1\"]\n";
  CHECK(problem_with(good + "rouds = 3\n") == "job.toml:2: unknown key \"rouds\"");
  CHECK(problem_with(good + "[local]\nepochs = 1\nlr = 0.1\n") == "job.toml:4: unknown key \"lr\"");
  CHECK(problem_with(good + "[sample]\npart = 1\n") == "job.toml:3: unknown key \"part\"");
  CHECK(problem_with(good + "local = 3\n") == "job.toml:2: key \"local\" must be a table");
  CHECK(problem_with(good + "nodes = \"four\"\n").rfind("job.toml:2: ", 0) == 0);
  CHECK(problem_with(good + "nodes = 0\n").rfind("job.toml:2: ", 0) == 0);
  CHECK(problem_with(good + "\nquorum = 1.5\n").rfind("job.toml:3: ", 0) == 0);
  CHECK(problem_with(good + "input = 0\n").rfind("job.toml:2: ", 0) == 0);
  CHECK(problem_with(good + "[sample]\nsplit = 4\n").rfind("job.toml:3: ", 0) == 0);
  CHECK(problem_with("mirrors = [\n").rfind("job.toml:", 0) == 0);
  CHECK(problem_with("nodes = 2\n").find("mirrors") != std::string::npos);
  CHECK(problem_with(good + "model = \"net.pt\"\n") ==
        "job.toml: a TorchScript module cannot be a job's model yet");
  CHECK(problem_with(good + "dataset = \"short\"\n").rfind("job.toml:2: ", 0) == 0);
}
