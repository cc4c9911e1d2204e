#include "libfrag/archive/shard_index.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

TEST_CASE("an index read back is the one that was written") {
  const ShardEntry one{"000000000017", 3, {{"png", 512, 300, "aa"}, {"cls", 1536, 1, "bb"}}};
  const ShardEntry two{"000000000004", 0, {{"png", 2560, 7, "cc"}}, 17};
  CHECK(parse_shard_index(to_line(one) + to_line(two), "x") == std::vector<ShardEntry>{one, two});
}

TEST_CASE("a damaged index is an error that names the file and the line") {
  const std::string good = to_line({"000000000017", 3, {{"png", 512, 300, "aa"}}});
  const auto bad = GENERATE(as<std::string>{}, "{", "{}\n", "[]\n",
                            R"({"key":"1","class":0,"members":{"png":[1,2]}})"
                            "\n",
                            R"({"key":"1","class":0,"members":{"png":[-1,2,"a"]}})"
                            "\n",
                            R"({"key":"1","class":-1,"members":{}})"
                            "\n",
                            R"({"key":"1","class":0,"members":{}})");
  const Error error = error_of([&] { parse_shard_index(good + bad, "train-000000.index.jsonl"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("train-000000.index.jsonl:2"));
}
