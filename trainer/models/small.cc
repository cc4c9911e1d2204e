// Three convolutions and a mean over each feature map: enough for textures, quick enough for a desktop's
// processor.
#include <torch/nn/init.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "trainer/models/model.h"

namespace frag::models {
namespace {

class Small : public Model {
 public:
  explicit Small(const Shape& shape)
      : conv1_(convolution(shape.channels, 32)),
        conv2_(convolution(32, 64)),
        conv3_(convolution(64, 128)),
        head_(128, shape.classes) {
    for (auto* layer : {&conv1_, &conv2_, &conv3_}) {
      // Keeps the variance of the signal through ReLUs (He et al. 2015), which matters without batch norm.
      torch::nn::init::kaiming_normal_((*layer)->weight, 0.0, torch::kFanIn, torch::kReLU);
      torch::nn::init::zeros_((*layer)->bias);
    }
    register_module("conv1", conv1_);
    register_module("conv2", conv2_);
    register_module("conv3", conv3_);
    register_module("head", head_);
  }

  at::Tensor forward(at::Tensor pixels) override {
    at::Tensor x = at::max_pool2d(at::relu(conv1_->forward(pixels)), 2);
    x = at::max_pool2d(at::relu(conv2_->forward(x)), 2);
    x = at::relu(conv3_->forward(x));
    return head_->forward(x.mean({2, 3}));
  }

 private:
  static torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1));
  }

  torch::nn::Conv2d conv1_;
  torch::nn::Conv2d conv2_;
  torch::nn::Conv2d conv3_;
  torch::nn::Linear head_;
};

}  // namespace

Kind small_kind() {
  return {
      .name = "small",
      .summary = "3 convolutions (32, 64, 128), mean of each map, 1 linear layer",
      .smallest_input = 4,
      .scaling = Scaling::standardise,
      .defaults = {.input = 64, .batch = 32, .learning_rate = 0.02, .momentum = 0.9, .weight_decay = 0.0},
      .build = [](const Shape& shape) -> std::shared_ptr<Model> { return std::make_shared<Small>(shape); },
  };
}

}  // namespace frag::models
