#include "trainer/evaluation.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("an evaluation counts fragments and sources and names its baseline") {
  const test::TempDir folder;
  const auto access = open_access({test::small_dataset(folder).string()});
  const FragmentSet sample =
      read_fragments(*access, {.split = "train", .count = 12, .seed = 1},
                     {.edge = 16, .channels = natural_channels(access->catalog())}, "test");
  Network network(make_card("small", access->catalog(), sample), 1);
  const Evaluation evaluation = evaluate(network, *access, {.split = "test", .count = 9, .seed = 1});
  CHECK(evaluation.measures.fragments == 9);
  CHECK(evaluation.sources >= 3);
  CHECK(evaluation.baseline_accuracy.has_value());
  const Json json = to_json(evaluation, network.card());
  for (const char* key : {"accuracy", "baseline_accuracy", "classes", "confusion", "fragments", "sources"}) {
    CHECK(json.contains(key));
  }
  CHECK(format_evaluation(evaluation, network.card()).find("9 fragments of") != std::string::npos);
  const std::uint64_t all = balanced_limit(access->catalog(), "test");
  CHECK(evaluate(network, *access, {}).measures.fragments == std::min<std::uint64_t>(3000, all));
  CHECK(test::error_of([&] { evaluate(network, *access, {.split = "none", .count = {}}); }).code() ==
        Errc::not_found);
}
