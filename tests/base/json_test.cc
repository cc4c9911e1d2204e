#include "libfrag/base/json.h"

#include <catch2/catch.hpp>

using namespace frag;

TEST_CASE("an integer comes back exactly or not at all") {
  const Json json =
      parse_json(R"({"a": 7, "big": 4294967296, "float": 7.0, "huge": 1e99, "minus": -1})", "it");
  CHECK(json_get<int>(json, "a", "it") == 7);
  CHECK(json_get<std::int64_t>(json, "big", "it") == 4294967296);
  CHECK(json_get<double>(json, "a", "it") == 7.0);
  CHECK_THROWS_AS(json_get<int>(json, "big", "it"), Error);
  CHECK_THROWS_AS(json_get<int>(json, "float", "it"), Error);
  CHECK_THROWS_AS(json_get<int>(json, "huge", "it"), Error);
  CHECK_THROWS_AS(json_get<std::uint64_t>(json, "minus", "it"), Error);
}

TEST_CASE("a missing or mistyped key is named with its place") {
  const Json json = parse_json(R"({"a": "text"})", "it");
  CHECK_THROWS_WITH(json_get<int>(json, "a", "it"), Catch::Contains("it: key \"a\""));
  CHECK_THROWS_WITH(json_get<int>(json, "b", "it"), Catch::Contains("\"b\""));
  CHECK(json_get_or(json, "b", 5, "it") == 5);
}

TEST_CASE("what is no JSON says where") {
  CHECK_THROWS_WITH(parse_json("{\"a\": ", "it"), Catch::StartsWith("it: not JSON"));
  CHECK_THROWS_WITH(parse_json("[1e999]", "it"), Catch::Contains("too large"));
}
