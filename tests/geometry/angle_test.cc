#include "libfrag/geometry/angle.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

#include "libfrag/base/error.h"

using namespace frag;

TEST_CASE("right angles are exact") {
  CHECK(make_angle(0) == Angle{0, 1 << 30, 0});
  CHECK(make_angle(90000) == Angle{90000, 0, 1 << 30});
  CHECK(make_angle(-90000) == Angle{270000, 0, -(1 << 30)});
  CHECK(make_angle(540000) == Angle{180000, -(1 << 30), 0});
}

TEST_CASE("sines are within half a unit of 2^-30 of the true ones") {
  for (std::int32_t millidegrees = 0; millidegrees < 360000; millidegrees += 37) {
    const Angle angle = make_angle(millidegrees);
    const double radians = millidegrees * std::acos(-1.0) / 180000;
    REQUIRE(std::abs(angle.cosine - std::cos(radians) * kOne) <= 0.51);
    REQUIRE(std::abs(angle.sine - std::sin(radians) * kOne) <= 0.51);
  }
}

TEST_CASE("a range holds its last angle where the step meets it") {
  CHECK(parse_angles("0:355:5").size() == 72);
  CHECK(parse_angles("0:100:40") == std::vector<std::int32_t>{0, 40000, 80000});
}

TEST_CASE("lists, decimals and negative angles") {
  CHECK(parse_angles("0,22.5,-90") == std::vector<std::int32_t>{0, 22500, 270000});
}

TEST_CASE("angles that make no sense are refused with the text") {
  for (const char* wrong :
       {"", "a", "0:90", "90:0:5", "0:90:0", "0:90:-5", "0.0001", "5,5", "0:360:5", "0:1000000:0.001"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(parse_angles(wrong), Catch::Contains(std::string("\"") + wrong + "\""));
  }
}

TEST_CASE("degrees are printed without trailing zeros") {
  CHECK(format_degrees(22500) == "22.5");
  CHECK(format_degrees(5000) == "5");
  CHECK(format_degrees(1) == "0.001");
}
