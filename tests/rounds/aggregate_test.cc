#include "libfrag/rounds/aggregate.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <numeric>

#include "libfrag/base/digest.h"
#include "libfrag/base/random.h"
#include "libfrag/rounds/rules/catalog.h"
#include "tests/rounds/weights.h"

namespace frag::rounds {
namespace {

using testing::TempDir;
using testing::Weights;

// A round on disk: the weights, results by part, and what becomes of them.
class Round {
 public:
  explicit Round(const Weights& base) { write_file_atomic(dir_ / "base", base.file()); }

  void result(std::int64_t part, const Weights& weights) {
    const auto path = dir_ / ("part" + std::to_string(part));
    write_file_atomic(path, weights.file());
    parts_[part] = path;
  }

  std::string bytes() {
    StepFiles files{dir_ / "base", {}, dir_ / "next"};
    for (const auto& [part, path] : parts_) files.results.push_back(path);
    Step step;
    step.contributions.resize(parts_.size());
    const Aggregated written = aggregate(files, *make_rule(complete({}), step));
    std::string file = read_file(dir_ / "next");
    CHECK(written.digest == xxh3_128_hex(file));
    CHECK(written.bytes == file.size());
    return file;
  }
  WeightsFile mean() { return parse_weights(bytes()); }

  const TempDir& dir() const { return dir_; }

 private:
  TempDir dir_;
  std::map<std::int64_t, std::filesystem::path> parts_;
};

std::vector<float> random_floats(SplitMix64& random, std::size_t count) {
  std::vector<float> values(count);
  for (float& value : values) {
    // Magnitudes from 1e-6 to 1e6, so that the order of a sum shows in its last bits.
    const int exponent = static_cast<int>(random.below(40)) - 20;
    value = std::ldexp(static_cast<float>(random.uniform() - 0.5), exponent);
  }
  return values;
}

}  // namespace

TEST_CASE("parameters lose the mean of their changes") {
  Round round(Weights().floats("w", {1, 2, 3}));
  round.result(0, Weights().floats("w", {0.5, 0, -1}));
  round.result(1, Weights().floats("w", {1.5, 0, -2}));
  CHECK(testing::numbers<float>(round.mean(), "w") == std::vector<float>{0, 2, 4.5});
}

TEST_CASE("buffers become the mean of what was sent") {
  Round round(Weights().floats("m", {100}, TensorKind::buffer));
  for (const float value : {1.0f, 2.0f, 6.0f}) {
    round.result(static_cast<std::int64_t>(value), Weights().floats("m", {value}, TensorKind::buffer));
  }
  CHECK(testing::numbers<float>(round.mean(), "m") == std::vector<float>{3});
}

TEST_CASE("counters become the largest that was sent") {
  Round round(Weights().counters("n", {1000, 0}));
  round.result(0, Weights().counters("n", {7, -5}));
  round.result(1, Weights().counters("n", {9, -4}));
  CHECK(testing::numbers<std::int64_t>(round.mean(), "n") == std::vector<std::int64_t>{9, -4});
}

TEST_CASE("the mean is of the parts that came, not of all that were asked") {
  Round round(Weights().floats("w", {10}));
  round.result(2, Weights().floats("w", {1}));
  round.result(5, Weights().floats("w", {2}));
  round.result(9, Weights().floats("w", {6}));
  CHECK(testing::numbers<float>(round.mean(), "w") == std::vector<float>{7});
}

TEST_CASE("one element is summed in double from the lowest part up and rounded once") {
  // In float arithmetic 1e8 + 1 - 1e8 is 0; in double and this order it is 1.
  Round round(Weights().floats("w", {0}));
  round.result(0, Weights().floats("w", {1e8}));
  round.result(1, Weights().floats("w", {1}));
  round.result(2, Weights().floats("w", {-1e8}));
  CHECK(testing::numbers<float>(round.mean(), "w")[0] == static_cast<float>(0.0 - 1.0 / 3.0));
}

TEST_CASE("a mean beyond float's range stays finite") {
  const float largest = std::numeric_limits<float>::max();
  Round round(Weights().floats("w", {largest, -largest}));
  round.result(0, Weights().floats("w", {-largest, largest}));
  CHECK(testing::numbers<float>(round.mean(), "w") == std::vector<float>{largest, -largest});
}

TEST_CASE("every element equals the formula, whatever the blocks") {
  SplitMix64 random(5);
  constexpr std::size_t kCount = 70'003;
  const auto base = random_floats(random, kCount);
  Round round(Weights().floats("w", base));
  std::vector<std::vector<float>> changes;
  // Enough parts that the blocks' share of the memory is what limits them.
  for (std::int64_t part = 0; part < 300; ++part) {
    changes.push_back(random_floats(random, kCount));
    round.result(part, Weights().floats("w", changes.back()));
  }
  const auto next = testing::numbers<float>(round.mean(), "w");
  std::size_t wrong = 0;
  for (std::size_t e = 0; e < kCount; ++e) {
    double sum = 0;
    for (const auto& change : changes) sum += static_cast<double>(change[e]);
    wrong += next[e] != static_cast<float>(static_cast<double>(base[e]) - sum / 300.0);
  }
  CHECK(wrong == 0);
}

TEST_CASE("results may order their tensors otherwise than the weights") {
  Round round(Weights().floats("a", {1}).floats("b", {2, 3}));
  round.result(0, Weights().floats("b", {1, 1}).floats("a", {5}));
  const auto mean = round.mean();
  CHECK(testing::numbers<float>(mean, "a") == std::vector<float>{-4});
  CHECK(testing::numbers<float>(mean, "b") == std::vector<float>{1, 2});
}

TEST_CASE("the card and the tensors' layout are the base's") {
  Round round(Weights().floats("a", {1}).card({{"model", "small"}}));
  round.result(0, Weights().floats("a", {5}));
  CHECK(round.mean().layout.card == Json{{"model", "small"}});
}

TEST_CASE("a scalar and an empty tensor are averaged too") {
  Round round(Weights().floats("none", {}).floats("w", {1}));
  round.result(0, Weights().floats("none", {}).floats("w", {1}));
  CHECK(testing::numbers<float>(round.mean(), "w") == std::vector<float>{0});
}

TEST_CASE("a result whose layout differs is named and nothing is written") {
  Round round(Weights().floats("a", {1}));
  round.result(0, Weights().floats("a", {1}));
  round.result(4, Weights().floats("a", {1, 2}));
  CHECK_THROWS_WITH(round.bytes(), Catch::Matchers::Contains("part4"));
  CHECK_FALSE(std::filesystem::exists(round.dir() / "next"));
}

namespace {

// Weights of every kind, with results that travel in every way.
class MixedRound {
 public:
  MixedRound() {
    SplitMix64 random(11);
    write_file_atomic(dir_ / "base", mixed(random).file());
    for (std::size_t p = 0; p < 4; ++p) {
      paths_.push_back(dir_ / ("part" + std::to_string(p)));
      write_file_atomic(paths_.back(), mixed(random).file());
    }
    const std::vector<float> b = random_floats(random, 9);
    write_file_atomic(paths_[1], Weights()
                                     .halves("a", std::vector<float>(kRows * kColumns, 0.5f))
                                     .shaped({kRows, kColumns})
                                     .floats("b", b)
                                     .floats("m", b, TensorKind::buffer)
                                     .counters("n", {7})
                                     .file());
    write_file_atomic(paths_[2], Weights()
                                     .indices("sparse.indices", {3, 70'000, kRows * kColumns - 1})
                                     .floats("sparse.values", {1, 2, 3})
                                     .halves("b", b)
                                     .floats("m", b, TensorKind::buffer)
                                     .counters("n", {7})
                                     .file());
  }

  // Both files that steps of the rule write, one after the other.
  std::string run(const std::string& rule, std::size_t threads, int steps = 1) {
    StepFiles files{dir_ / "base", paths_, dir_ / "next0", {}, dir_ / "memory0"};
    Step step;
    for (std::int64_t p = 0; p < 4; ++p) step.contributions.push_back({.part = p, .norm = 1});
    const auto made = make_rule(complete({rule, {}}), step);
    for (int n = 1; n <= steps; ++n) {
      const std::string digest = aggregate(files, *made, threads).digest;
      CHECK(digest == xxh3_128_hex(read_file(files.next)));
      files.base = files.next;
      if (!made->memory().empty()) files.memory = files.next_memory;
      files.next = dir_ / ("next" + std::to_string(n));
      files.next_memory = dir_ / ("memory" + std::to_string(n));
    }
    return read_file(files.base) + (files.memory.empty() ? "" : read_file(files.memory));
  }
  const TempDir& dir() const { return dir_; }

 private:
  static constexpr std::int64_t kRows = 1000, kColumns = 301;

  static Weights mixed(SplitMix64& random) {
    return Weights()
        .floats("a", random_floats(random, kRows * kColumns))
        .shaped({kRows, kColumns})
        .floats("b", random_floats(random, 9))
        .floats("m", random_floats(random, 9), TensorKind::buffer)
        .counters("n", {static_cast<std::int64_t>(random.below(100))});
  }

  TempDir dir_;
  std::vector<std::filesystem::path> paths_;
};

}  // namespace

TEST_CASE("the number of threads does not change a bit") {
  const std::string rule = GENERATE("mean", "fedadam", "median");
  MixedRound round;
  const std::string one = round.run(rule, 1, 2);
  for (const std::size_t threads : {2u, 3u, 8u}) CHECK(round.run(rule, threads, 2) == one);
}

TEST_CASE("halves and sparse results are averaged with the others") {
  MixedRound round;
  const auto next = parse_weights(round.run("mean", 2));
  const auto base = parse_weights(read_file(round.dir() / "base"));
  const auto first = parse_weights(read_file(round.dir() / "part0"));
  const auto last = parse_weights(read_file(round.dir() / "part3"));
  const auto at = [](const WeightsFile& file, std::size_t e) {
    return static_cast<double>(testing::numbers<float>(file, "a")[e]);
  };
  for (const std::size_t e : {std::size_t{3}, std::size_t{4}, std::size_t{70'000}}) {
    const double sparse = e == 3 ? 1 : e == 70'000 ? 2 : 0;
    CHECK(at(next, e) == static_cast<float>(at(base, e) - (at(first, e) + 0.5 + sparse + at(last, e)) / 4));
  }
}

TEST_CASE("what a rule remembers is read from its file in the next step") {
  const TempDir dir;
  write_file_atomic(dir / "base", Weights().floats("w", {10, 20}).counters("n", {0}).file());
  write_file_atomic(dir / "result", Weights().floats("w", {1, -2}).counters("n", {1}).file());
  Step step;
  step.contributions.resize(1);
  const auto rule = make_rule(complete({"fedavgm", {{"momentum", 0.5}}}), step);
  aggregate({dir / "base", {dir / "result"}, dir / "w1", {}, dir / "m1"}, *rule);
  aggregate({dir / "w1", {dir / "result"}, dir / "w2", dir / "m1", dir / "m2"}, *rule);
  const auto memory = parse_weights(read_file(dir / "m2"));
  CHECK(memory.layout.tensors.size() == 1);
  CHECK(testing::numbers<float>(memory, "momentum.w") == std::vector<float>{1.5, -3});
  CHECK(testing::numbers<float>(parse_weights(read_file(dir / "w2")), "w") == std::vector<float>{7.5, 25});
}

TEST_CASE("a memory of another rule or of other weights is named, and nothing is written") {
  const TempDir dir;
  write_file_atomic(dir / "base", Weights().floats("w", {10}).file());
  write_file_atomic(dir / "other", Weights().floats("first.w", {1}).floats("second.w", {1}).file());
  Step step;
  step.contributions.resize(1);
  const auto rule = make_rule(complete({"fedavgm", {}}), step);
  CHECK_THROWS_WITH(
      aggregate({dir / "base", {dir / "base"}, dir / "next", dir / "other", dir / "memory"}, *rule),
      Catch::Matchers::Contains("other: is not what this rule remembers"));
  CHECK_FALSE(std::filesystem::exists(dir / "next"));
  CHECK_FALSE(std::filesystem::exists(dir / "memory"));
}

}  // namespace frag::rounds
