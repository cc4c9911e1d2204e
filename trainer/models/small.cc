// Networks for a desktop's processor: three convolutions and a mean over each map, enough for textures; and
// the two hidden layers of 200 that federated learning is measured with (McMahan et al., "Communication-
// Efficient Learning of Deep Networks from Decentralized Data", 2017).
#include "trainer/models/initial.h"
#include "trainer/models/model.h"

namespace frag::models {
namespace {

std::shared_ptr<Model> build_small(const Shape& shape) {
  const ConvOptions same{.padding = 1};
  // A ReLU of the largest is the largest of ReLUs, bit for bit and in its gradient, and works on a quarter.
  const auto network = chain({{"conv1", conv(shape.channels, 32, same)},
                              max_pool(2, 2),
                              relu(),
                              {"conv2", conv(32, 64, same)},
                              max_pool(2, 2),
                              relu(),
                              {"conv3", conv(64, 128, same)},
                              relu(),
                              map_means(),
                              {"head", linear(128, shape.classes)}});
  return drawn(network, he_normal(Fan::in), uniform());
}

std::shared_ptr<Model> build_mlp(const Shape& shape) {
  constexpr std::int64_t kHidden = 200;
  const auto network = chain({flatten(),
                              {"fc1", linear(shape.channels * shape.input * shape.input, kHidden)},
                              relu(),
                              {"fc2", linear(kHidden, kHidden)},
                              relu(),
                              {"head", linear(kHidden, shape.classes)}});
  return drawn(network, uniform(), uniform());
}

}  // namespace

std::vector<Kind> small_kinds() {
  return {{.name = "small",
           .summary = "3 convolutions (32, 64, 128), mean of each map, 1 linear layer",
           .smallest_input = 4,
           .defaults = {.input = 64, .learning_rate = 0.02},
           .build = build_small},
          {.name = "mlp",
           .summary = "2 hidden layers of 200: federated learning's 2NN; tied to its input's size",
           .smallest_input = 1,
           .defaults = {.input = 28, .learning_rate = 0.02},
           .build = build_mlp}};
}

}  // namespace frag::models
