#include "trainer/sweeping/sweep_plan.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

std::vector<std::string> described(const std::string& toml) {
  std::vector<std::string> lines;
  for (const SweptSettings& run : plan_runs(parse_sweep_file(toml, "s.toml"))) lines.push_back(describe(run));
  return lines;
}

std::string random_search(int runs) {
  return "[random]\nseed = 7\nruns = " + std::to_string(runs) +
         "\n[random.choices]\nlr = { log_uniform = [1e-3, 1e-1] }\nmomentum = { uniform = [0.5, 0.95] }\n"
         "batch = { integers = [8, 64] }\noptimizer = [\"sgd\", \"nesterov\", \"adam\"]\n";
}

constexpr std::uint64_t kLargestWord = ~std::uint64_t{0};

}  // namespace

TEST_CASE("a grid is every combination, the last key changing first") {
  CHECK(described("[grid]\nlr = [0.1, 1e-2]\nmodel = [\"small\", \"mlp\", \"vgg\"]\n") ==
        std::vector<std::string>{"lr=0.1 model=small", "lr=0.1 model=mlp", "lr=0.1 model=vgg",
                                 "lr=0.01 model=small", "lr=0.01 model=mlp", "lr=0.01 model=vgg"});
}

TEST_CASE("a grid of too many runs is refused before it is made") {
  std::string list = "[0";
  for (int i = 1; i < 200; ++i) list += ", " + std::to_string(i);
  const std::string toml = "[grid]\nseed = " + list + "]\nbatch = " + list + "]\n";
  const Error error = test::error_of([&] { described(toml); });
  CHECK(std::string(error.what()).find("s.toml:3: with \"batch\" the grid has more than 10,000 runs") == 0);
}

TEST_CASE("drawn settings are those of docs/sweeps.md, computed in Python") {
  CHECK(described(random_search(3)) == std::vector<std::string>{
                                           "lr=0.016515 momentum=0.5694 batch=10 optimizer=adam",
                                           "lr=0.0024226 momentum=0.58474 batch=19 optimizer=sgd",
                                           "lr=0.0072864 momentum=0.82341 batch=52 optimizer=adam",
                                       });
}

TEST_CASE("more drawn runs leave the first as they are") {
  const auto few = described(random_search(3));
  const auto more = described(random_search(40));
  CHECK(std::vector<std::string>(more.begin(), more.begin() + 3) == few);
  CHECK(std::set<std::string>(more.begin(), more.end()).size() == 40);
}

TEST_CASE("an interval's ends are its least and largest values") {
  const SweepInterval scales[] = {
      {.low = 0.123456789, .high = 0.987654321, .scale = SweepInterval::Scale::linear},
      {.low = 0.123456789, .high = 0.987654321, .scale = SweepInterval::Scale::logarithmic}};
  for (const SweepInterval& interval : scales) {
    CHECK(choose(interval, 0).get<double>() == 0.12346);
    CHECK(choose(interval, kLargestWord).get<double>() == 0.98765);
  }
  CHECK(choose(SweepInterval{.low = 0.123454, .high = 1}, 0).get<double>() == 0.123454);
}

TEST_CASE("the middle of a logarithmic interval is its geometric mean") {
  const SweepInterval interval{.low = 1e-4, .high = 1e-2, .scale = SweepInterval::Scale::logarithmic};
  CHECK(choose(interval, std::uint64_t{1} << 63).get<double>() == 0.001);
}

TEST_CASE("whole numbers include both ends, also the furthest there are") {
  CHECK(choose(SweepIntegers{.low = -3, .high = 5}, 0) == -3);
  CHECK(choose(SweepIntegers{.low = -3, .high = 5}, kLargestWord) == 5);
  const SweepIntegers all{.low = std::numeric_limits<std::int64_t>::min(),
                          .high = std::numeric_limits<std::int64_t>::max()};
  CHECK(choose(all, 0) == all.low);
  CHECK(choose(all, kLargestWord) == all.high);
}

TEST_CASE("every value of a sweep is checked once, of ranges both ends") {
  const SweepFile file = parse_sweep_file("epochs = 2\n" + random_search(1), "s.toml");
  const auto entries = values_to_check(file);
  REQUIRE(entries.size() == 1 + 2 + 2 + 2 + 3);
  CHECK(entries[1].values == std::vector<std::string>{"0.001"});
  CHECK(entries[6].values == std::vector<std::string>{"64"});
  CHECK(entries[6].where == "s.toml:8");
  CHECK(entries_of(file, plan_runs(file).front()).size() == 5);
}
