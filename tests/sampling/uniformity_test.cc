// Every fragment is equally likely, whatever varies: chi-square over 10^6 drawn fragments each. Seeded, so
// that the outcome is always the same.
#include <catch2/catch.hpp>
#include <functional>

#include "libfrag/sampling/sampler.h"

using namespace frag;

namespace {

constexpr std::uint64_t kDraws = 500'000;  // of two fragments, one of each class
constexpr std::uint64_t kFew = 60, kMany = 300;

// Fragments 0 to 59 are of a class whose permutation is a table, 60 to 359 of one whose permutation is a
// network; each lies in two runs.
Sampler sampler_of_two() {
  return Sampler({"few", "many"}, {{"train", {{{0, 20}, {20, 40}}, {{60, 100}, {160, 200}}}}});
}

struct ChiSquare {
  double few = 0, many = 0;
};

ChiSquare chi_square_of(const SampleSpec& start,
                        const std::function<void(SampleSpec&, std::uint64_t)>& vary) {
  const Sampler sampler = sampler_of_two();
  std::vector<std::uint64_t> hits(kFew + kMany, 0);
  SampleSpec spec = start;
  spec.count = 2;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    vary(spec, i);
    const SampleList list = sampler.draw(spec);
    ++hits[list.at(0)];
    ++hits[list.at(1)];
  }
  ChiSquare sums;
  for (std::uint64_t id = 0; id < hits.size(); ++id) {
    const double expected = static_cast<double>(kDraws) / static_cast<double>(id < kFew ? kFew : kMany);
    const double off = static_cast<double>(hits[id]) - expected;
    (id < kFew ? sums.few : sums.many) += off * off / expected;
  }
  return sums;
}

// 59 and 299 degrees of freedom: each bound is exceeded once in 1,000.
void check(const ChiSquare& sums) {
  CHECK(sums.few < 98.4);
  CHECK(sums.many < 379);
}

}  // namespace

TEST_CASE("random draws are uniform over seeds") {
  check(chi_square_of({}, [](SampleSpec& spec, std::uint64_t i) { spec.seed = i; }));
}

TEST_CASE("random draws are uniform over rounds and parts") {
  SampleSpec spec;
  spec.parts = 10;
  check(chi_square_of(spec, [](SampleSpec& one, std::uint64_t i) {
    one.part = i % 10;
    one.round = i / 10;
  }));
}

TEST_CASE("what a dynamic part begins with is uniform over rounds") {
  SampleSpec spec;
  spec.policy = SamplePolicy::changing_parts;
  spec.part = 3;
  spec.parts = 7;
  check(chi_square_of(spec, [](SampleSpec& one, std::uint64_t i) { one.round = i; }));
}

TEST_CASE("what a hybrid window begins with is uniform over seeds") {
  SampleSpec spec;
  spec.policy = SamplePolicy::hybrid;
  spec.parts = 2;
  spec.round = 11;
  check(chi_square_of(spec, [](SampleSpec& one, std::uint64_t i) { one.seed = i; }));
}

TEST_CASE("what is left beside a holdout is uniform over rounds") {
  // Every fragment of the two runs of a class stands an equal chance where the runs are two groups.
  const Sampler sampler({"a"}, {{"train", {{{0, 30, {}, 0}, {30, 30, {}, 1}}}}});
  std::vector<std::uint64_t> hits(60, 0);
  SampleSpec spec;
  spec.count = 1;
  spec.holdout = 500;
  constexpr std::uint64_t kRounds = 1'000'000;
  for (spec.round = 0; spec.round < kRounds; ++spec.round) ++hits[sampler.draw(spec).at(0)];
  double sum = 0;
  for (const std::uint64_t count : hits) {
    const double expected = kRounds / 60.0, off = static_cast<double>(count) - expected;
    sum += off * off / expected;
  }
  CHECK(sum < 98.4);
}
