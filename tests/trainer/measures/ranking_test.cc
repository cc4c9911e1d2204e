#include "trainer/measures/ranking.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("top-k counts fragments whose class is among the k most probable") {
  const std::vector<float> rows{0.5f, 0.3f, 0.2f, 0.5f, 0.3f, 0.2f, 0.5f, 0.3f, 0.2f, 0.1f, 0.1f, 0.8f};
  const std::vector<std::uint32_t> truth{0, 1, 2, 2};
  CHECK(top_k_accuracy(truth, {rows, 3}, 1) == 0.5);
  CHECK(top_k_accuracy(truth, {rows, 3}, 2) == 0.75);
  CHECK(top_k_accuracy(truth, {rows, 3}, 3) == 1.0);
}

TEST_CASE("a k larger than the classes takes them all, and a k of 0 none") {
  const std::vector<float> rows{0.5f, 0.5f, 1.0f, 0.0f};
  const std::vector<std::uint32_t> truth{1, 1};
  CHECK(top_k_accuracy(truth, {rows, 2}, 9) == 1.0);
  CHECK(top_k_accuracy(truth, {rows, 2}, 0) == 0.0);
}

TEST_CASE("of equal probabilities the lower class comes first among the k") {
  const std::vector<float> rows{0.25f, 0.25f, 0.25f, 0.25f};
  CHECK(top_k_accuracy(std::vector<std::uint32_t>{1}, {rows, 4}, 1) == 0.0);
  CHECK(top_k_accuracy(std::vector<std::uint32_t>{1}, {rows, 4}, 2) == 1.0);
}

TEST_CASE("the area under the curve is the share of pairs in order, a tie half") {
  // Of class 1: 0.9 and 0.4, of class 0: 0.4 and 0.1. Pairs: 1, 1, a tie, 1.
  const std::vector<float> rows{0.1f, 0.9f, 0.6f, 0.4f, 0.6f, 0.4f, 0.9f, 0.1f};
  const RocAuc areas = roc_auc(std::vector<std::uint32_t>{1, 1, 0, 0}, {rows, 2});
  CHECK(areas.classes[0] == 3.5 / 4);
  CHECK(areas.classes[1] == 3.5 / 4);
  CHECK(areas.macro == 3.5 / 4);
}

TEST_CASE("probabilities that are all equal have half the area") {
  const std::vector<float> rows(12, 0.5f);
  CHECK(roc_auc(std::vector<std::uint32_t>{0, 1, 1, 0, 1, 1}, {rows, 2}).macro == 0.5);
}

TEST_CASE("a perfect order has the whole area, its reverse none") {
  const std::vector<float> rows{1.0f, 0.0f, 0.0f, 1.0f};
  CHECK(roc_auc(std::vector<std::uint32_t>{0, 1}, {rows, 2}).macro == 1.0);
  CHECK(roc_auc(std::vector<std::uint32_t>{1, 0}, {rows, 2}).macro == 0.0);
}

TEST_CASE("a class without fragments has no area and is left out of the means") {
  // Class 0 in order for 3 of 3 pairs; class 1, of three fragments, for 2 of 3; class 2 has none.
  const std::vector<float> rows{0.9f, 0.1f, 0.0f, 0.1f, 0.8f, 0.1f, 0.5f, 0.0f, 0.5f, 0.4f, 0.5f, 0.1f};
  const RocAuc areas = roc_auc(std::vector<std::uint32_t>{0, 1, 1, 1}, {rows, 3});
  CHECK(areas.classes[0] == 1.0);
  CHECK(areas.classes[1] == Approx(2.0 / 3));
  CHECK_FALSE(areas.classes[2].has_value());
  CHECK(areas.macro == Approx((1.0 + 2.0 / 3) / 2));
  CHECK(areas.weighted == Approx((1 * 1.0 + 3 * 2.0 / 3) / 4));
}

TEST_CASE("where all fragments are of one class no area is defined") {
  const std::vector<float> rows{0.9f, 0.1f, 0.2f, 0.8f};
  const RocAuc areas = roc_auc(std::vector<std::uint32_t>{1, 1}, {rows, 2});
  CHECK_FALSE(areas.classes[0].has_value());
  CHECK_FALSE(areas.classes[1].has_value());
  CHECK_FALSE(areas.macro.has_value());
  CHECK_FALSE(areas.weighted.has_value());
}

TEST_CASE("rankings of unequal lengths or unknown classes are a bug of the caller's") {
  const std::vector<float> rows{0.5f, 0.5f};
  const std::vector<std::uint32_t> two{0, 1};
  const std::vector<std::uint32_t> unknown{2};
  CHECK(test::error_of([&] { roc_auc(two, {rows, 2}); }).code() == Errc::internal);
  CHECK(test::error_of([&] { top_k_accuracy(unknown, {rows, 2}, 1); }).code() == Errc::internal);
}
