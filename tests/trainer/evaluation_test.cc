#include "trainer/evaluation.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "tests/support/support.h"
#include "trainer/prediction_file.h"

using namespace frag;
using namespace frag::trainer;

namespace {

// A small dataset and a network with the weights that it was drawn with.
struct UntrainedNetwork {
  test::TempDir folder;
  std::unique_ptr<Access> access = open_access({test::small_dataset(folder).string()});
  FragmentSet sample = read_fragments(*access, {.split = "train", .count = 12, .seed = 1},
                                      {.edge = 16, .channels = natural_channels(access->catalog())}, "test");
  Network network{make_card("small", access->catalog(), sample), 1};
};

}  // namespace

TEST_CASE("an evaluation counts fragments and sources and names its baseline") {
  UntrainedNetwork on;
  const Evaluation evaluation = evaluate(on.network, *on.access, {.split = "test", .count = 9, .seed = 1});
  CHECK(evaluation.ids.size() == 9);
  CHECK(evaluation.network.fragments.measures.count == 9);
  CHECK(evaluation.network.sources.measures.count >= 3);
  CHECK(evaluation.baseline.has_value());
  const Json json = to_json(evaluation, on.network.card());
  for (const char* key : {"accuracy", "baseline", "classes", "confusion", "fragments", "sources", "groups"}) {
    CHECK(json.contains(key));
  }
  CHECK(format_evaluation(evaluation, on.network.card()).find("9 fragments of") != std::string::npos);
  const std::uint64_t all = balanced_limit(on.access->catalog(), {.split = "test", .count = {}});
  CHECK(evaluate(on.network, *on.access, {}).ids.size() == std::min<std::uint64_t>(3000, all));
  CHECK(test::error_of([&] { evaluate(on.network, *on.access, {.split = "none", .count = {}}); }).code() ==
        Errc::not_found);
}

TEST_CASE("predictions are a table of every fragment in the order of the draw") {
  UntrainedNetwork on;
  const Evaluation evaluation = evaluate(on.network, *on.access, {.split = "test", .count = 9, .seed = 1});
  PredictionFile(on.folder / "p.csv").write(evaluation, on.access->catalog());
  const auto lines = split_text(read_file(on.folder / "p.csv"), '\n');
  REQUIRE(lines.size() == 11);  // the header, and nothing behind the last line
  CHECK(lines[0] == "id,source,group,truth,predicted,p_class0,p_class1,p_class2");
  for (std::size_t i = 0; i < 9; ++i) {
    const auto cells = split_text(lines[i + 1], ',');
    const Source source = on.access->catalog().sources()[evaluation.set.sources[i]];
    CHECK(cells[0] == std::to_string(evaluation.ids[i]));
    CHECK(cells[1] == source.name);
    CHECK(cells[2] == source.group);
    CHECK(cells[3] == on.access->catalog().class_name(evaluation.ids[i]));
    CHECK(std::stof(cells[5]) == evaluation.probabilities[3 * i]);
  }
}

TEST_CASE("predictions that were not written leave no file") {
  const test::TempDir folder;
  { const PredictionFile never(folder / "p.csv"); }
  CHECK(std::filesystem::is_empty(folder.path()));
}
