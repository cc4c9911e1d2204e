// What can be said of every model without torchvision (models_test.py holds them against that).
#include <catch2/catch.hpp>

#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"
#include "trainer/training.h"

using namespace frag;
using namespace frag::trainer;
using frag::test::striped_card;
using frag::test::striped_set;

TEST_CASE("parameter counts are the published ones") {
  const auto [model, count] = GENERATE(table<const char*, std::int64_t>({
      {"alexnet", 61'100'840},
      {"vgg11", 132'863'336},
      {"vgg16", 138'357'544},
      {"resnet18", 11'689'512},
      {"resnet34", 21'797'672},
      {"resnet50", 25'557'032},
      {"resnet152", 60'192'808},
      {"inception_v3", 23'834'568},
      {"inception_v3_aux", 27'161'264},
      {"mobilenet_v3_small", 2'542'856},
      {"mobilenet_v3_large", 5'483'032},
  }));
  INFO(model);
  CHECK(parameter_count(model, 3, 1000) == count);
}

TEST_CASE("T-CNN's parameter counts are those of the paper's table of layers") {
  // Convolutions 11x11x3x96, 5x5x48x256 and 3x3x256x384; linear layers maps x 4096, 4096x4096, 4096x1000;
  // each with its biases.
  const std::int64_t conv1 = 34944, conv2 = 307456, conv3 = 885120, top = 16781312 + 4097000;
  CHECK(parameter_count("tcnn1", 3, 1000) == conv1 + 97 * 4096 + top);
  CHECK(parameter_count("tcnn2", 3, 1000) == conv1 + conv2 + 257 * 4096 + top);
  CHECK(parameter_count("tcnn3", 3, 1000) == conv1 + conv2 + conv3 + 385 * 4096 + top);
}

TEST_CASE("the MLP is federated learning's 2NN, and grows with its input") {
  CHECK(model_size("mlp", 1, 10).parameters == 199'210);
  CHECK(model_size("mlp", 3, 10, 32).parameters == 3 * 32 * 32 * 200 + 200 + 200 * 200 + 200 + 2010);
}

TEST_CASE("operations are the published ones") {
  // Multiply-adds in thousand millions, at the model's own input and 1,000 classes.
  const auto [model, billions] = GENERATE(table<const char*, double>({
      {"alexnet", 0.714},
      {"vgg11", 7.609},
      {"vgg16", 15.470},
      {"resnet18", 1.814},
      {"resnet34", 3.664},
      {"resnet50", 4.089},
      {"resnet152", 11.514},
      {"inception_v3", 5.713},
      {"mobilenet_v3_small", 0.057},
      {"mobilenet_v3_large", 0.217},
  }));
  INFO(model);
  CHECK(static_cast<double>(model_size(model, 3, 1000).operations) / 1e9 == Approx(billions).margin(0.0005));
}

TEST_CASE("operations of a small network equal those worked out by hand") {
  // 32 maps of 64x64, 64 of 32x32, 128 of 16x16, one linear layer.
  CHECK(model_size("small", 1, 3).operations ==
        9 * 32 * 64 * 64 + 9 * 32 * 64 * 32 * 32 + 9 * 64 * 128 * 16 * 16 + 128 * 3);
}

TEST_CASE("grey images change the first convolution only") {
  CHECK(parameter_count("resnet18", 3, 1000) - parameter_count("resnet18", 1, 1000) == 2 * 49 * 64);
  CHECK(parameter_count("resnet18", 3, 1000) - parameter_count("resnet18", 3, 4) == 996 * 513);
}

TEST_CASE("every model takes its smallest input, and an input below it is refused by name") {
  for (const ModelInfo& info : list_models()) {
    INFO(info.name);
    CHECK(info.smallest_input <= info.input);
    CHECK(model_size(info.name, 1, 3, info.smallest_input).operations > 0);
    if (info.smallest_input == 1) continue;
    const Error error = test::error_of(
        [&] { Network(striped_card(striped_set(3, 1, info.smallest_input - 1), info.name), 1); });
    CHECK(error.code() == Errc::bad_input);
    CHECK(std::string(error.what())
              .find("too small for " + info.name + ", which needs " + std::to_string(info.smallest_input) +
                    " px") != std::string::npos);
  }
}

TEST_CASE("running statistics survive a weights file") {
  const FragmentSet set = striped_set(16, 1, 16);
  Network network(striped_card(set, "resnet18_small"), 1);
  Training(network, {.batch = 8, .learning_rate = 0.01}).epoch(set, 0);
  const std::string file = network.weights();
  const rounds::WeightsFile weights = rounds::parse_weights(file);
  CHECK(weights.layout.find("bn1.running_var")->kind == rounds::TensorKind::buffer);
  CHECK(weights.layout.find("bn1.num_batches_tracked")->kind == rounds::TensorKind::counter);
  Network again(weights, "w");
  CHECK(again.weights() == file);
  CHECK(again.predict(set) == network.predict(set));
}

TEST_CASE("a last batch of one fragment leaves the running statistics finite") {
  const FragmentSet set = striped_set(9, 1, 32);  // maps of 1x1 pixel before the mean
  Network network(striped_card(set, "resnet18"), 1);
  Training(network, {.batch = 4, .learning_rate = 0.01}).epoch(set, 0);
  const auto weights = rounds::parse_weights(network.weights());
  for (const auto& info : weights.layout.tensors) {
    if (info.dtype != rounds::DType::f32) continue;
    INFO(info.name);
    CHECK(!rounds::first_not_finite(rounds::tensor_bytes(weights, info)).has_value());
  }
}
