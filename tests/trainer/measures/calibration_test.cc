#include "trainer/measures/calibration.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("the calibration error is the mean gap between confidence and accuracy") {
  // Two at 0.95 of which one is right, one at 0.625 that is right: (|1 - 1.9| + |1 - 0.625|) / 3.
  const std::vector<float> rows{0.95f, 0.05f, 0.95f, 0.05f, 0.375f, 0.625f};
  const Calibration result = calibration(std::vector<std::uint32_t>{0, 1, 1}, {rows, 2});
  CHECK(result.error == Approx((0.9 + 0.375) / 3));
  REQUIRE(result.bins.size() == 15);
  CHECK(result.bins[14].fragments == 2);
  CHECK(result.bins[14].confidence == Approx(0.95));
  CHECK(result.bins[14].accuracy == 0.5);
  CHECK(result.bins[9].fragments == 1);  // 9/15 < 0.625 <= 10/15
  CHECK(result.bins[0].fragments == 0);
  CHECK(result.bins[0].confidence == 0.0);
}

TEST_CASE("a bin holds its upper edge, the first one also its lower") {
  const Calibration sure = calibration(std::vector<std::uint32_t>{0}, {std::vector<float>{1.0f, 0.0f}, 2});
  CHECK(sure.bins[14].fragments == 1);
  CHECK(sure.error == 0.0);
  const Calibration nothing = calibration(std::vector<std::uint32_t>{0}, {std::vector<float>{0.0f}, 1});
  CHECK(nothing.bins[0].fragments == 1);
  CHECK(nothing.error == 1.0);
}

TEST_CASE("to be sure and always wrong is the largest error") {
  const std::vector<float> rows{1.0f, 0.0f, 0.0f, 1.0f};
  CHECK(calibration(std::vector<std::uint32_t>{1, 0}, {rows, 2}).error == 1.0);
}

TEST_CASE("of no fragments the calibration error is 0") {
  CHECK(calibration({}, {{}, 2}).error == 0.0);
}

TEST_CASE("to be right as often as one says is no error, whatever single fragments say") {
  // Four at 0.75, three of them right.
  const std::vector<float> rows{0.75f, 0.25f, 0.75f, 0.25f, 0.75f, 0.25f, 0.75f, 0.25f};
  CHECK(calibration(std::vector<std::uint32_t>{0, 0, 0, 1}, {rows, 2}).error == 0.0);
}

TEST_CASE("a calibration of unequal lengths is a bug of the caller's") {
  CHECK(test::error_of([] { calibration(std::vector<std::uint32_t>{0}, {{}, 2}); }).code() == Errc::internal);
}
