// ResNet (He et al., "Deep residual learning for image recognition", 2016), with the stride of a bottleneck
// in its 3x3 convolution, as torchvision and most published weights have it; and the paper's form for images
// of 32 pixels: 3x3 convolutions from the start and no pooling before the first stage.
#include "trainer/models/initial.h"
#include "trainer/models/model.h"

namespace frag::models {
namespace {

enum class ResnetBlock { basic, bottleneck };
enum class ResnetStem { strided, small_images };

struct Resnet {
  const char* name;
  const char* summary;
  ResnetBlock block;
  std::array<int, 4> blocks;  // of each stage
  ResnetStem stem;
};

constexpr Resnet kResnets[] = {
    {"resnet18",
     "ResNet-18: 8 residual blocks of 2 convolutions",
     ResnetBlock::basic,
     {2, 2, 2, 2},
     ResnetStem::strided},
    {"resnet34",
     "ResNet-34: 16 residual blocks of 2 convolutions",
     ResnetBlock::basic,
     {3, 4, 6, 3},
     ResnetStem::strided},
    {"resnet50",
     "ResNet-50: 16 bottlenecks of 3 convolutions",
     ResnetBlock::bottleneck,
     {3, 4, 6, 3},
     ResnetStem::strided},
    {"resnet152",
     "ResNet-152: 50 bottlenecks of 3 convolutions",
     ResnetBlock::bottleneck,
     {3, 8, 36, 3},
     ResnetStem::strided},
    {"resnet18_small",
     "ResNet-18 for small images: starts with 3x3, stride 1",
     ResnetBlock::basic,
     {2, 2, 2, 2},
     ResnetStem::small_images},
};

// Batch norm follows every convolution and has the bias.
std::shared_ptr<Weighted> plain_conv(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                     std::int64_t stride) {
  return conv(in, out, {.kernel = kernel, .stride = stride, .padding = kernel / 2, .bias = false});
}

// From `in` maps to `width`, or to four times as many where it is a bottleneck.
LayerPtr resnet_block(ResnetBlock block, std::int64_t in, std::int64_t width, std::int64_t stride) {
  const bool basic = block == ResnetBlock::basic;
  const std::int64_t out = basic ? width : 4 * width;
  const LayerPtr shortcut =
      stride == 1 && in == out ? nullptr : chain({plain_conv(in, out, 1, stride), batch_norm(out)});
  if (basic) {
    return residual({{"conv1", plain_conv(in, width, 3, stride)},
                     {"bn1", batch_norm(width)},
                     relu(),
                     {"conv2", plain_conv(width, width, 3, 1)},
                     {"bn2", batch_norm(width)}},
                    shortcut, relu());
  }
  return residual({{"conv1", plain_conv(in, width, 1, 1)},
                   {"bn1", batch_norm(width)},
                   relu(),
                   {"conv2", plain_conv(width, width, 3, stride)},
                   {"bn2", batch_norm(width)},
                   relu(),
                   {"conv3", plain_conv(width, out, 1, 1)},
                   {"bn3", batch_norm(out)}},
                  shortcut, relu());
}

std::shared_ptr<Model> build_resnet(const Resnet& resnet, const Shape& shape) {
  std::vector<Named> layers;
  if (resnet.stem == ResnetStem::strided) {
    layers = {
        {"conv1", plain_conv(shape.channels, 64, 7, 2)}, {"bn1", batch_norm(64)}, relu(), max_pool(3, 2, 1)};
  } else {
    layers = {{"conv1", plain_conv(shape.channels, 64, 3, 1)}, {"bn1", batch_norm(64)}, relu()};
  }
  std::int64_t maps = 64;
  for (std::size_t stage = 0; stage < resnet.blocks.size(); ++stage) {
    const std::int64_t width = 64 << stage;
    std::vector<Named> blocks;
    for (int i = 0; i < resnet.blocks[stage]; ++i) {
      blocks.emplace_back(resnet_block(resnet.block, maps, width, i == 0 && stage > 0 ? 2 : 1));
      maps = resnet.block == ResnetBlock::basic ? width : 4 * width;
    }
    layers.emplace_back("layer" + std::to_string(stage + 1), chain(blocks));
  }
  layers.emplace_back("avgpool", map_means());
  layers.emplace_back("fc", linear(maps, shape.classes));
  return drawn(chain(layers), he_normal(Fan::out), uniform());
}

}  // namespace

std::vector<Kind> resnet_kinds() {
  std::vector<Kind> list;
  for (const Resnet& resnet : kResnets) {
    const bool small = resnet.stem == ResnetStem::small_images;
    list.push_back({.name = resnet.name,
                    .summary = resnet.summary,
                    .smallest_input = small ? 8 : 32,  // the stride of the last maps
                    .defaults = {.input = small ? 32 : 224, .learning_rate = 0.0125, .weight_decay = 1e-4},
                    .build = [&resnet](const Shape& shape) { return build_resnet(resnet, shape); }});
  }
  return list;
}

}  // namespace frag::models
