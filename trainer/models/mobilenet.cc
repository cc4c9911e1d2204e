// MobileNetV3 (Howard et al., "Searching for MobileNetV3", 2019), tables 1 and 2, with the batch norm and the
// squeeze widths of torchvision.
#include <algorithm>
#include <span>

#include "trainer/models/initial.h"
#include "trainer/models/model.h"
#include "trainer/models/script_writer.h"

namespace frag::models {
namespace {

enum class Squeeze { no, yes };
using Activation = LayerPtr (*)();

// A row of the paper's tables; its input is the output of the row before.
struct Bottleneck {
  std::int64_t kernel;
  std::int64_t expanded;
  std::int64_t out;
  Squeeze squeeze;
  Activation activation;
  std::int64_t stride;
};

constexpr Bottleneck kMobileNetLarge[] = {
    {3, 16, 16, Squeeze::no, relu, 1},          {3, 64, 24, Squeeze::no, relu, 2},
    {3, 72, 24, Squeeze::no, relu, 1},          {5, 72, 40, Squeeze::yes, relu, 2},
    {5, 120, 40, Squeeze::yes, relu, 1},        {5, 120, 40, Squeeze::yes, relu, 1},
    {3, 240, 80, Squeeze::no, hard_swish, 2},   {3, 200, 80, Squeeze::no, hard_swish, 1},
    {3, 184, 80, Squeeze::no, hard_swish, 1},   {3, 184, 80, Squeeze::no, hard_swish, 1},
    {3, 480, 112, Squeeze::yes, hard_swish, 1}, {3, 672, 112, Squeeze::yes, hard_swish, 1},
    {5, 672, 160, Squeeze::yes, hard_swish, 2}, {5, 960, 160, Squeeze::yes, hard_swish, 1},
    {5, 960, 160, Squeeze::yes, hard_swish, 1},
};

constexpr Bottleneck kMobileNetSmall[] = {
    {3, 16, 16, Squeeze::yes, relu, 2},        {3, 72, 24, Squeeze::no, relu, 2},
    {3, 88, 24, Squeeze::no, relu, 1},         {5, 96, 40, Squeeze::yes, hard_swish, 2},
    {5, 240, 40, Squeeze::yes, hard_swish, 1}, {5, 240, 40, Squeeze::yes, hard_swish, 1},
    {5, 120, 48, Squeeze::yes, hard_swish, 1}, {5, 144, 48, Squeeze::yes, hard_swish, 1},
    {5, 288, 96, Squeeze::yes, hard_swish, 2}, {5, 576, 96, Squeeze::yes, hard_swish, 1},
    {5, 576, 96, Squeeze::yes, hard_swish, 1},
};

// The multiple of 8 next to `channels`, at least 8, and never more than a tenth below it.
std::int64_t to_eights(std::int64_t channels) {
  const std::int64_t nearest = std::max<std::int64_t>(8, (channels + 4) / 8 * 8);
  return 10 * nearest < 9 * channels ? nearest + 8 : nearest;
}

// x scaled map by map, by what two 1x1 convolutions make of the maps' means.
class SqueezeExcite : public Chain {
 public:
  explicit SqueezeExcite(std::int64_t maps)
      : Chain(std::vector<Named>{{"avgpool", adaptive_average_pool(1)},
                                 {"fc1", conv(maps, to_eights(maps / 4), {.kernel = 1})},
                                 {"activation", relu()},
                                 {"fc2", conv(to_eights(maps / 4), maps, {.kernel = 1})},
                                 {"scale_activation", hard_sigmoid()}}) {}
  at::Tensor forward(const at::Tensor& x) override { return Chain::forward(x) * x; }
  std::string script(ScriptBody& body, const std::string& x) const override {
    return body.add("torch.mul(" + Chain::script(body, x) + ", " + x + ")");
  }
};

// Convolution, batch norm and, where given, an activation.
LayerPtr mobile_unit(std::int64_t in, std::int64_t out, const ConvOptions& options, Activation activation) {
  ConvOptions unbiased = options;
  unbiased.bias = false;
  unbiased.padding = options.kernel.rows / 2;
  std::vector<Named> layers = {conv(in, out, unbiased),
                               batch_norm(out, {.epsilon = 0.001, .momentum = 0.01})};
  if (activation != nullptr) layers.emplace_back(activation());
  return chain(layers);
}

LayerPtr mobile_bottleneck(std::int64_t in, const Bottleneck& row) {
  std::vector<Named> layers;
  if (row.expanded != in) {
    layers.emplace_back(mobile_unit(in, row.expanded, {.kernel = 1}, row.activation));
  }
  layers.emplace_back(mobile_unit(row.expanded, row.expanded,
                                  {.kernel = row.kernel, .stride = row.stride, .groups = row.expanded},
                                  row.activation));
  if (row.squeeze == Squeeze::yes) layers.emplace_back(std::make_shared<SqueezeExcite>(row.expanded));
  layers.emplace_back(mobile_unit(row.expanded, row.out, {.kernel = 1}, nullptr));
  const Named block("block", chain(layers));
  if (row.stride == 1 && row.out == in) return residual({block});
  return chain({block});
}

// `hidden`: the width of the linear layer before the last.
std::shared_ptr<Model> build_mobilenet(const Shape& shape, std::span<const Bottleneck> rows,
                                       std::int64_t hidden) {
  std::int64_t maps = 16;
  std::vector<Named> features = {mobile_unit(shape.channels, maps, {.stride = 2}, hard_swish)};
  for (const Bottleneck& row : rows) {
    features.emplace_back(mobile_bottleneck(maps, row));
    maps = row.out;
  }
  features.emplace_back(mobile_unit(maps, 6 * maps, {.kernel = 1}, hard_swish));
  const auto classifier =
      chain({linear(6 * maps, hidden), hard_swish(), dropout(0.2), linear(hidden, shape.classes)});
  const auto network =
      chain({{"features", chain(features)}, {"avgpool", map_means()}, {"classifier", classifier}});
  return drawn(network, he_normal(Fan::out), normal(0.01));
}

Kind mobilenet_kind(const std::string& size, std::span<const Bottleneck> rows, std::int64_t hidden) {
  return {.name = "mobilenet_v3_" + size,
          .summary = "MobileNetV3 " + size + ": " + std::to_string(rows.size()) +
                     " inverted residuals, squeeze and excitation",
          .smallest_input = 32,
          .defaults = {.input = 224, .learning_rate = 0.0125, .weight_decay = 1e-5},
          .build = [=](const Shape& shape) { return build_mobilenet(shape, rows, hidden); }};
}

}  // namespace

std::vector<Kind> mobilenet_kinds() {
  return {mobilenet_kind("small", kMobileNetSmall, 1024), mobilenet_kind("large", kMobileNetLarge, 1280)};
}

}  // namespace frag::models
