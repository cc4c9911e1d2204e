// Trainings that take their time: large networks learn, and all parts of them do. What they give is numbers,
// so ./check leaves them out where it looks for faults of memory.
#include <catch2/catch.hpp>

#include "tests/trainer/learning_sets.h"
#include "trainer/metrics.h"
#include "trainer/training.h"

using namespace frag;
using namespace frag::trainer;
using frag::test::striped_card;
using frag::test::striped_set;

namespace {

// Epochs until every one of 32 fragments is told right; 0 where `most` are not enough.
int epochs_to_learn(const std::string& model, std::int64_t edge, double learning_rate, int most) {
  const FragmentSet set = striped_set(32, 1, edge);
  Network network(striped_card(set, model), 1);
  Training training(network, {.batch = 8, .learning_rate = learning_rate, .augment = {}});
  for (int epoch = 0; epoch < most; ++epoch) {
    training.epoch(set, epoch);
    if (accuracy_of(set.labels(), network.predict(set)) == 1.0) return epoch + 1;
  }
  return 0;
}

}  // namespace

TEST_CASE("small models and models for small images learn 32 fragments by heart") {
  const auto [model, edge, learning_rate] = GENERATE(table<const char*, std::int64_t, double>({
      {"mlp", 32, 0.02},
      {"vgg11_small", 32, 0.01},
      {"vgg16_small", 32, 0.01},
      {"resnet18_small", 16, 0.01},
  }));
  const int epochs = epochs_to_learn(model, edge, learning_rate, 30);
  INFO(model << ": " << epochs << " epochs");
  CHECK(epochs > 0);
}

TEST_CASE("an auxiliary head's loss reaches its weights in training alone") {
  const FragmentSet set = striped_set(4, 1, 299);
  Network network(striped_card(set, "inception_v3_aux"), 1);
  const auto start = rounds::parse_weights(network.weights());
  const auto before = network.predict(set);
  CHECK(network.predict(set) == before);
  Training(network, {.batch = 2, .learning_rate = 0.01}).epoch(set, 0);
  const auto change = rounds::parse_weights(network.change_from(start));
  const std::string_view moved =
      rounds::tensor_bytes(change, *change.layout.find("AuxLogits.conv1.conv.weight"));
  CHECK(moved.find_first_not_of('\0') != std::string_view::npos);
}
