// The loss while training, against numbers worked out by hand: a network whose last layer has no weights
// gives its biases as logits for whatever it is shown, and a learning rate of 0 leaves it so.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "tests/trainer/learning_sets.h"
#include "trainer/training.h"

using namespace frag;
using namespace frag::trainer;
using frag::test::striped_card;
using frag::test::striped_set;

namespace {

void put(rounds::WeightsFile& file, const char* name, const std::vector<float>& numbers) {
  const rounds::TensorInfo& tensor = *file.layout.find(name);
  std::memset(file.file.data() + tensor.offset, 0, tensor.bytes);
  if (!numbers.empty())
    std::memcpy(file.file.data() + tensor.offset, numbers.data(), numbers.size() * sizeof(float));
}

// Its logits are 0, ln 2 and ln 5, so its probabilities 1/8, 2/8 and 5/8.
Network network_of_eighths(const FragmentSet& set) {
  rounds::WeightsFile file = rounds::parse_weights(Network(striped_card(set), 1).weights());
  put(file, "head.weight", {});
  put(file, "head.bias", {0.0f, std::log(2.0f), std::log(5.0f)});
  return Network(file, "eighths");
}

double loss_with(TrainSettings settings) {
  const FragmentSet set = striped_set(4);  // of classes 0, 1, 2, 0
  Network network = network_of_eighths(set);
  settings.batch = 4;
  settings.learning_rate = 0;
  return Training(network, settings).epoch(set, 0).loss;
}

const double kLn[] = {std::log(8.0), std::log(4.0), std::log(8.0 / 5)};  // -ln p

}  // namespace

TEST_CASE("the loss is the mean of -ln p") {
  CHECK(loss_with({}) == Approx((2 * kLn[0] + kLn[1] + kLn[2]) / 4).epsilon(1e-6));
}

TEST_CASE("label smoothing spreads a share of every target over all classes") {
  const double plain = (2 * kLn[0] + kLn[1] + kLn[2]) / 4;
  const double even = (kLn[0] + kLn[1] + kLn[2]) / 3;
  CHECK(loss_with({.label_smoothing = 0.3}) == Approx(0.7 * plain + 0.3 * even).epsilon(1e-6));
}

TEST_CASE("class weights make a weighted mean of the loss") {
  CHECK(loss_with({.class_weighting = ClassWeighting::given, .class_weights = {1, 2, 5}}) ==
        Approx((2 * kLn[0] + 2 * kLn[1] + 5 * kLn[2]) / (1 + 1 + 2 + 5)).epsilon(1e-6));
}

TEST_CASE("balanced weights give each class a third") {
  CHECK(loss_with({.class_weighting = ClassWeighting::balanced}) ==
        Approx((kLn[0] + kLn[1] + kLn[2]) / 3).epsilon(1e-6));
}
