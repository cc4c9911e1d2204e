// What holds for any predictions, on some that are drawn from a seed.
#include <catch2/catch.hpp>

#include "libfrag/base/random.h"
#include "trainer/measures/assessment.h"

using namespace frag;
using namespace frag::trainer;

namespace {

struct DrawnCase {
  MeasuredSet set;
  std::vector<float> rows;

  Probabilities probabilities() const { return {rows, set.classes}; }
};

// Up to 60 fragments of 1 to 5 classes; rows of eighths, so that there are ties, zeros and ones.
DrawnCase draw_case(std::uint64_t seed) {
  SplitMix64 stream(seed);
  DrawnCase drawn;
  drawn.set.classes = 1 + stream.below(5);
  const std::uint64_t sources = 1 + stream.below(12);
  const std::uint64_t fragments = 1 + stream.below(60);
  for (std::uint64_t i = 0; i < fragments; ++i) {
    const auto source = static_cast<std::uint32_t>(stream.below(sources));
    drawn.set.truth.push_back(static_cast<std::uint32_t>(stream.below(drawn.set.classes)));
    drawn.set.sources.push_back(source);
    drawn.set.groups.push_back(source / 3);
    std::vector<float> row(drawn.set.classes, 0.0f);
    for (int eighth = 0; eighth < 8; ++eighth) row[stream.below(row.size())] += 0.125f;
    drawn.rows.insert(drawn.rows.end(), row.begin(), row.end());
  }
  return drawn;
}

constexpr std::uint64_t kDrawnCases = 100;

}  // namespace

TEST_CASE("top-1 is the accuracy, larger k never lower it, and all classes reach 1") {
  for (std::uint64_t seed = 0; seed < kDrawnCases; ++seed) {
    const DrawnCase drawn = draw_case(seed);
    double last = accuracy_of(drawn.set.truth, most_probable(drawn.probabilities()));
    CHECK(top_k_accuracy(drawn.set.truth, drawn.probabilities(), 1) == last);
    for (std::size_t k = 2; k <= drawn.set.classes; ++k) {
      const double next = top_k_accuracy(drawn.set.truth, drawn.probabilities(), k);
      CHECK(next >= last);
      last = next;
    }
    CHECK(top_k_accuracy(drawn.set.truth, drawn.probabilities(), drawn.set.classes) == 1.0);
  }
}

TEST_CASE("an area depends on the order of probabilities alone") {
  for (std::uint64_t seed = 0; seed < kDrawnCases; ++seed) {
    const DrawnCase drawn = draw_case(seed);
    std::vector<float> squares = drawn.rows;
    for (float& value : squares) value *= value;
    const RocAuc areas = roc_auc(drawn.set.truth, drawn.probabilities());
    CHECK(areas.classes == roc_auc(drawn.set.truth, {squares, drawn.set.classes}).classes);
    for (const auto& area : areas.classes) CHECK((!area || (*area >= 0 && *area <= 1)));
  }
}

TEST_CASE("the weighted recall is the accuracy") {
  for (std::uint64_t seed = 0; seed < kDrawnCases; ++seed) {
    const DrawnCase drawn = draw_case(seed);
    const Measures m = measure(drawn.set.truth, most_probable(drawn.probabilities()), drawn.set.classes);
    CHECK(m.weighted.recall == Approx(m.accuracy));
  }
}

TEST_CASE("every fragment is in one bin, and the calibration error lies in [0, 1]") {
  for (std::uint64_t seed = 0; seed < kDrawnCases; ++seed) {
    const DrawnCase drawn = draw_case(seed);
    const Calibration result = calibration(drawn.set.truth, drawn.probabilities());
    std::uint64_t fragments = 0;
    for (const CalibrationBin& bin : result.bins) fragments += bin.fragments;
    CHECK(fragments == drawn.set.truth.size());
    CHECK((result.error >= 0 && result.error <= 1));
  }
}

TEST_CASE("intervals lie in [0, 1] and depend on the order of group numbers alone") {
  for (std::uint64_t seed = 0; seed < kDrawnCases; ++seed) {
    const DrawnCase drawn = draw_case(seed);
    const auto predicted = most_probable(drawn.probabilities());
    auto spread = drawn.set.groups;
    for (std::uint32_t& group : spread) group = 100 * group + 7;
    const Scores one = score(drawn.set.truth, predicted, drawn.set.groups, drawn.set.classes, seed);
    const Scores other = score(drawn.set.truth, predicted, spread, drawn.set.classes, seed);
    REQUIRE(one.accuracy.has_value() == other.accuracy.has_value());
    if (!one.accuracy) continue;
    CHECK((0 <= one.accuracy->low && one.accuracy->low <= one.accuracy->high && one.accuracy->high <= 1));
    CHECK(one.accuracy->low == other.accuracy->low);
    CHECK(one.macro_f1->high == other.macro_f1->high);
  }
}

TEST_CASE("every source has one vote, and a source of one fragment votes as that fragment") {
  for (std::uint64_t seed = 0; seed < kDrawnCases; ++seed) {
    DrawnCase drawn = draw_case(seed);
    for (std::uint32_t i = 0; i < drawn.set.sources.size(); ++i) drawn.set.sources[i] = i;
    const SourceVotes votes = vote(drawn.set, drawn.probabilities());
    CHECK(votes.truth == drawn.set.truth);
    CHECK(votes.predicted == most_probable(drawn.probabilities()));
    CHECK(votes.of_several_classes == 0);
  }
}
