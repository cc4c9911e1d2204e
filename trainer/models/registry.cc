#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include "trainer/models/layers.h"
#include "trainer/models/model.h"

namespace frag::models {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> list;
    for (const auto family : {small_kinds, tcnn_kinds, alexnet_kinds, vgg_kinds, resnet_kinds,
                              inception_kinds, mobilenet_kinds}) {
      for (Kind& kind : family()) list.push_back(std::move(kind));
    }
    return list;
  }();
  return all;
}

const Kind* find_kind(const std::string& name) {
  for (const Kind& kind : kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::int64_t parameter_count(const Model& model) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : model.parameters()) count += parameter.numel();
  return count;
}

Size measure(const Kind& kind, const Shape& shape) {
  const Paper paper;
  const c10::NoGradGuard no_grad;
  const std::shared_ptr<Model> model = kind.build(shape);
  model->eval();
  model->forward(at::empty({1, shape.channels, shape.input, shape.input}, at::device(at::kMeta)));
  Size size{.parameters = parameter_count(*model)};
  for (const auto& module : model->modules()) {
    if (const auto* layer = dynamic_cast<const Layer*>(module.get())) size.operations += layer->operations();
  }
  return size;
}

}  // namespace frag::models
