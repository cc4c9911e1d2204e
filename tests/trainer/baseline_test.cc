#include "trainer/baseline.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

Image flat(std::uint8_t value) {
  Image image(8, 8, 1);
  for (std::int64_t y = 0; y < 8; ++y) std::fill_n(image.row(y), 8, value);
  return image;
}

}  // namespace

TEST_CASE("features are standardised on the training fragments before distances are taken") {
  // By plain distance the second feature decides; standardised, the first counts as much.
  // Training: (0, 0) and (0, 1000) are class 0, (1, 0) and (1, 1000) class 1: deviations 0.5 and 500.
  const std::vector<float> train{0, 0, 0, 1000, 1, 0, 1, 1000};
  const std::vector<std::uint32_t> labels{0, 0, 1, 1};
  const std::vector<float> test{0.9f, 300, 0.2f, 900};
  CHECK(nearest_neighbours(train, labels, test, 2) == std::vector<std::uint32_t>{1, 0});
}

TEST_CASE("the first of equally near neighbours decides, and a feature of one value counts nothing") {
  const std::vector<float> train{0, 7, 2, 7};
  CHECK(nearest_neighbours(train, std::vector<std::uint32_t>{5, 3}, std::vector<float>{1, 900}, 2) ==
        std::vector<std::uint32_t>{5});
}

TEST_CASE("brightness alone is found by the baseline") {
  FragmentSet train({.edge = 4, .channels = 1});
  FragmentSet test({.edge = 4, .channels = 1});
  for (std::uint32_t i = 0; i < 6; ++i) {
    const std::uint32_t class_number = i % 2;
    train.add(flat(static_cast<std::uint8_t>(50 + 100 * class_number + i)), class_number, i);
    test.add(flat(static_cast<std::uint8_t>(52 + 100 * class_number + i)), class_number, i);
  }
  CHECK(predict_baseline(train, test) == test.labels());
}

TEST_CASE("the baseline needs training fragments") {
  CHECK(test::error_of([] {
          nearest_neighbours({}, {}, std::vector<float>{1, 2}, 2);
        }).code() == Errc::internal);
}
