// Every fragment is equally likely, whatever varies: chi-square over 10^6 drawn fragments each. Seeded, so
// that the outcome is always the same.
#include <catch2/catch.hpp>
#include <functional>
#include <span>
#include <vector>

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

// How far hits are from equal ones: the sum of squared differences over what was expected.
double chi_square(std::span<const std::uint64_t> hits, std::uint64_t draws) {
  const double expected = static_cast<double>(draws) / static_cast<double>(hits.size());
  double sum = 0;
  for (const std::uint64_t count : hits) {
    const double off = static_cast<double>(count) - expected;
    sum += off * off / expected;
  }
  return sum;
}

// Exceeded once in 1,000, with 59 and with 299 degrees of freedom.
constexpr double kMostOfFew = 98.4, kMostOfMany = 379;

// Draws of one fragment of each class, by `start` and what `vary` makes of it for each.
void check_uniform(const SampleSpec& start, const std::function<void(SampleSpec&, std::uint64_t)>& vary) {
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
  const std::span<const std::uint64_t> all = hits;
  CHECK(chi_square(all.first(kFew), kDraws) < kMostOfFew);
  CHECK(chi_square(all.subspan(kFew), kDraws) < kMostOfMany);
}

}  // namespace

TEST_CASE("random draws are uniform over seeds") {
  check_uniform({}, [](SampleSpec& spec, std::uint64_t i) { spec.seed = i; });
}

TEST_CASE("random draws are uniform over rounds and parts") {
  SampleSpec spec;
  spec.parts = 10;
  check_uniform(spec, [](SampleSpec& one, std::uint64_t i) {
    one.part = i % 10;
    one.round = i / 10;
  });
}

TEST_CASE("what a dynamic part begins with is uniform over rounds") {
  SampleSpec spec;
  spec.policy = SamplePolicy::changing_parts;
  spec.part = 3;
  spec.parts = 7;
  check_uniform(spec, [](SampleSpec& one, std::uint64_t i) { one.round = i; });
}

TEST_CASE("what a hybrid window begins with is uniform over seeds") {
  SampleSpec spec;
  spec.policy = SamplePolicy::hybrid;
  spec.parts = 2;
  spec.round = 11;
  check_uniform(spec, [](SampleSpec& one, std::uint64_t i) { one.seed = i; });
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
  CHECK(chi_square(hits, kRounds) < kMostOfFew);
}
