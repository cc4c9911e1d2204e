// T-CNN: texture networks whose "energy" layer reduces each map of the first, second or third convolution to
// its mean (Andrearczyk and Whelan, "Using filter banks in convolutional neural networks for texture
// classification", 2016), with the layers, the initial weights and the settings of the authors' Caffe files.
#include "trainer/models/initial.h"
#include "trainer/models/model.h"

namespace frag::models {
namespace {

struct FilterBank {
  std::int64_t out;
  ConvOptions options;
  double bias;  // initial
};

constexpr FilterBank kFilterBanks[] = {
    {96, {.kernel = 11, .stride = 4}, 0.0},
    {256, {.kernel = 5, .padding = 2, .groups = 2}, 1.0},
    {384, {.kernel = 3, .padding = 1}, 0.0},
};

// The network with `depth` convolutions, 1 to 3.
std::shared_ptr<Model> build_tcnn(const Shape& shape, std::size_t depth) {
  std::vector<Named> layers;
  std::int64_t maps = shape.channels;
  for (std::size_t i = 0; i < depth; ++i) {
    if (i > 0) {
      layers.emplace_back(max_pool(3, 2));
      layers.emplace_back(response_norm(5, 1e-4, 0.75));
    }
    const auto& [out, options, bias] = kFilterBanks[i];
    layers.emplace_back("conv" + std::to_string(i + 1), drawn(conv(maps, out, options), normal(0.01, bias)));
    layers.emplace_back(relu());
    maps = out;
  }
  layers.emplace_back("energy", map_means());
  for (const char* name : {"fc1", "fc2"}) {
    layers.emplace_back(name, drawn(linear(maps, 4096), normal(0.005, 1.0)));
    layers.emplace_back(relu());
    layers.emplace_back(dropout(0.5));
    maps = 4096;
  }
  layers.emplace_back("fc3", drawn(linear(maps, shape.classes), normal(0.005)));
  return chain(layers);
}

Kind tcnn_kind(std::size_t depth, const std::string& convolutions, std::int64_t smallest_input) {
  return {.name = "tcnn" + std::to_string(depth),
          .summary = "T-CNN-" + std::to_string(depth) + ": " + convolutions +
                     ", energy layer, 3 linear layers, dropout",
          .smallest_input = smallest_input,
          .scaling = Scaling::subtract_mean,
          .defaults = {.input = 227, .learning_rate = 0.001, .weight_decay = 0.004},
          .build = [depth](const Shape& shape) { return build_tcnn(shape, depth); }};
}

}  // namespace

std::vector<Kind> tcnn_kinds() {
  return {tcnn_kind(1, "1 convolution (96)", 11), tcnn_kind(2, "2 convolutions (96, 256)", 19),
          tcnn_kind(3, "3 convolutions (96, 256, 384)", 35)};
}

}  // namespace frag::models
