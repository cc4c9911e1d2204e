// AlexNet in the form with one path (Krizhevsky, "One weird trick for parallelizing convolutional neural
// networks", 2014), as torchvision has it.
#include "trainer/models/initial.h"
#include "trainer/models/model.h"

namespace frag::models {
namespace {

std::shared_ptr<Model> build_alexnet(const Shape& shape) {
  constexpr std::int64_t kMapEdge = 6;
  const auto features =
      chain({conv(shape.channels, 64, {.kernel = 11, .stride = 4, .padding = 2}), relu(), max_pool(3, 2),
             conv(64, 192, {.kernel = 5, .padding = 2}), relu(), max_pool(3, 2),
             conv(192, 384, {.padding = 1}), relu(), conv(384, 256, {.padding = 1}), relu(),
             conv(256, 256, {.padding = 1}), relu(), max_pool(3, 2)});
  const auto classifier = chain({dropout(0.5), linear(256 * kMapEdge * kMapEdge, 4096), relu(), dropout(0.5),
                                 linear(4096, 4096), relu(), linear(4096, shape.classes)});
  const auto network = chain({{"features", features},
                              {"avgpool", adaptive_average_pool(kMapEdge)},
                              flatten(),
                              {"classifier", classifier}});
  return drawn(network, uniform(), uniform());
}

}  // namespace

std::vector<Kind> alexnet_kinds() {
  return {{.name = "alexnet",
           .summary = "AlexNet: 5 convolutions, 3 linear layers, dropout",
           .smallest_input = 63,
           .defaults = {.input = 224, .learning_rate = 0.0025, .weight_decay = 1e-4},
           .build = build_alexnet}};
}

}  // namespace frag::models
