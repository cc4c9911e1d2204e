// VGG (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015),
// configurations A and D; and the same convolutions for images of 32 pixels, with batch norm and a small
// classifier (after Liu and Deng, "Very deep convolutional neural network based image classification using
// small training sample size", 2015).
#include "trainer/models/initial.h"
#include "trainer/models/model.h"

namespace frag::models {
namespace {

// How many convolutions each of the five stages has; their widths are 64, 128, 256, 512, 512.
using VggStages = std::array<int, 5>;
constexpr VggStages kVgg11 = {1, 1, 2, 2, 2};
constexpr VggStages kVgg16 = {2, 2, 3, 3, 3};
constexpr std::int64_t kVggWidths[] = {64, 128, 256, 512, 512};

enum class VggForm { original, small_images };

std::shared_ptr<Chain> vgg_features(const VggStages& stages, std::int64_t channels, VggForm form) {
  std::vector<Named> layers;
  std::int64_t maps = channels;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    for (int i = 0; i < stages[stage]; ++i) {
      layers.emplace_back(conv(maps, kVggWidths[stage], {.padding = 1}));
      maps = kVggWidths[stage];
      if (form == VggForm::small_images) layers.emplace_back(batch_norm(maps));
      layers.emplace_back(relu());
    }
    layers.emplace_back(max_pool(2, 2));
  }
  return chain(layers);
}

std::shared_ptr<Chain> vgg_classifier(std::int64_t classes, VggForm form) {
  if (form == VggForm::small_images) {
    return chain({linear(512, 512), relu(), dropout(0.5), linear(512, classes)});
  }
  return chain({linear(512 * 7 * 7, 4096), relu(), dropout(0.5), linear(4096, 4096), relu(), dropout(0.5),
                linear(4096, classes)});
}

std::shared_ptr<Model> build_vgg(const Shape& shape, const VggStages& stages, VggForm form) {
  const auto network = chain({{"features", vgg_features(stages, shape.channels, form)},
                              {"avgpool", adaptive_average_pool(form == VggForm::original ? 7 : 1)},
                              flatten(),
                              {"classifier", vgg_classifier(shape.classes, form)}});
  return drawn(network, he_normal(Fan::out), normal(0.01));
}

Kind vgg_kind(int depth, const VggStages& stages, VggForm form) {
  const bool original = form == VggForm::original;
  const std::string number = std::to_string(depth);
  return {
      .name = "vgg" + number + (original ? "" : "_small"),
      .summary = "VGG-" + number +
                 (original ? ": 3 linear layers, dropout" : " for small images: batch norm, 2 linear layers"),
      .smallest_input = 32,
      .defaults = original ? Defaults{.input = 224, .learning_rate = 0.00125, .weight_decay = 5e-4}
                           : Defaults{.input = 32, .learning_rate = 0.01, .weight_decay = 5e-4},
      .build = [=](const Shape& shape) { return build_vgg(shape, stages, form); }};
}

}  // namespace

std::vector<Kind> vgg_kinds() {
  return {vgg_kind(11, kVgg11, VggForm::original), vgg_kind(16, kVgg16, VggForm::original),
          vgg_kind(11, kVgg11, VggForm::small_images), vgg_kind(16, kVgg16, VggForm::small_images)};
}

}  // namespace frag::models
