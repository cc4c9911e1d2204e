// What turns gradients into a step: five small rules over a model's parameters, each with what it remembers
// of earlier steps. Ours rather than LibTorch's, because what they remember must go into a checkpoint and
// come back bit for bit, and LibTorch keeps it under other keys in each of its versions.
//
// The rules are PyTorch's (torch.optim), to rounding; a test holds them together. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/models/model.h"
#include "trainer/tensor_file.h"
#include "trainer/train_settings.h"

namespace frag::trainer {

class Optimiser {
 public:
  // Of the settings: optimiser, momentum and weight_decay. Shares the model's parameters.
  Optimiser(const models::Model& model, const TrainSettings& settings);

  // Before every backward pass.
  void clear_gradients();

  // Moves every parameter that has a gradient.
  void step(double learning_rate);

  // What it remembers, as a safetensors file: "momentum.NAME" (sgd, nesterov), "mean.NAME" and "square.NAME"
  // (adam, adamw), "square.NAME" (adagrad), and "steps", which each parameter has taken.
  std::string state() const;

  // Errc::bad_input that begins with `what` where it is another model's or another optimiser's.
  void restore(const rounds::WeightsFile& file, const std::string& what);

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter;
    at::Tensor first;   // momentum or mean; undefined where there is none
    at::Tensor second;  // square
    std::int64_t steps = 0;
  };

  std::vector<NamedTensor> tensors(const at::Tensor& steps) const;
  void move(Slot& slot, double learning_rate) const;
  void move_by_momentum(Slot& slot, const at::Tensor& gradient, double learning_rate) const;

  OptimiserKind kind_;
  double momentum_;
  double weight_decay_;
  std::vector<Slot> slots_;
};

}  // namespace frag::trainer
