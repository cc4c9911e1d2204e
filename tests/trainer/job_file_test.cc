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
