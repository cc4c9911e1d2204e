#include "trainer/measures/probabilities.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("the most probable class of a row is called, the lowest of equals") {
  const std::vector<float> rows{0.2f, 0.5f, 0.3f, 0.4f, 0.2f, 0.4f, 0.0f, 0.0f, 1.0f};
  CHECK(most_probable({rows, 3}) == std::vector<std::uint32_t>{1, 0, 2});
}

TEST_CASE("of one class there is no choice") {
  CHECK(most_probable({std::vector<float>{1.0f, 1.0f}, 1}) == std::vector<std::uint32_t>{0, 0});
}

TEST_CASE("predicted classes as rows are called as they were") {
  const std::vector<std::uint32_t> predicted{2, 0, 1};
  const std::vector<float> rows = one_hot(predicted, 3);
  CHECK(rows == std::vector<float>{0, 0, 1, 1, 0, 0, 0, 1, 0});
  CHECK(most_probable({rows, 3}) == predicted);
}

TEST_CASE("rows that are not whole are a bug of the caller's") {
  const std::vector<float> five(5, 0.5f);
  CHECK(test::error_of([&] { Probabilities(five, 2); }).code() == Errc::internal);
  CHECK(test::error_of([&] { Probabilities(five, 0); }).code() == Errc::internal);
}
