#include "libfrag/sampling/sample_spec.h"

#include <catch2/catch.hpp>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"

using namespace frag;

namespace {

SampleSpec unusual() {
  SampleSpec spec;
  spec.split = "fold 3&x";
  spec.count = 77;
  spec.seed = UINT64_MAX;
  spec.round = 4;
  spec.part = 2;
  spec.parts = 5;
  spec.balance = Balance::none;
  spec.repeats = Repeats::allow;
  return spec;
}

ClassWeights random_weights(SplitMix64& random) {
  ClassWeights weights = {{"a", 1 + random.below(9)}};
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    std::string name;
    for (std::uint64_t length = random.below(6); length > 0; --length)
      name += "ab,:%2C \"\xc3\xa9"[random.below(9)];
    if (name.find('\xc3') == std::string::npos) weights[name] = random.below(1000);
  }
  return weights;
}

// Of any kind that goes together.
SampleSpec random_spec(std::uint64_t seed) {
  SplitMix64 random(seed);
  SampleSpec spec;
  if (random.below(2) == 0) spec.count = 1 + random.below(1000);
  spec.seed = random.next();
  spec.round = random.next();
  spec.parts = 1 + random.below(5);
  spec.part = random.below(spec.parts);
  spec.repeats = random.below(2) == 0 ? Repeats::allow : Repeats::refuse;
  spec.policy = static_cast<SamplePolicy>(random.below(4));
  if (spec.policy == SamplePolicy::hybrid) spec.keep = static_cast<std::uint32_t>(random.below(1001));
  if (random.below(3) == 0) {
    spec.fold = random.below(5);
  } else {
    spec.split = random.below(2) == 0 ? "val" : "train";
    spec.holdout = static_cast<std::uint32_t>(random.below(1000));
  }
  if ((spec.fold || spec.holdout > 0) && random.below(2) == 0) spec.side = SampleSide::test;
  spec.balance = static_cast<Balance>(random.below(3));
  if (spec.balance == Balance::weighted) {
    spec.class_weights = random_weights(random);
  } else if (spec.balance == Balance::by_class && random.below(2) == 0) {
    for (std::uint64_t part = 0; part < spec.parts; ++part)
      spec.part_weights.push_back(random_weights(random));
  }
  return spec;
}

}  // namespace

TEST_CASE("a spec survives JSON") {
  CHECK(sample_spec_from_json(to_json(unusual())) == unusual());
  CHECK(sample_spec_from_json(Json::object()) == SampleSpec{});
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const SampleSpec spec = random_spec(seed);
    CHECK(sample_spec_from_json(parse_json(to_json(spec).dump(), "spec")) == spec);
  }
}

TEST_CASE("a spec survives a query") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SampleSpec spec = seed == 0 ? unusual() : random_spec(seed);
    const auto query = to_query(spec);
    // Of weights a part only its own travel.
    spec = sample_of_part(spec, spec.round, spec.part, spec.parts);
    CHECK(sample_spec_from_query({query.begin(), query.end()}, {}) == spec);
  }
}

TEST_CASE("every share in thousandths survives") {
  SampleSpec spec;
  spec.policy = SamplePolicy::hybrid;
  for (spec.keep = 0; spec.keep <= 1000; ++spec.keep) {
    const auto query = to_query(spec);
    CHECK(sample_spec_from_query({query.begin(), query.end()}, {}) == spec);
  }
  CHECK(sample_spec_from_json(parse_json(R"({"holdout": 0.10})", "spec")).holdout == 100);
}

TEST_CASE("class weights are written with names of any kind") {
  SampleSpec spec;
  spec.balance = Balance::weighted;
  spec.class_weights = {{"gel: 5%, wet", 3}, {"%2C", 1}, {"none", 0}};
  const auto query = to_query(spec);
  const std::map<std::string, std::string> params(query.begin(), query.end());
  CHECK(params.at("balance") == "%252C:1,gel%3A 5%25%2C wet:3,none:0");
  CHECK(sample_spec_from_query(params, {}) == spec);
}

TEST_CASE("a part of a job takes its own row of weights") {
  const SampleSpec job =
      sample_spec_from_json(parse_json(R"({"weights": [{"a": 1}, {"a": 2, "b": 0}]})", "spec"));
  CHECK(job.parts == 2);
  const SampleSpec own = sample_of_part(job, 7, 1, 2);
  CHECK(own.round == 7);
  CHECK(own.balance == Balance::weighted);
  CHECK(own.class_weights == ClassWeights{{"a", 2}, {"b", 0}});
  CHECK(own.part_weights.empty());
  CHECK_THROWS_WITH(sample_of_part(job, 7, 1, 3), Catch::Contains("2 rows for 3 parts"));
}

TEST_CASE("wrong specs are refused with the key") {
  const std::pair<Json, const char*> cases[] = {
      {{{"cuont", 5}}, "cuont"},
      {{{"count", -5}}, "count"},
      {{{"count", 0}}, "count"},
      {{{"balance", "x"}}, "balance"},
      {{{"part", 3}, {"parts", 3}}, "part"},
      {{{"split", ""}}, "split"},
      {{{"seed", "one"}}, "seed"},
      {{{"policy", "statik"}}, "static"},
      {{{"side", "val"}}, "train, test"},
      {{{"side", "test"}}, "holdout or a fold"},
      {{{"keep", 0.5}}, "hybrid"},
      {{{"keep", 0.7501}, {"policy", "hybrid"}}, "three decimals"},
      {{{"keep", "0.5"}, {"policy", "hybrid"}}, "0.75"},
      {{{"keep", 1.5}, {"policy", "hybrid"}}, "keep"},
      {{{"holdout", -0.1}}, "holdout"},
      {{{"holdout", 1}}, "nothing to train on"},
      {{{"fold", 1}, {"split", "train"}}, "exclude"},
      {{{"fold", 1}, {"holdout", 0.1}}, "exclude"},
      {{{"fold", -1}}, "fold"},
      {{{"balance", Json::object()}}, "above 0"},
      {{{"balance", {{"a", 0}}}}, "above 0"},
      {{{"balance", {{"a", -1}}}}, "\"a\""},
      {{{"balance", {{"a", 1.5}}}}, "whole number"},
      {{{"balance", {{"a", 100000}, {"b", 1}}}}, "100000"},
      {{{"weights", Json::array()}}, "weights"},
      {{{"weights", {{"a", 1}}}}, "weights"},
      {parse_json(R"({"weights": [{"a": 1}], "parts": 2})", ""), "row"},
      {parse_json(R"({"weights": [{"a": 1}], "balance": "none"})", ""), "exclude"}};
  for (const auto& [json, key] : cases) CHECK_THROWS_WITH(sample_spec_from_json(json), Catch::Contains(key));
  CHECK_THROWS_AS(sample_spec_from_json(Json::array()), Error);
}

TEST_CASE("an unknown query parameter is refused unless the caller knows it") {
  CHECK_THROWS_WITH(sample_spec_from_query({{"format", "raw"}}, {}), Catch::Contains("format"));
  CHECK_NOTHROW(sample_spec_from_query({{"format", "raw"}}, {"format"}));
  CHECK_THROWS_WITH(sample_spec_from_query({{"count", "1e3"}}, {}), Catch::Contains("count=1e3"));
  CHECK_THROWS_WITH(sample_spec_from_query({{"keep", "most"}}, {}), Catch::Contains("keep=0.75"));
  CHECK_THROWS_WITH(sample_spec_from_query({{"balance", "gel"}}, {}), Catch::Contains("NAME:3,NAME:1"));
  CHECK_THROWS_WITH(sample_spec_from_query({{"balance", "gel:3:4"}}, {}), Catch::Contains("3:4"));
  CHECK_THROWS_WITH(sample_spec_from_query({{"balance", "gel:3,gel:4"}}, {}), Catch::Contains("two weights"));
}
