#include "trainer/optimiser.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <cmath>

namespace frag::trainer {
namespace {

constexpr double kMeanDecay = 0.9;
constexpr double kSquareDecay = 0.999;
constexpr double kAdamEpsilon = 1e-8;
constexpr double kAdagradEpsilon = 1e-10;

// Zeros that lie in memory as `tensor` does: two orders of equal numbers may round differently.
at::Tensor zeros_beside(const at::Tensor& tensor) {
  return at::zeros_like(tensor, at::MemoryFormat::Preserve);
}

// One step of Adam with bias corrections; `steps` counts this one.
void move_by_moments(at::Tensor& parameter, at::Tensor& mean, at::Tensor& square, const at::Tensor& gradient,
                     std::int64_t steps, double learning_rate) {
  const double count = static_cast<double>(steps);
  const double mean_share = 1.0 - std::pow(kMeanDecay, count);
  const double square_share = 1.0 - std::pow(kSquareDecay, count);
  mean.mul_(kMeanDecay).add_(gradient, 1.0 - kMeanDecay);
  square.mul_(kSquareDecay).addcmul_(gradient, gradient, 1.0 - kSquareDecay);
  const at::Tensor scale = square.sqrt().div_(std::sqrt(square_share)).add_(kAdamEpsilon);
  parameter.addcdiv_(mean, scale, -learning_rate / mean_share);
}

}  // namespace

Optimiser::Optimiser(const models::Model& model, const TrainSettings& settings)
    : kind_(settings.optimiser), momentum_(settings.momentum), weight_decay_(settings.weight_decay) {
  const c10::NoGradGuard no_grad;
  const bool adam = kind_ == OptimiserKind::adam || kind_ == OptimiserKind::adamw;
  const bool plain = kind_ == OptimiserKind::sgd || kind_ == OptimiserKind::nesterov;
  for (const auto& item : model.named_parameters()) {
    Slot slot{.name = item.key(), .parameter = item.value(), .first = {}, .second = {}};
    if (adam || (plain && momentum_ > 0)) slot.first = zeros_beside(slot.parameter);
    if (adam || kind_ == OptimiserKind::adagrad) slot.second = zeros_beside(slot.parameter);
    slots_.push_back(std::move(slot));
  }
}

void Optimiser::clear_gradients() {
  for (Slot& slot : slots_) slot.parameter.mutable_grad().reset();
}

void Optimiser::step(double learning_rate) {
  const c10::NoGradGuard no_grad;
  for (Slot& slot : slots_) {
    if (!slot.parameter.grad().defined()) continue;
    ++slot.steps;
    move(slot, learning_rate);
  }
}

void Optimiser::move(Slot& slot, double learning_rate) const {
  at::Tensor gradient = slot.parameter.grad();
  if (kind_ == OptimiserKind::adamw) {
    slot.parameter.mul_(1.0 - learning_rate * weight_decay_);
  } else if (weight_decay_ > 0) {
    gradient = gradient.add(slot.parameter, weight_decay_);
  }
  switch (kind_) {
    case OptimiserKind::sgd:
    case OptimiserKind::nesterov:
      return move_by_momentum(slot, gradient, learning_rate);
    case OptimiserKind::adam:
    case OptimiserKind::adamw:
      return move_by_moments(slot.parameter, slot.first, slot.second, gradient, slot.steps, learning_rate);
    case OptimiserKind::adagrad:
      slot.second.addcmul_(gradient, gradient, 1.0);
      slot.parameter.addcdiv_(gradient, slot.second.sqrt().add_(kAdagradEpsilon), -learning_rate);
      return;
  }
}

void Optimiser::move_by_momentum(Slot& slot, const at::Tensor& gradient, double learning_rate) const {
  if (!slot.first.defined()) {
    slot.parameter.add_(gradient, -learning_rate);
    return;
  }
  slot.first.mul_(momentum_).add_(gradient);
  const bool ahead = kind_ == OptimiserKind::nesterov;
  slot.parameter.add_(ahead ? gradient.add(slot.first, momentum_) : slot.first, -learning_rate);
}

std::vector<NamedTensor> Optimiser::tensors(const at::Tensor& steps) const {
  const char* first = kind_ == OptimiserKind::adam || kind_ == OptimiserKind::adamw ? "mean." : "momentum.";
  std::vector<NamedTensor> all{named_tensor("steps", steps, rounds::TensorKind::counter)};
  for (const Slot& slot : slots_) {
    const auto add = [&](const std::string& name, const at::Tensor& tensor) {
      if (tensor.defined()) all.push_back(named_tensor(name, tensor, rounds::TensorKind::buffer));
    };
    add(first + slot.name, slot.first);
    add("square." + slot.name, slot.second);
  }
  return all;
}

std::string Optimiser::state() const {
  std::vector<std::int64_t> steps;
  for (const Slot& slot : slots_) steps.push_back(slot.steps);
  const auto count = static_cast<std::int64_t>(steps.size());
  return write_tensors(tensors(at::from_blob(steps.data(), {count}, at::kLong)), nullptr);
}

void Optimiser::restore(const rounds::WeightsFile& file, const std::string& what) {
  const at::Tensor steps = at::zeros({static_cast<std::int64_t>(slots_.size())}, at::kLong);
  load_tensors(tensors(steps), file, what);
  for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i].steps = steps.data_ptr<std::int64_t>()[i];
}

}  // namespace frag::trainer
