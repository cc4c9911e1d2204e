#include "trainer/measures/assessment.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

// Four sources of two fragments in two groups; class 2 is never predicted.
const MeasuredSet kFourSources{.classes = 3,
                               .truth = {0, 0, 1, 1, 2, 2, 1, 1},
                               .sources = {0, 0, 1, 1, 2, 2, 3, 3},
                               .groups = {0, 0, 0, 0, 1, 1, 1, 1}};
const std::vector<float> kFourSourcesRows{0.75f, 0.25f, 0.0f,  0.5f,  0.25f, 0.25f,  //
                                          0.0f,  1.0f,  0.0f,  0.25f, 0.5f,  0.25f,  //
                                          0.5f,  0.25f, 0.25f, 0.5f,  0.0f,  0.5f,   //
                                          0.75f, 0.25f, 0.0f,  0.0f,  1.0f,  0.0f};

Assessment assess_four() {
  return assess(kFourSources, {kFourSourcesRows, 3}, 1);
}

}  // namespace

TEST_CASE("fragments and sources are measured each by their own counts") {
  const Assessment all = assess_four();
  CHECK(all.groups == 2);
  CHECK(all.fragments.measures.count == 8);
  CHECK(all.fragments.measures.accuracy == 5.0 / 8);
  CHECK(all.sources.measures.count == 4);
  // Source 3: 0.75 to 1.25. Source 2: class 0 with 1.0.
  CHECK(all.sources.measures.accuracy == 3.0 / 4);
  CHECK(all.sources.measures.confusion ==
        std::vector<std::vector<std::uint64_t>>{{1, 0, 0}, {0, 2, 0}, {1, 0, 0}});
  CHECK(all.majority_accuracy == 2.0 / 4);  // source 3 ties, one vote each, and goes to class 0
}

TEST_CASE("intervals are those of the two groups' accuracies") {
  const Assessment all = assess_four();
  REQUIRE(all.fragments.accuracy.has_value());
  CHECK(all.fragments.accuracy->low == 0.25);  // group 1 alone
  CHECK(all.fragments.accuracy->high == 1.0);  // group 0 alone
  CHECK(all.sources.accuracy->low == 0.5);
  CHECK(all.sources.accuracy->high == 1.0);
}

TEST_CASE("one group has measures and no interval") {
  MeasuredSet set = kFourSources;
  set.groups.assign(8, 4);
  const Assessment all = assess(set, {kFourSourcesRows, 3}, 1);
  CHECK(all.groups == 1);
  CHECK(all.fragments.measures.accuracy == 5.0 / 8);
  CHECK_FALSE(all.fragments.accuracy.has_value());
  CHECK_FALSE(all.fragments.macro_f1.has_value());
  CHECK_FALSE(all.sources.accuracy.has_value());
}

TEST_CASE("top-k is measured for each k that leaves a class out") {
  const Assessment all = assess_four();
  REQUIRE(all.top_k.size() == 1);
  CHECK(all.top_k[0].k == 2);
  CHECK(all.top_k[0].accuracy == 7.0 / 8);  // the fifth fragment ties with class 1, which comes first
}

TEST_CASE(
    "equal seeds give equal intervals, and fragments without a baseline's probabilities have them too") {
  const auto predicted = most_probable({kFourSourcesRows, 3});
  const ClassAssessment one = assess_classes(kFourSources, predicted, 1);
  CHECK(one.fragments.accuracy->low == assess_four().fragments.accuracy->low);
  CHECK(one.fragments.macro_f1->high == assess_four().fragments.macro_f1->high);
  CHECK(one.sources.measures.accuracy == 2.0 / 4);  // by majority
}

TEST_CASE("scores of unequal lengths are a bug of the caller's") {
  const std::vector<std::uint32_t> two{0, 1};
  const std::vector<std::uint32_t> three{0, 1, 2};
  CHECK(test::error_of([&] { score(two, two, three, 2, 1); }).code() == Errc::internal);
}
