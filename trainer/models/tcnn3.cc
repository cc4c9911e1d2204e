// T-CNN-3: a texture network whose "energy" layer reduces each map of the third convolution to its mean
// (Andrearczyk and Whelan, "Using filter banks in convolutional neural networks for texture classification",
// 2016), with the layers, the initial weights and the settings of the authors' Caffe files.
#include <torch/nn/init.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "trainer/models/model.h"

namespace frag::models {
namespace {

template <class Layer>
void initialise(Layer& layer, double deviation, double bias) {
  torch::nn::init::normal_(layer->weight, 0.0, deviation);
  torch::nn::init::constant_(layer->bias, bias);
}

class Tcnn3 : public Model {
 public:
  explicit Tcnn3(const Shape& shape)
      : conv1_(torch::nn::Conv2dOptions(shape.channels, 96, 11).stride(4)),
        conv2_(torch::nn::Conv2dOptions(96, 256, 5).padding(2).groups(2)),
        conv3_(torch::nn::Conv2dOptions(256, 384, 3).padding(1)),
        norm_(torch::nn::LocalResponseNormOptions(5).alpha(1e-4).beta(0.75)),
        fc1_(384, 4096),
        fc2_(4096, 4096),
        fc3_(4096, shape.classes),
        dropout_(0.5) {
    initialise(conv1_, 0.01, 0);
    initialise(conv2_, 0.01, 1);
    initialise(conv3_, 0.01, 0);
    initialise(fc1_, 0.005, 1);
    initialise(fc2_, 0.005, 1);
    initialise(fc3_, 0.005, 0);
    register_module("conv1", conv1_);
    register_module("conv2", conv2_);
    register_module("conv3", conv3_);
    register_module("norm", norm_);
    register_module("fc1", fc1_);
    register_module("fc2", fc2_);
    register_module("fc3", fc3_);
    register_module("dropout", dropout_);
  }

  at::Tensor forward(at::Tensor pixels) override {
    at::Tensor x = norm_->forward(at::max_pool2d(at::relu(conv1_->forward(pixels)), 3, 2));
    x = norm_->forward(at::max_pool2d(at::relu(conv2_->forward(x)), 3, 2));
    const at::Tensor energy = at::relu(conv3_->forward(x)).mean({2, 3});
    x = dropout_->forward(at::relu(fc1_->forward(energy)));
    x = dropout_->forward(at::relu(fc2_->forward(x)));
    return fc3_->forward(x);
  }

 private:
  torch::nn::Conv2d conv1_;
  torch::nn::Conv2d conv2_;
  torch::nn::Conv2d conv3_;
  torch::nn::LocalResponseNorm norm_;
  torch::nn::Linear fc1_;
  torch::nn::Linear fc2_;
  torch::nn::Linear fc3_;
  torch::nn::Dropout dropout_;
};

}  // namespace

Kind tcnn3_kind() {
  return {
      .name = "tcnn3",
      .summary = "T-CNN-3: 3 convolutions (96, 256, 384), energy layer, 3 linear layers, dropout",
      .smallest_input = 35,
      .scaling = Scaling::subtract_mean,
      .defaults = {.input = 227, .batch = 32, .learning_rate = 0.001, .momentum = 0.9, .weight_decay = 0.004},
      .build = [](const Shape& shape) -> std::shared_ptr<Model> { return std::make_shared<Tcnn3>(shape); },
  };
}

}  // namespace frag::models
