#include "trainer/schedule.h"

#include <catch2/catch.hpp>

#include "trainer/class_weights.h"

using namespace frag::trainer;

TEST_CASE("a constant rate stays what it is") {
  const TrainSettings settings{.schedule = Schedule::constant, .epochs = 10};
  CHECK(learning_rate_share(settings, 0) == 1.0);
  CHECK(learning_rate_share(settings, 9.9) == 1.0);
}

TEST_CASE("a warm-up rises linearly from a tenth") {
  const TrainSettings settings{.schedule = Schedule::constant, .warmup = 0.2, .epochs = 10};
  CHECK(learning_rate_share(settings, 0) == Approx(0.1));
  CHECK(learning_rate_share(settings, 1) == Approx(0.55));
  CHECK(learning_rate_share(settings, 1.5) == Approx(0.775));
  CHECK(learning_rate_share(settings, 2) == 1.0);
}

TEST_CASE("a cosine falls from where the warm-up ends to nothing") {
  const TrainSettings settings{.schedule = Schedule::cosine, .warmup = 0.2, .epochs = 10};
  CHECK(learning_rate_share(settings, 0) == Approx(0.1));
  CHECK(learning_rate_share(settings, 2) == 1.0);
  CHECK(learning_rate_share(settings, 6) == Approx(0.5));
  CHECK(learning_rate_share(settings, 4) == Approx(0.853553391));  // (1 + cos(45 degrees)) / 2
  CHECK(learning_rate_share(settings, 10) == Approx(0).margin(1e-12));
}

TEST_CASE("steps multiply the rate after whole numbers of epochs") {
  const TrainSettings settings{.schedule = Schedule::step, .step_every = 3, .step_factor = 0.1, .epochs = 10};
  CHECK(learning_rate_share(settings, 2.999) == 1.0);
  CHECK(learning_rate_share(settings, 3) == Approx(0.1));
  CHECK(learning_rate_share(settings, 5.5) == Approx(0.1));
  CHECK(learning_rate_share(settings, 9) == Approx(0.001));
}

TEST_CASE("balanced classes have the same say") {
  // 6 fragments of 2 classes that occur: 6 / (2 * 4) and 6 / (2 * 2)
  CHECK(balanced_weights(std::vector<std::uint64_t>{4, 0, 2}) == std::vector<double>{0.75, 1.0, 1.5});
}
