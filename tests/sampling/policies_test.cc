// The laws of static, dynamic and hybrid samples and of folds, on random datasets.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"
#include "tests/sampling/random_sets.h"

using namespace frag;
using namespace frag::test;

namespace {

constexpr SamplePolicy kDividing[] = {SamplePolicy::fixed_parts, SamplePolicy::changing_parts,
                                      SamplePolicy::hybrid};

SampleSpec part_of(SamplePolicy policy, std::uint64_t part, std::uint64_t parts, std::uint64_t round,
                   Balance balance) {
  SampleSpec spec;
  spec.policy = policy;
  spec.part = part;
  spec.parts = parts;
  spec.round = round;
  spec.balance = balance;
  spec.seed = 11;
  return spec;
}

std::uint64_t spread(const std::vector<std::uint64_t>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return *most - *least;
}

// The sample, or nothing where the part cannot be balanced.
std::vector<FragmentId> draw_or_nothing(const Sampler& sampler, const SampleSpec& spec) {
  try {
    return ids_of(sampler.draw(spec));
  } catch (const Error& error) {
    REQUIRE_THAT(error.what(), Catch::Contains("fewer parts"));
    return {};
  }
}

}  // namespace

TEST_CASE("a division puts every fragment into one part, equal within one in every class and altogether") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RandomSet set = random_set(seed, {"train", "val"});
    const Sampler sampler = set.sampler();
    const std::set<FragmentId> all = set.all_of({"train"});
    const std::uint64_t parts = 1 + seed % std::min<std::size_t>(all.size(), 9);
    for (const SamplePolicy policy : kDividing) {
      std::set<FragmentId> seen;
      std::vector<std::uint64_t> sizes;
      std::vector<std::vector<std::uint64_t>> of_class(set.classes.size());
      for (std::uint64_t part = 0; part < parts; ++part) {
        const auto ids = ids_of(sampler.draw(part_of(policy, part, parts, seed % 3, Balance::none)));
        for (const FragmentId id : ids) REQUIRE(seen.insert(id).second);
        sizes.push_back(ids.size());
        const auto counts = set.counts(ids);
        for (std::size_t c = 0; c < counts.size(); ++c) of_class[c].push_back(counts[c]);
      }
      REQUIRE(seen == all);
      REQUIRE(spread(sizes) <= 1);
      for (const auto& counts : of_class) REQUIRE(spread(counts) <= 1);
    }
  }
}

TEST_CASE("a balanced sample is of its part: equal counts, as many as the part's smallest class has") {
  for (std::uint64_t seed = 100; seed < 160; ++seed) {
    const RandomSet set = random_set(seed);
    const Sampler sampler = set.sampler();
    for (const SamplePolicy policy : kDividing) {
      for (std::uint64_t part = 0; part < 3; ++part) {
        const auto balanced = draw_or_nothing(sampler, part_of(policy, part, 3, 2, Balance::by_class));
        const auto whole = ids_of(sampler.draw(part_of(policy, part, 3, 2, Balance::none)));
        const std::set<FragmentId> in_part = set_of(whole), drawn = set_of(balanced);
        REQUIRE(drawn.size() == balanced.size());
        REQUIRE(std::includes(in_part.begin(), in_part.end(), drawn.begin(), drawn.end()));
        if (balanced.empty()) continue;
        const auto there = set.counts(ids_of(sampler.draw(part_of(policy, 0, 1, 2, Balance::none))));
        const auto has = set.counts(whole), got = set.counts(balanced);
        std::uint64_t least = UINT64_MAX;
        for (std::size_t c = 0; c < has.size(); ++c) {
          if (there[c] > 0) least = std::min(least, has[c]);
        }
        for (std::size_t c = 0; c < has.size(); ++c) REQUIRE(got[c] == (there[c] > 0 ? least : 0));
      }
    }
  }
}

TEST_CASE("a shorter sample of a part begins a longer one, with its classes equal within one") {
  for (std::uint64_t seed = 200; seed < 240; ++seed) {
    const RandomSet set = random_set(seed);
    const Sampler sampler = set.sampler();
    for (const SamplePolicy policy : {SamplePolicy::fixed_parts, SamplePolicy::changing_parts}) {
      SampleSpec spec = part_of(policy, 1, 2, 5, Balance::by_class);
      const auto all = draw_or_nothing(sampler, spec);
      if (all.empty()) continue;
      spec.count = 1 + seed % all.size();
      const auto some = ids_of(sampler.draw(spec));
      REQUIRE(some ==
              std::vector<FragmentId>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(*spec.count)));
      std::vector<std::uint64_t> counts = set.counts(some), present;
      const auto there = set.counts(all);
      for (std::size_t c = 0; c < counts.size(); ++c) {
        if (there[c] > 0) present.push_back(counts[c]);
      }
      REQUIRE(spread(present) <= 1);
    }
  }
}

TEST_CASE("static is the same every round, dynamic another, and both of one seed") {
  const RandomSet set = random_set(3);
  const Sampler sampler = set.sampler();
  const auto draw = [&](SamplePolicy policy, std::uint64_t round) {
    return set_of(ids_of(sampler.draw(part_of(policy, 1, 3, round, Balance::none))));
  };
  CHECK(draw(SamplePolicy::fixed_parts, 0) == draw(SamplePolicy::fixed_parts, 9));
  CHECK(draw(SamplePolicy::changing_parts, 0) != draw(SamplePolicy::changing_parts, 9));
  CHECK(draw(SamplePolicy::hybrid, 4) == draw(SamplePolicy::fixed_parts, 0));
  SampleSpec other = part_of(SamplePolicy::fixed_parts, 1, 3, 0, Balance::none);
  other.seed = 12;
  CHECK(set_of(ids_of(sampler.draw(other))) != draw(SamplePolicy::fixed_parts, 0));
}

TEST_CASE("a hybrid window keeps exactly its share from round to round, and stays within its part") {
  SplitMix64 random(5);
  int exact = 0;
  for (std::uint64_t seed = 300; seed < 360; ++seed) {
    const RandomSet set = random_set(seed);
    const Sampler sampler = set.sampler();
    const std::uint64_t parts = 1 + random.below(3), part = random.below(parts), round = random.below(1000);
    const Balance balance = seed % 2 == 0 ? Balance::by_class : Balance::none;
    SampleSpec spec = part_of(SamplePolicy::hybrid, part, parts, round, balance);
    const auto whole = draw_or_nothing(sampler, spec);
    if (whole.empty()) continue;
    const auto part_sizes =
        set.counts(ids_of(sampler.draw(part_of(SamplePolicy::hybrid, part, parts, 0, Balance::none))));
    spec.count = 1 + random.below(whole.size());
    spec.keep = static_cast<std::uint32_t>(random.below(1001));
    const auto before = ids_of(sampler.draw(spec));
    ++spec.round;
    const auto after = ids_of(sampler.draw(spec));
    const std::set<FragmentId> old = set_of(before);
    REQUIRE(old.size() == before.size());
    REQUIRE(set_of(after).size() == after.size());
    std::vector<FragmentId> kept;
    for (const FragmentId id : after) {
      if (old.count(id) > 0) kept.push_back(id);
    }
    const auto check = [&](std::uint64_t window, std::uint64_t stay, std::uint64_t room) {
      const std::uint64_t expected = window * spec.keep / 1000;
      REQUIRE(stay >= expected);
      if (2 * window - expected > room) return;
      REQUIRE(stay == expected);
      ++exact;
    };
    if (balance == Balance::none) {
      check(before.size(), kept.size(), whole.size());
    } else {
      for (std::size_t c = 0; c < set.classes.size(); ++c)
        check(set.counts(before)[c], set.counts(kept)[c], part_sizes[c]);
    }
    spec.round = 0;
    const auto first = ids_of(sampler.draw(spec));
    spec.policy = SamplePolicy::fixed_parts;
    REQUIRE(first == ids_of(sampler.draw(spec)));
  }
  CHECK(exact > 30);
}

TEST_CASE("a hybrid window comes to every fragment of its part") {
  const RandomSet set = random_set(3);
  const Sampler sampler = set.sampler();
  SampleSpec spec = part_of(SamplePolicy::hybrid, 0, 2, 0, Balance::none);
  const std::set<FragmentId> part = set_of(ids_of(sampler.draw(spec)));
  spec.count = 1 + part.size() / 10;
  std::set<FragmentId> seen;
  for (; spec.round < 50; ++spec.round) seen.merge(set_of(ids_of(sampler.draw(spec))));
  CHECK(seen == part);
}

TEST_CASE("the training side of a fold is all other folds, the test side that fold") {
  for (std::uint64_t seed = 400; seed < 430; ++seed) {
    const RandomSet set = random_set(seed, {"fold0", "fold1", "fold2"});
    const Sampler sampler = set.sampler();
    for (std::uint64_t fold = 0; fold < 3; ++fold) {
      SampleSpec spec;
      spec.fold = fold;
      spec.balance = Balance::none;
      std::set<std::string> others = {"fold0", "fold1", "fold2"};
      others.erase("fold" + std::to_string(fold));
      REQUIRE(set_of(ids_of(sampler.draw(spec))) == set.all_of(others));
      spec.side = SampleSide::test;
      SampleSpec split;
      split.split = "fold" + std::to_string(fold);
      split.balance = Balance::none;
      REQUIRE(ids_of(sampler.draw(spec)) == ids_of(sampler.draw(split)));
    }
  }
}

TEST_CASE("a fold that does not exist is answered with the splits there are") {
  SampleSpec spec;
  spec.fold = 3;
  const Sampler sampler = random_set(1, {"fold0", "fold1"}).sampler();
  CHECK_THROWS_WITH(sampler.draw(spec), Catch::Contains("fold3") && Catch::Contains("fold0, fold1"));
}

TEST_CASE("more parts than a class has fragments cannot be balanced, and more than there are are empty") {
  const Sampler sampler({"a", "b"}, {{"train", {{{0, 100}}, {{100, 2}}}}});
  const SampleSpec balanced = part_of(SamplePolicy::fixed_parts, 3, 5, 0, Balance::by_class);
  int refused = 0;
  for (std::uint64_t part = 0; part < 5; ++part)
    refused +=
        draw_or_nothing(sampler, part_of(SamplePolicy::fixed_parts, part, 5, 0, Balance::by_class)).empty()
            ? 1
            : 0;
  CHECK(refused == 3);
  CHECK(sampler.draw(part_of(SamplePolicy::fixed_parts, 3, 5, 0, Balance::none)).size() >= 20);
  CHECK_THROWS_WITH(sampler.draw(part_of(SamplePolicy::fixed_parts, 150, 200, 0, Balance::none)),
                    Catch::Contains("fewer parts"));
}

TEST_CASE("with repeats a part starts over") {
  const Sampler sampler({"a", "b"}, {{"train", {{{0, 10}}, {{10, 6}}}}});
  SampleSpec spec = part_of(SamplePolicy::changing_parts, 0, 2, 0, Balance::by_class);
  spec.repeats = Repeats::allow;
  spec.count = 60;
  std::map<FragmentId, int> times;
  for (const FragmentId id : ids_of(sampler.draw(spec))) ++times[id];
  CHECK(times.size() == 8);
  for (const auto& [id, count] : times) CHECK(count == (id < 10 ? 6 : 10));
}
