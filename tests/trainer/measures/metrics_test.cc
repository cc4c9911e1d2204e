#include "trainer/metrics.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("measures equal a case worked by hand") {
  // Class 0: 3 fragments, 2 hit, 1 called 1. Class 1: 2 fragments, 1 hit, 1 called 0. Class 2: 1 fragment,
  // hit.
  const std::vector<std::uint32_t> truth{0, 0, 0, 1, 1, 2};
  const std::vector<std::uint32_t> predicted{0, 0, 1, 1, 0, 2};
  const Measures m = measure(truth, predicted, 3);
  CHECK(m.count == 6);
  CHECK(m.accuracy == Approx(4.0 / 6));
  CHECK(m.confusion == std::vector<std::vector<std::uint64_t>>{{2, 1, 0}, {1, 1, 0}, {0, 0, 1}});
  CHECK(m.classes[0].precision == Approx(2.0 / 3));
  CHECK(m.classes[0].recall == Approx(2.0 / 3));
  CHECK(m.classes[0].f1 == Approx(2.0 / 3));
  CHECK(m.classes[1].precision == Approx(0.5));
  CHECK(m.classes[1].recall == Approx(0.5));
  CHECK(m.classes[2].precision == 1.0);
  CHECK(m.classes[2].support == 1);
  CHECK(m.macro.precision == Approx((2.0 / 3 + 0.5 + 1) / 3));
  CHECK(m.macro.recall == Approx((2.0 / 3 + 0.5 + 1) / 3));
  CHECK(m.macro.f1 == Approx((2.0 / 3 + 0.5 + 1) / 3));
  CHECK(m.weighted.precision == Approx((3 * 2.0 / 3 + 2 * 0.5 + 1) / 6));
  CHECK(m.weighted.recall == Approx(m.accuracy));
  CHECK(m.weighted.f1 == Approx((3 * 2.0 / 3 + 2 * 0.5 + 1) / 6));
  CHECK(accuracy_of(truth, predicted) == Approx(m.accuracy));
}

TEST_CASE("a class that is never predicted has precision, recall and F1 of 0") {
  const Measures m = measure(std::vector<std::uint32_t>{0, 1, 1}, std::vector<std::uint32_t>{0, 0, 0}, 2);
  CHECK(m.classes[1].precision == 0.0);
  CHECK(m.classes[1].recall == 0.0);
  CHECK(m.classes[1].f1 == 0.0);
  CHECK(m.classes[1].support == 2);
  CHECK(m.classes[0].precision == Approx(1.0 / 3));
  CHECK(m.classes[0].recall == 1.0);
  CHECK(m.classes[0].f1 == Approx(0.5));
}

TEST_CASE("a class without fragments does not count in the means") {
  const Measures m = measure(std::vector<std::uint32_t>{0, 0}, std::vector<std::uint32_t>{0, 2}, 3);
  CHECK(m.classes[1].support == 0);
  CHECK(m.classes[2].precision == 0.0);  // called once, wrongly
  CHECK(m.macro.precision == 1.0);       // of class 0 alone
  CHECK(m.macro.recall == 0.5);
}

TEST_CASE("one class only, and nothing at all") {
  const Measures one = measure(std::vector<std::uint32_t>{1, 1}, std::vector<std::uint32_t>{1, 1}, 2);
  CHECK(one.accuracy == 1.0);
  CHECK(one.macro.f1 == 1.0);
  const Measures none = measure({}, {}, 2);
  CHECK(none.accuracy == 0.0);
  CHECK(none.macro.f1 == 0.0);
}

TEST_CASE("numbers out of range and unequal lengths are a bug of the caller's") {
  const std::vector<std::uint32_t> two{0, 1};
  const std::vector<std::uint32_t> one{0};
  CHECK(test::error_of([&] { measure(two, one, 2); }).code() == Errc::internal);
  CHECK(test::error_of([&] { measure(two, two, 1); }).code() == Errc::internal);
}

TEST_CASE("measures as JSON") {
  const Measures m = measure(std::vector<std::uint32_t>{0, 1}, std::vector<std::uint32_t>{0, 0}, 2);
  const Json json = to_json(m, {"fibre", "grain"});
  CHECK(json["accuracy"] == 0.5);
  CHECK(json["macro"]["recall"] == 0.5);
  CHECK(json["weighted"]["precision"] == 0.25);
  CHECK(json["classes"][1]["name"] == "grain");
  CHECK(json["classes"][1]["support"] == 1);
  CHECK(json["confusion"] == Json::parse("[[1, 0], [1, 0]]"));
}
