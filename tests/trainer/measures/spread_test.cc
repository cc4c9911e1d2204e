#include "trainer/measures/spread.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace frag::trainer;

TEST_CASE("the deviation is that of a sample") {
  // Mean 5; squares 9, 1, 1, 1, 0, 0, 4, 16 over 7.
  const Spread spread = spread_of(std::vector<double>{2, 4, 4, 4, 5, 5, 7, 9});
  CHECK(spread.mean == 5.0);
  CHECK(spread.deviation == Approx(std::sqrt(32.0 / 7)));
}

TEST_CASE("one value has no deviation, and none has no mean") {
  CHECK(spread_of(std::vector<double>{0.5}).mean == 0.5);
  CHECK(spread_of(std::vector<double>{0.5}).deviation == 0.0);
  CHECK(spread_of({}).mean == 0.0);
}
