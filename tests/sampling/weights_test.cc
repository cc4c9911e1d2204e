// Class weights, and weights a part.
#include <catch2/catch.hpp>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"
#include "tests/sampling/random_sets.h"

using namespace frag;
using namespace frag::test;

namespace {

const ClassRanges kRanges = {{{0, 100}}, {{100, 60}}, {{160, 500}}};

Sampler sampler_of_three() {
  return Sampler({"a", "b", "c"}, {{"train", kRanges}, {"val", {{{660, 9}}, {}, {{669, 9}}}}});
}

SampleSpec weighted(ClassWeights weights) {
  SampleSpec spec;
  spec.balance = Balance::weighted;
  spec.class_weights = std::move(weights);
  return spec;
}

}  // namespace

TEST_CASE("of every prefix each class has its share of the weights, rounded up or down") {
  SplitMix64 random(7);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RandomSet set = random_set(seed);
    SampleSpec spec;
    const auto all = set.counts(ids_of(set.sampler().draw(spec)));
    ClassWeights weights;
    std::uint64_t sum = 0;
    for (std::size_t c = 0; c < all.size(); ++c) {
      weights[set.classes[c]] = random.below(6) + (c == 0 ? 1 : 0);
      if (all[c] > 0) sum += weights[set.classes[c]];
    }
    spec = weighted(weights);
    spec.policy = seed % 2 == 0 ? SamplePolicy::random : SamplePolicy::fixed_parts;
    spec.seed = seed;
    std::vector<FragmentId> prefix;
    for (const FragmentId id : ids_of(set.sampler().draw(spec))) {
      prefix.push_back(id);
      const auto counts = set.counts(prefix);
      for (std::size_t c = 0; c < counts.size(); ++c) {
        const std::uint64_t share = prefix.size() * (all[c] > 0 ? weights[set.classes[c]] : 0);
        REQUIRE(counts[c] >= share / sum);
        REQUIRE(counts[c] <= (share + sum - 1) / sum);
      }
    }
    REQUIRE(set_of(prefix).size() == prefix.size());
  }
}

TEST_CASE("equal weights draw what balance class draws") {
  SampleSpec spec = weighted({{"a", 4}, {"b", 4}, {"c", 4}});
  CHECK(ids_of(sampler_of_three().draw(spec)) == ids_of(sampler_of_three().draw(SampleSpec{})));
}

TEST_CASE("weights give as many as the scarcest class allows, and 0 leaves a class out") {
  const Sampler sampler = sampler_of_three();
  CHECK(sampler.draw(weighted({{"a", 5}, {"b", 1}, {"c", 4}})).size() == 200);
  CHECK(sampler.draw(weighted({{"a", 1}, {"b", 0}, {"c", 0}})).size() == 100);
  SampleSpec spec = weighted({{"a", 5}, {"b", 1}, {"c", 4}});
  spec.count = 201;
  CHECK_THROWS_WITH(sampler.draw(spec), Catch::Contains("at most 200") && Catch::Contains("\"a\" has 100"));
  spec.repeats = Repeats::allow;
  CHECK(sampler.draw(spec).size() == 201);
}

TEST_CASE("a class without a weight or a weight without a class is refused") {
  const Sampler sampler = sampler_of_three();
  CHECK_THROWS_WITH(sampler.draw(weighted({{"a", 1}, {"b", 1}})),
                    Catch::Contains("\"c\"") && Catch::Contains("0 leaves it out"));
  CHECK_THROWS_WITH(sampler.draw(weighted({{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}})),
                    Catch::Contains("\"d\"") && Catch::Contains("a, b, c"));
  SampleSpec spec = weighted({{"a", 1}, {"c", 2}});
  spec.split = "val";  // which has none of b
  CHECK(sampler.draw(spec).size() == 13);
  spec.class_weights = {{"a", 0}, {"b", 1}, {"c", 0}};
  CHECK_THROWS_WITH(sampler.draw(spec), Catch::Contains("above 0"));
}

TEST_CASE("a part draws by its own weights what it would draw with them as the balance") {
  const Sampler sampler = sampler_of_three();
  for (const SamplePolicy policy : {SamplePolicy::random, SamplePolicy::fixed_parts, SamplePolicy::hybrid}) {
    SampleSpec spec;
    spec.policy = policy;
    spec.parts = 2;
    spec.round = 3;
    spec.count = 20;
    spec.part_weights = {{{"a", 9}, {"b", 1}, {"c", 0}}, {{"a", 1}, {"b", 1}, {"c", 8}}};
    for (spec.part = 0; spec.part < 2; ++spec.part) {
      SampleSpec own = weighted(spec.part_weights[spec.part]);
      own.policy = policy;
      own.parts = 2;
      own.round = 3;
      own.part = spec.part;
      own.count = 20;
      CHECK(ids_of(sampler.draw(spec)) == ids_of(sampler.draw(own)));
      CHECK(sample_of_part(spec, 3, spec.part, 2) == own);
    }
  }
}
