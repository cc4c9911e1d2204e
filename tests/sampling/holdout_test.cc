// The laws of a holdout, on random datasets.
#include <catch2/catch.hpp>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"
#include "tests/sampling/random_sets.h"

using namespace frag;
using namespace frag::test;

namespace {

SampleSpec holdout_of(std::uint64_t seed, std::uint32_t share) {
  SampleSpec spec;
  spec.seed = seed;
  spec.round = seed % 7;
  spec.holdout = share;
  spec.balance = Balance::none;
  return spec;
}

SampleSpec tested(SampleSpec spec) {
  spec.side = SampleSide::test;
  return spec;
}

std::vector<FragmentId> held_or_nothing(const Sampler& sampler, const SampleSpec& spec) {
  try {
    return ids_of(sampler.draw(spec));
  } catch (const Error& error) {
    REQUIRE(error.code() == Errc::bad_input);
    return {};
  }
}

}  // namespace

TEST_CASE("both sides of a holdout are the split, and no group is on both") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RandomSet set = random_set(seed, {"train", "val"});
    const Sampler sampler = set.sampler();
    const SampleSpec spec = holdout_of(seed, 1 + static_cast<std::uint32_t>(seed * 16));
    const auto train = ids_of(sampler.draw(spec)), test = held_or_nothing(sampler, tested(spec));
    const auto training = set.groups(train), testing = set.groups(test);
    for (const std::uint32_t group : testing) REQUIRE(training.count(group) == 0);
    REQUIRE(train.size() + test.size() == set.all_of({"train"}).size());
    std::set<FragmentId> both = set_of(train);
    both.merge(set_of(test));
    REQUIRE(both == set.all_of({"train"}));
    for (const std::set<std::uint32_t>& groups : set.groups_by_class("train")) {
      std::uint64_t held = 0;
      for (const std::uint32_t group : groups) held += testing.count(group);
      const std::uint64_t share = groups.size() * spec.holdout / 1000;
      REQUIRE(held == (groups.size() < 2 ? 0 : std::clamp<std::uint64_t>(share, 1, groups.size() - 1)));
    }
  }
}

TEST_CASE("the groups held out are the same for all parts, policies and balances, and others each round") {
  const RandomSet set = random_set(3);
  const Sampler sampler = set.sampler();
  SampleSpec spec = tested(holdout_of(4, 300));
  const auto held = set.groups(ids_of(sampler.draw(spec)));
  for (const SamplePolicy policy : {SamplePolicy::random, SamplePolicy::fixed_parts,
                                    SamplePolicy::changing_parts, SamplePolicy::hybrid}) {
    for (const Balance balance : {Balance::none, Balance::by_class}) {
      std::set<std::uint32_t> groups, training;
      SampleSpec part = spec;
      part.policy = policy;
      part.balance = balance;
      part.parts = 3;
      for (; part.part < 3; ++part.part) {
        part.side = SampleSide::test;
        groups.merge(set.groups(ids_of(sampler.draw(part))));
        part.side = SampleSide::train;
        training.merge(set.groups(ids_of(sampler.draw(part))));
      }
      CHECK(std::includes(held.begin(), held.end(), groups.begin(), groups.end()));
      if (balance == Balance::none) CHECK(groups == held);
      for (const std::uint32_t group : training) CHECK(held.count(group) == 0);
    }
  }
  std::set<std::set<std::uint32_t>> rounds;
  for (spec.round = 0; spec.round < 20; ++spec.round) rounds.insert(set.groups(ids_of(sampler.draw(spec))));
  CHECK(rounds.size() > 5);
}

TEST_CASE("a holdout's round sets the same groups aside in every round") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RandomSet set = random_set(seed);
    const Sampler sampler = set.sampler();
    SampleSpec spec = holdout_of(seed, 300);
    const auto held = set.groups(held_or_nothing(sampler, tested(spec)));
    spec.holdout_round = spec.round;
    for (spec.round = 100; spec.round < 110; ++spec.round) {
      REQUIRE(set.groups(held_or_nothing(sampler, tested(spec))) == held);
      for (const std::uint32_t group : set.groups(ids_of(sampler.draw(spec)))) {
        REQUIRE(held.count(group) == 0);
      }
    }
  }
}

TEST_CASE("samples that are called disjoint share no group, in any two rounds") {
  SplitMix64 random(12);
  const auto random_spec = [&random](bool folds) {
    SampleSpec spec;
    spec.balance = Balance::none;
    spec.seed = random.below(2);
    spec.round = random.below(50);
    if (folds && random.below(2) > 0) {
      spec.fold = random.below(3);
      spec.side = random.below(2) > 0 ? SampleSide::test : SampleSide::train;
      return spec;
    }
    spec.split = folds ? "fold" + std::to_string(random.below(3)) : random.below(4) > 0 ? "train" : "val";
    spec.holdout = static_cast<std::uint32_t>(random.below(3)) * 200;
    if (spec.holdout > 0 && random.below(4) > 0) spec.holdout_round = random.below(2);
    if (spec.holdout > 0 && random.below(2) > 0) spec.side = SampleSide::test;
    return spec;
  };
  int pairs = 0, of_holdouts = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const bool folds = seed % 2 > 0;
    const RandomSet set =
        folds ? random_set(seed, {"fold0", "fold1", "fold2"}) : random_set(seed, {"train", "val"});
    const Sampler sampler = set.sampler();
    for (int trial = 0; trial < 150; ++trial) {
      const SampleSpec training = random_spec(folds), testing = random_spec(folds);
      if (!disjoint(training, testing)) continue;
      ++pairs;
      of_holdouts += training.holdout > 0 && training.split == testing.split;
      const auto trained = set.groups(held_or_nothing(sampler, training));
      for (const std::uint32_t group : set.groups(held_or_nothing(sampler, testing))) {
        REQUIRE(trained.count(group) == 0);
      }
    }
  }
  CHECK(pairs > 500);
  CHECK(of_holdouts > 20);
}

TEST_CASE("what is held out is passed over and those behind move up") {
  SplitMix64 random(6);
  for (std::uint64_t seed = 500; seed < 560; ++seed) {
    const RandomSet set = random_set(seed);
    const Sampler sampler = set.sampler();
    SampleSpec spec = holdout_of(seed, 250);
    spec.parts = 2;
    spec.policy = seed % 3 == 0   ? SamplePolicy::random
                  : seed % 3 == 1 ? SamplePolicy::fixed_parts
                                  : SamplePolicy::changing_parts;
    SampleSpec without = spec;
    without.holdout = 0;
    const auto train = held_or_nothing(sampler, spec);
    const auto held = set.groups(held_or_nothing(sampler, tested([&] {
                                                   SampleSpec all = holdout_of(seed, 250);
                                                   return all;
                                                 }())));
    std::vector<FragmentId> expected;
    for (const FragmentId id : ids_of(sampler.draw(without))) {
      if (held.count(set.fragments.at(id).group) == 0) expected.push_back(id);
    }
    REQUIRE(train == expected);
    if (train.empty()) continue;
    spec.count = 1 + random.below(train.size());
    expected.resize(*spec.count);
    REQUIRE(ids_of(sampler.draw(spec)) == expected);
  }
}

TEST_CASE("a balanced draw with a holdout gives equal counts, all that the smallest class has left") {
  for (std::uint64_t seed = 600; seed < 660; ++seed) {
    const RandomSet set = random_set(seed);
    const Sampler sampler = set.sampler();
    SampleSpec spec = holdout_of(seed, 300);
    const auto left = set.counts(ids_of(sampler.draw(spec)));
    spec.balance = Balance::by_class;
    const auto got = set.counts(ids_of(sampler.draw(spec)));
    std::uint64_t least = UINT64_MAX, classes = 0;
    for (const std::uint64_t count : left) {
      if (count > 0) least = std::min(least, count), ++classes;
    }
    for (std::size_t c = 0; c < left.size(); ++c) REQUIRE(got[c] == (left[c] > 0 ? least : 0));
    spec.count = least * classes + 1;
    CHECK_THROWS_WITH(sampler.draw(spec), Catch::Contains("at most") && Catch::Contains("held-out"));
    spec.repeats = Repeats::allow;
    CHECK(sampler.draw(spec).size() == *spec.count);
  }
}

TEST_CASE("a hybrid window passes over what is held out, and its parts stay disjoint") {
  const RandomSet set = random_set(3);
  const Sampler sampler = set.sampler();
  const auto held = set.groups(ids_of(sampler.draw(tested(holdout_of(1, 250)))));
  std::set<FragmentId> seen;
  for (std::uint64_t part = 0; part < 3; ++part) {
    SampleSpec spec = holdout_of(1, 250);
    spec.policy = SamplePolicy::hybrid;
    spec.part = part;
    spec.parts = 3;
    spec.count = 10;
    for (const FragmentId id : ids_of(sampler.draw(spec))) {
      CHECK(seen.insert(id).second);
      CHECK(held.count(set.fragments.at(id).group) == 0);
    }
  }
  CHECK(seen.size() == 30);
}

TEST_CASE("where every class has one group nothing can be held out, and the test side says so") {
  const Sampler sampler({"a", "b"}, {{"train", {{{0, 10, {}, 0}}, {{10, 10, {}, 1}}}}});
  SampleSpec spec = holdout_of(1, 500);
  CHECK(sampler.draw(spec).size() == 20);
  CHECK_THROWS_WITH(sampler.draw(tested(spec)), Catch::Contains("two or more"));
}

TEST_CASE("a draw with a holdout costs what is asked for, not what there is") {
  ClassRanges ranges(3);
  for (std::uint32_t source = 0; source < 654; ++source)
    ranges[source % 3].push_back({source * 1'500'000'000ULL, 1'500'000'000, {}, source});
  const Sampler sampler({"a", "b", "c"}, {{"train", ranges}});
  SampleSpec spec = holdout_of(1, 100);
  spec.balance = Balance::by_class;
  spec.count = 6000;
  spec.policy = SamplePolicy::hybrid;
  spec.parts = 10;
  CHECK(sampler.draw(spec).size() == 6000);
  CHECK(sampler.draw(tested(spec)).size() == 6000);
}
