// How weights are drawn before training, from LibTorch's own generator: seed that first. Nothing is drawn on
// paper (layers.h).
#pragma once

#include <functional>
#include <memory>

#include "trainer/models/layers.h"

namespace frag::models {

// While one lives, this thread's layers keep whatever numbers they were made with: others are loaded over
// them.
class Undrawn {
 public:
  Undrawn();
  ~Undrawn();
  Undrawn(const Undrawn&) = delete;
  Undrawn& operator=(const Undrawn&) = delete;

 private:
  bool before_;
};

// Draws a layer's weight and bias.
using Draw = std::function<void(Weighted& layer)>;

// Weights from a normal distribution, biases constant.
Draw normal(double deviation, double bias = 0.0);

// He et al. 2015: normal with deviation sqrt(2 / fan), which keeps the variance of the signal (in) or of the
// gradient (out) through ReLUs; biases 0.
enum class Fan { in, out };
Draw he_normal(Fan fan);

// What PyTorch does unasked: all uniform within 1 / sqrt(fan in).
Draw uniform();

// Draws for every convolution and every linear layer in `model`, and gives it back.
std::shared_ptr<Model> drawn(std::shared_ptr<Model> model, const Draw& convolutions, const Draw& linears);

// Draws for this layer alone, and gives it back.
std::shared_ptr<Weighted> drawn(std::shared_ptr<Weighted> layer, const Draw& draw);

}  // namespace frag::models
