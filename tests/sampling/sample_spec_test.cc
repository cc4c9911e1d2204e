#include "libfrag/sampling/sample_spec.h"

#include <catch2/catch.hpp>

#include "libfrag/base/error.h"

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

}  // namespace

TEST_CASE("a spec survives JSON") {
  CHECK(sample_spec_from_json(to_json(unusual())) == unusual());
  CHECK(sample_spec_from_json(Json::object()) == SampleSpec{});
}

TEST_CASE("a spec survives a query") {
  const auto query = to_query(unusual());
  CHECK(sample_spec_from_query({query.begin(), query.end()}, {}) == unusual());
}

TEST_CASE("wrong specs are refused with the key") {
  const std::pair<Json, const char*> cases[] = {{{{"cuont", 5}}, "cuont"},
                                                {{{"count", -5}}, "count"},
                                                {{{"count", 0}}, "count"},
                                                {{{"balance", "x"}}, "balance"},
                                                {{{"part", 3}, {"parts", 3}}, "part"},
                                                {{{"split", ""}}, "split"},
                                                {{{"seed", "one"}}, "seed"}};
  for (const auto& [json, key] : cases) CHECK_THROWS_WITH(sample_spec_from_json(json), Catch::Contains(key));
  CHECK_THROWS_AS(sample_spec_from_json(Json::array()), Error);
}

TEST_CASE("an unknown query parameter is refused unless the caller knows it") {
  CHECK_THROWS_WITH(sample_spec_from_query({{"format", "raw"}}, {}), Catch::Contains("format"));
  CHECK_NOTHROW(sample_spec_from_query({{"format", "raw"}}, {"format"}));
  CHECK_THROWS_WITH(sample_spec_from_query({{"count", "1e3"}}, {}), Catch::Contains("count=1e3"));
}
