#include "trainer/sweeping/sweep_file.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

std::string sweep_problem(const std::string& toml) {
  const Error error = test::error_of([&] { parse_sweep_file(toml, "s.toml"); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

std::string drawn(const std::string& choice) {
  return sweep_problem("[random]\nruns = 1\n[random.choices]\n" + choice + "\n");
}

}  // namespace

TEST_CASE("a grid keeps its keys in the order of the file") {
  const SweepFile file = parse_sweep_file(
      "dataset = \"gels\"\nepochs = 3\n[grid]\nmodel = [\"small\", \"mlp\"]\nbatch = [8]\n", "s.toml");
  REQUIRE(file.fixed.size() == 2);
  CHECK(file.fixed[0].key == "dataset");
  CHECK(file.fixed[1].where == "s.toml:2");
  REQUIRE(file.swept.size() == 2);
  CHECK(file.swept[0].key == "model");
  CHECK(std::get<SweepList>(file.swept[0].choices) == SweepList{"small", "mlp"});
  CHECK(file.swept[1].where == "s.toml:5");
  CHECK_FALSE(file.random);
}

TEST_CASE("a random search has lists, intervals of two scales, and whole numbers") {
  const SweepFile file = parse_sweep_file(
      "[random]\nruns = 9\nseed = 4\n[random.choices]\noptimizer = [\"sgd\"]\nmomentum = { uniform = [0, "
      "0.5] "
      "}\nlr = { log_uniform = [1e-3, 1] }\nbatch = { integers = [8, 64] }\n",
      "s.toml");
  REQUIRE(file.random);
  CHECK(file.random->runs == 9);
  CHECK(file.random->seed == 4);
  REQUIRE(file.swept.size() == 4);
  CHECK(std::get<SweepInterval>(file.swept[1].choices).high == 0.5);
  CHECK(std::get<SweepInterval>(file.swept[2].choices).scale == SweepInterval::Scale::logarithmic);
  CHECK(std::get<SweepIntegers>(file.swept[3].choices).low == 8);
}

TEST_CASE("the example of a sweep in manifests/ is read") {
  const SweepFile file = read_sweep_file(FRAG_SOURCE_DIR "/manifests/sweep.toml");
  REQUIRE(file.random);
  CHECK(file.swept.size() >= 3);
}

TEST_CASE("a sweep without a search, or with two, is refused") {
  CHECK(sweep_problem("epochs = 1\n").find("s.toml: a sweep has a table [grid] or [random]") == 0);
  CHECK(sweep_problem("[grid]\nlr = [1]\n[random]\nruns = 1\n").find("s.toml:3: a sweep has one of") == 0);
  CHECK(sweep_problem("[grid]\n").find("s.toml:1: no setting varies") == 0);
  CHECK(sweep_problem("[random]\nruns = 3\n").find("s.toml:1: no setting varies") == 0);
  CHECK(sweep_problem("[random.choices]\nlr = [1]\n").find("needs \"runs\"") != std::string::npos);
  CHECK(sweep_problem("[gird]\nlr = [1]\n").find("s.toml:1: no table [gird] here") == 0);
}

TEST_CASE("lists that are empty or of other things are refused by line and key") {
  CHECK(sweep_problem("[grid]\nlr = []\n").find("s.toml:2: \"lr\" is an empty list") == 0);
  CHECK(sweep_problem("[grid]\nlr = 0.1\n").find("s.toml:2: \"lr\" is a list") == 0);
  CHECK(sweep_problem("[grid]\nlr = [true]\n").find("s.toml:2: \"lr\" is a list of texts or numbers") == 0);
  CHECK(sweep_problem("[grid]\nlr = { uniform = [0, 1] }\n").find("[random.choices]") != std::string::npos);
  CHECK(sweep_problem("epochs = true\n[grid]\nlr = [1]\n").find("s.toml:1: a setting is") == 0);
}

TEST_CASE("ranges that are none are refused by line and key") {
  CHECK(drawn("lr = { uniform = [1, 0] }").find("s.toml:4: \"lr\" = { uniform }: the first end") == 0);
  CHECK(drawn("lr = { log_uniform = [0, 1] }").find("a logarithm needs ends above 0") != std::string::npos);
  CHECK(drawn("batch = { integers = [1, 2.5] }").find("both ends are whole numbers") != std::string::npos);
  CHECK(drawn("lr = { uniform = [0, inf] }").find("the ends are numbers") != std::string::npos);
  CHECK(drawn("lr = { normal = [0, 1] }").find("\"lr\" is a list, { uniform") != std::string::npos);
  CHECK(drawn("lr = { uniform = [0, 1, 2] }").find("\"lr\" is a list, { uniform") != std::string::npos);
  CHECK(sweep_problem("[random]\nruns = 0\n").find("s.toml:2: \"runs\" is a whole number from 1 to") == 0);
  CHECK(sweep_problem("[random]\nrun = 3\n").find("s.toml:2: \"run\" is no key of [random]") == 0);
}

TEST_CASE("a setting is fixed or varies, and some do not vary") {
  CHECK(sweep_problem("lr = 1\n[grid]\nlr = [1]\n").find("s.toml:3: \"lr\" is also set in s.toml:1") == 0);
  for (const std::string key : {"dataset", "folds", "watch", "threads", "checkpoint_every"}) {
    CHECK(sweep_problem("[grid]\n" + key + " = [1]\n").find("is the same in all runs") != std::string::npos);
  }
  CHECK(sweep_problem("output = \"x\"\n[grid]\nlr = [1]\n").find("s.toml:1: \"output\" is no key") == 0);
}
