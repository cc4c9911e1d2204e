#include <catch2/catch.hpp>

#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"
#include "trainer/compute.h"
#include "trainer/metrics.h"
#include "trainer/training.h"

using namespace frag;
using namespace frag::trainer;
using frag::test::striped_card;
using frag::test::striped_set;

TEST_CASE("32 fragments are learned by heart within 60 epochs") {
  const FragmentSet set = striped_set(32);
  Network network(striped_card(set), 1);
  Training training(network, {.batch = 8, .learning_rate = 0.02, .augment = {}});
  double accuracy = 0;
  int epochs = 0;
  while (accuracy < 1.0 && epochs < 60) {
    training.epoch(set, epochs++);
    accuracy = accuracy_of(set.labels(), network.predict(set));
  }
  INFO("after " << epochs << " epochs");
  CHECK(accuracy == 1.0);
}

TEST_CASE("equal seeds train to equal bits, other seeds do not") {
  const FragmentSet set = striped_set(24);
  const auto train = [&set](std::uint64_t seed) {
    Network network(striped_card(set), 1);
    Training training(
        network, {.batch = 5, .schedule = Schedule::cosine, .epochs = 2, .seed = seed, .largest_norm = 1});
    for (std::int64_t epoch = 0; epoch < 2; ++epoch) training.epoch(set, epoch);
    return network.weights();
  };
  const std::string first = train(1);
  CHECK(train(1) == first);
  CHECK(train(2) != first);
}

TEST_CASE("mixed precision learns by heart, too") {
  const FragmentSet set = striped_set(24);
  Network network(striped_card(set), 1);
  Training training(network,
                    {.batch = 8, .learning_rate = 0.02, .augment = {}, .precision = Precision::mixed});
  double accuracy = 0;
  for (std::int64_t epoch = 0; epoch < 60 && accuracy < 1; ++epoch)
    accuracy = training.epoch(set, epoch).accuracy;
  CHECK(accuracy == 1.0);
}

TEST_CASE("mixed precision is over when a step is") {
  const FragmentSet set = striped_set(8);
  const auto logits_after = [&set](Precision precision) {
    Network trained(striped_card(set), 1), other(striped_card(set), 2);
    Training(trained, {.batch = 8, .precision = precision}).epoch(set, 0);
    return other.logits(set);
  };
  CHECK(logits_after(Precision::mixed) == logits_after(Precision::full));
}

TEST_CASE("a device that is not there is refused by name") {
  for (const char* name : {"gpu", "cuda:99", "cpu:1", "meta"}) {
    const Error error = test::error_of([name] { set_compute_device(name); });
    CHECK(error.code() == Errc::usage);
    CHECK(std::string(error.what()).find(name) != std::string::npos);
  }
  CHECK(compute_device() == "cpu");
}

TEST_CASE("after_batch hears of every fragment and may end the epoch") {
  const FragmentSet set = striped_set(10);
  Network network(striped_card(set), 1);
  Training training(network, {.batch = 4});
  std::vector<std::int64_t> heard;
  training.epoch(set, 0, [&heard](std::int64_t fragments) { heard.push_back(fragments); });
  CHECK(heard == std::vector<std::int64_t>{4, 4, 2});
  CHECK_THROWS_AS(training.epoch(set, 1, [](std::int64_t) { throw Error(Errc::interrupted, "enough"); }),
                  Error);
}

TEST_CASE("a loss that is no number stops the training and says where") {
  FragmentSet set({.edge = 32, .channels = 1});
  for (std::uint32_t i = 0; i < 12; ++i) set.add(test::striped_image(i % 3, i), i % 3, i, 100 + i);
  Network network(striped_card(set), 1);
  Training training(network, {.batch = 4, .learning_rate = 1e30});
  const Error error = test::error_of([&] {
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) training.epoch(set, epoch);
  });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("no longer a number in epoch 1, batch ") != std::string::npos);
  CHECK(std::string(error.what()).find(" (fragments 1") != std::string::npos);
}
