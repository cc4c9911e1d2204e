// InceptionV3 (Szegedy et al., "Rethinking the Inception architecture for computer vision", 2015), as
// torchvision has it: without its auxiliary head, and with it.
#include <ATen/Functions.h>

#include <utility>

#include "trainer/models/initial.h"
#include "trainer/models/model.h"
#include "trainer/models/script_writer.h"

namespace frag::models {
namespace {

// Branches beside each other on one input, their maps joined. All layers are children of this one, as in the
// published networks, whatever branch they are in.
class Mixed : public Layer {
 public:
  struct Branch {
    std::vector<Named> steps;      // one after the other; those without numbers need no name
    std::vector<Named> ends = {};  // beside each other on what the last step gives; empty: that itself
  };

  explicit Mixed(std::vector<Branch> branches) : branches_(std::move(branches)) {
    for (const Branch& branch : branches_) {
      for (const auto* layers : {&branch.steps, &branch.ends}) {
        for (const auto& [name, layer] : *layers) {
          if (!name.empty()) register_module(name, layer);
        }
      }
    }
  }

  at::Tensor forward(const at::Tensor& x) override {
    std::vector<at::Tensor> maps;
    for (const Branch& branch : branches_) {
      at::Tensor y = x;
      for (const Named& step : branch.steps) y = step.layer->forward(y);
      for (const Named& end : branch.ends) maps.push_back(end.layer->forward(y));
      if (branch.ends.empty()) maps.push_back(y);
    }
    return at::cat(maps, 1);
  }

  std::string script(ScriptBody& body, const std::string& x) const override {
    const auto pass = [&body](const Named& layer, const std::string& y) {
      return layer.name.empty() ? layer.layer->script(body, y) : body.call(layer.name, *layer.layer, y);
    };
    std::string maps;
    const auto join = [&maps](const std::string& y) { maps += (maps.empty() ? "" : ", ") + y; };
    for (const Branch& branch : branches_) {
      std::string y = x;
      for (const Named& step : branch.steps) y = pass(step, y);
      for (const Named& end : branch.ends) join(pass(end, y));
      if (branch.ends.empty()) join(y);
    }
    return body.add("torch.cat([" + maps + "], 1)");
  }

 private:
  std::vector<Branch> branches_;
};

// Convolution, batch norm, ReLU.
LayerPtr unit(std::int64_t in, std::int64_t out, ConvOptions options) {
  options.bias = false;
  return chain({{"conv", conv(in, out, options)}, {"bn", batch_norm(out, {.epsilon = 0.001})}, relu()});
}

constexpr ConvOptions k1x1{.kernel = 1};
constexpr ConvOptions k1x3{.kernel = {1, 3}, .padding = {0, 1}};
constexpr ConvOptions k3x1{.kernel = {3, 1}, .padding = {1, 0}};
constexpr ConvOptions k3x3{.kernel = 3, .padding = 1};
constexpr ConvOptions k5x5{.kernel = 5, .padding = 2};
constexpr ConvOptions k1x7{.kernel = {1, 7}, .padding = {0, 3}};
constexpr ConvOptions k7x1{.kernel = {7, 1}, .padding = {3, 0}};
constexpr ConvOptions kHalving{.kernel = 3, .stride = 2};

// 5x5 and twice 3x3, on the largest maps.
LayerPtr mixed_5(std::int64_t in, std::int64_t pooled) {
  return std::make_shared<Mixed>(
      std::vector<Mixed::Branch>{{{{"branch1x1", unit(in, 64, k1x1)}}},
                                 {{{"branch5x5_1", unit(in, 48, k1x1)}, {"branch5x5_2", unit(48, 64, k5x5)}}},
                                 {{{"branch3x3dbl_1", unit(in, 64, k1x1)},
                                   {"branch3x3dbl_2", unit(64, 96, k3x3)},
                                   {"branch3x3dbl_3", unit(96, 96, k3x3)}}},
                                 {{average_pool(3, 1, 1), {"branch_pool", unit(in, pooled, k1x1)}}}});
}

// Halves the maps.
LayerPtr mixed_6a(std::int64_t in) {
  return std::make_shared<Mixed>(std::vector<Mixed::Branch>{{{{"branch3x3", unit(in, 384, kHalving)}}},
                                                            {{{"branch3x3dbl_1", unit(in, 64, k1x1)},
                                                              {"branch3x3dbl_2", unit(64, 96, k3x3)},
                                                              {"branch3x3dbl_3", unit(96, 96, kHalving)}}},
                                                            {{max_pool(3, 2)}}});
}

// 7x7 as 1x7 and 7x1, once and twice, `width` maps wide.
LayerPtr mixed_6(std::int64_t width) {
  constexpr std::int64_t kIn = 768;
  return std::make_shared<Mixed>(
      std::vector<Mixed::Branch>{{{{"branch1x1", unit(kIn, 192, k1x1)}}},
                                 {{{"branch7x7_1", unit(kIn, width, k1x1)},
                                   {"branch7x7_2", unit(width, width, k1x7)},
                                   {"branch7x7_3", unit(width, 192, k7x1)}}},
                                 {{{"branch7x7dbl_1", unit(kIn, width, k1x1)},
                                   {"branch7x7dbl_2", unit(width, width, k7x1)},
                                   {"branch7x7dbl_3", unit(width, width, k1x7)},
                                   {"branch7x7dbl_4", unit(width, width, k7x1)},
                                   {"branch7x7dbl_5", unit(width, 192, k1x7)}}},
                                 {{average_pool(3, 1, 1), {"branch_pool", unit(kIn, 192, k1x1)}}}});
}

// Halves the maps again.
LayerPtr mixed_7a(std::int64_t in) {
  return std::make_shared<Mixed>(std::vector<Mixed::Branch>{
      {{{"branch3x3_1", unit(in, 192, k1x1)}, {"branch3x3_2", unit(192, 320, kHalving)}}},
      {{{"branch7x7x3_1", unit(in, 192, k1x1)},
        {"branch7x7x3_2", unit(192, 192, k1x7)},
        {"branch7x7x3_3", unit(192, 192, k7x1)},
        {"branch7x7x3_4", unit(192, 192, kHalving)}}},
      {{max_pool(3, 2)}}});
}

// 1x3 and 3x1 beside each other, on the smallest maps.
LayerPtr mixed_7(std::int64_t in) {
  return std::make_shared<Mixed>(std::vector<Mixed::Branch>{
      {{{"branch1x1", unit(in, 320, k1x1)}}},
      {{{"branch3x3_1", unit(in, 384, k1x1)}},
       {{"branch3x3_2a", unit(384, 384, k1x3)}, {"branch3x3_2b", unit(384, 384, k3x1)}}},
      {{{"branch3x3dbl_1", unit(in, 448, k1x1)}, {"branch3x3dbl_2", unit(448, 384, k3x3)}},
       {{"branch3x3dbl_3a", unit(384, 384, k1x3)}, {"branch3x3dbl_3b", unit(384, 384, k3x1)}}},
      {{average_pool(3, 1, 1), {"branch_pool", unit(in, 192, k1x1)}}}});
}

// Passes its input on; while training, also makes logits of it and keeps them until they are taken.
class AuxiliaryHead : public Chain {
 public:
  explicit AuxiliaryHead(const std::shared_ptr<Weighted>& fc)
      : Chain(std::vector<Named>{average_pool(5, 3),
                                 {"conv0", unit(768, 128, k1x1)},
                                 {"conv1", unit(128, 768, {.kernel = 5})},
                                 map_means(),
                                 {"fc", fc}}) {}

  at::Tensor forward(const at::Tensor& x) override {
    logits_ = is_training() ? Chain::forward(x) : at::Tensor();
    return x;
  }
  std::string script(ScriptBody&, const std::string& x) const override { return x; }
  at::Tensor take_logits() { return std::exchange(logits_, {}); }

 private:
  at::Tensor logits_;
};

class InceptionWithHead : public Chain {
 public:
  InceptionWithHead(const std::vector<Named>& layers, std::shared_ptr<AuxiliaryHead> head)
      : Chain(layers), head_(std::move(head)) {}
  at::Tensor auxiliary_logits() override { return head_->take_logits(); }

 private:
  std::shared_ptr<AuxiliaryHead> head_;
};

// From pixels to 768 maps: where the auxiliary head sits.
std::vector<Named> inception_trunk(std::int64_t channels) {
  return {{"Conv2d_1a_3x3", unit(channels, 32, kHalving)},
          {"Conv2d_2a_3x3", unit(32, 32, {.kernel = 3})},
          {"Conv2d_2b_3x3", unit(32, 64, k3x3)},
          {"maxpool1", max_pool(3, 2)},
          {"Conv2d_3b_1x1", unit(64, 80, k1x1)},
          {"Conv2d_4a_3x3", unit(80, 192, {.kernel = 3})},
          {"maxpool2", max_pool(3, 2)},
          {"Mixed_5b", mixed_5(192, 32)},
          {"Mixed_5c", mixed_5(256, 64)},
          {"Mixed_5d", mixed_5(288, 64)},
          {"Mixed_6a", mixed_6a(288)},
          {"Mixed_6b", mixed_6(128)},
          {"Mixed_6c", mixed_6(160)},
          {"Mixed_6d", mixed_6(160)},
          {"Mixed_6e", mixed_6(192)}};
}

enum class Head { no, yes };

std::vector<Named> inception_top(std::int64_t classes) {
  return {{"Mixed_7a", mixed_7a(768)}, {"Mixed_7b", mixed_7(1280)}, {"Mixed_7c", mixed_7(2048)},
          {"avgpool", map_means()},    {"dropout", dropout(0.5)},   {"fc", linear(2048, classes)}};
}

// Normal weights and PyTorch's own biases. What is published cuts the weights off at 2, twenty deviations
// away: not at all.
Draw inception_linear(double deviation) {
  return [deviation](Weighted& layer) {
    uniform()(layer);
    layer.weight.normal_(0.0, deviation);
  };
}

std::shared_ptr<Model> build_inception(const Shape& shape, Head head) {
  std::vector<Named> layers = inception_trunk(shape.channels);
  const std::vector<Named> top = inception_top(shape.classes);
  if (head == Head::no) {
    layers.insert(layers.end(), top.begin(), top.end());
    return drawn(chain(layers), normal(0.1), inception_linear(0.1));
  }
  const auto fc = linear(768, shape.classes);
  const auto auxiliary = std::make_shared<AuxiliaryHead>(fc);
  layers.emplace_back("AuxLogits", auxiliary);
  layers.insert(layers.end(), top.begin(), top.end());
  const auto network =
      drawn(std::make_shared<InceptionWithHead>(layers, auxiliary), normal(0.1), inception_linear(0.1));
  drawn(fc, inception_linear(0.001));
  return network;
}

Kind inception_kind(const std::string& name, const std::string& addition, std::int64_t smallest_input,
                    Head head) {
  return {.name = name,
          .summary = "InceptionV3: 11 mixed blocks of 3 or 4 branches" + addition,
          .smallest_input = smallest_input,
          .defaults = {.input = 299, .learning_rate = 0.0125, .weight_decay = 1e-4},
          .build = [head](const Shape& shape) { return build_inception(shape, head); }};
}

}  // namespace

std::vector<Kind> inception_kinds() {
  return {inception_kind("inception_v3", "", 75, Head::no),
          // Below 299 pixels the auxiliary head's 5x5 convolution finds no place.
          inception_kind("inception_v3_aux", ", and an auxiliary head while training", 299, Head::yes)};
}

}  // namespace frag::models
