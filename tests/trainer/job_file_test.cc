#include "trainer/job_file.h"

#include <catch2/catch.hpp>

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

TEST_CASE("the example in manifests/ is read") {
  const JobFile file = read_job_file(FRAG_SOURCE_DIR "/manifests/job.toml");
  CHECK(file.job.rounds == 6);
  CHECK(file.job.nodes == 4);
  CHECK(file.job.needed() == 3);
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
  CHECK(job_problem(good + "model = \"net.pt\"\n") ==
        "job.toml: a TorchScript module cannot be a job's model yet");
  CHECK(job_problem(good + "dataset = \"short\"\n").rfind("job.toml:2: ", 0) == 0);
}
