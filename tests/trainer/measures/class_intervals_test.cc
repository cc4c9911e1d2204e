#include "trainer/measures/class_intervals.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"
#include "trainer/measures/assessment.h"

using namespace frag;
using namespace frag::trainer;

namespace {

using ClassNumbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("fewer than two groups give no intervals of classes") {
  CHECK(class_intervals(ClassNumbers{0, 1}, ClassNumbers{0, 1}, ClassNumbers{5, 5}, 2, 1).empty());
}

TEST_CASE("the recall of a class that is alone has the interval of the accuracy") {
  ClassNumbers truth, predicted, groups;
  for (std::uint32_t i = 0; i < 60; ++i) {
    truth.push_back(0);
    predicted.push_back(i % 7 < 3 ? 1 : 0);
    groups.push_back(i / 5);
  }
  const auto intervals = class_intervals(truth, predicted, groups, 2, 9);
  const Scores scores = score(truth, predicted, groups, 2, 9);
  REQUIRE(intervals.size() == 2);
  CHECK(intervals[0].recall.low == scores.accuracy->low);
  CHECK(intervals[0].recall.high == scores.accuracy->high);
  CHECK(intervals[0].recall.low < intervals[0].recall.high);
  CHECK(intervals[0].precision.low == 1.0);  // what is called so always is
  CHECK(intervals[1].recall.high == 0.0);    // there is none of it
  CHECK(intervals[1].precision.high == 0.0);
}

TEST_CASE("a class that some redraws do not hold reaches down to 0") {
  const auto intervals =
      class_intervals(ClassNumbers{0, 0, 1, 1}, ClassNumbers{0, 0, 1, 1}, ClassNumbers{1, 2, 3, 3}, 2, 4);
  CHECK(intervals[1].f1.low == 0.0);
  CHECK(intervals[1].f1.high == 1.0);
}

TEST_CASE("groups of another number than fragments are a bug") {
  const Error error = test::error_of([] {
    class_intervals(ClassNumbers{0, 1}, ClassNumbers{0, 1}, ClassNumbers{5}, 2, 1);
  });
  CHECK(error.code() == Errc::internal);
}
