#include "trainer/models/initial.h"

#include <c10/core/GradMode.h>

#include <cmath>
#include <utility>

namespace frag::models {
namespace {

thread_local bool t_undrawn = false;

void draw_once(Weighted& layer, const Draw& draw) {
  if (layer.weight.is_meta() || t_undrawn) return;
  const c10::NoGradGuard no_grad;
  draw(layer);
}

}  // namespace

Undrawn::Undrawn() : before_(std::exchange(t_undrawn, true)) {}

Undrawn::~Undrawn() {
  t_undrawn = before_;
}

Draw normal(double deviation, double bias) {
  return [=](Weighted& layer) {
    layer.weight.normal_(0.0, deviation);
    if (layer.bias.defined()) layer.bias.fill_(bias);
  };
}

Draw he_normal(Fan fan) {
  return [fan](Weighted& layer) {
    const std::int64_t count = fan == Fan::in ? layer.fan_in() : layer.fan_out();
    normal(std::sqrt(2.0 / static_cast<double>(count)))(layer);
  };
}

Draw uniform() {
  return [](Weighted& layer) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(layer.fan_in()));
    layer.weight.uniform_(-bound, bound);
    if (layer.bias.defined()) layer.bias.uniform_(-bound, bound);
  };
}

std::shared_ptr<Model> drawn(std::shared_ptr<Model> model, const Draw& convolutions, const Draw& linears) {
  for (const auto& module : model->modules()) {
    if (auto* layer = dynamic_cast<Weighted*>(module.get())) {
      draw_once(*layer, layer->is_linear() ? linears : convolutions);
    }
  }
  return model;
}

std::shared_ptr<Weighted> drawn(std::shared_ptr<Weighted> layer, const Draw& draw) {
  draw_once(*layer, draw);
  return layer;
}

}  // namespace frag::models
