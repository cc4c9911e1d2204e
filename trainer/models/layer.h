// What networks are made of, as LibTorch sees it: modules with one input and one output.
//
// A Layer belongs to one thread at a time. Only API that LibTorch 1.13 and 2.x share is used.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <string>

namespace frag::models {

class ScriptBody;

class Layer : public torch::nn::Module {
 public:
  virtual at::Tensor forward(const at::Tensor& x) = 0;

  // Adds statements of TorchScript to `body` (script_writer.h) that make of the value `x` what forward() does
  // while it evaluates, and gives the name of the result.
  virtual std::string script(ScriptBody& body, const std::string& x) const = 0;

  // Multiply-adds of the last pass on paper (layers.h) for one input, those of children not included.
  virtual std::int64_t operations() const { return 0; }
};

// A whole network. forward: [N, channels, S, S] normalised pixels -> [N, classes] logits; S at least the
// kind's smallest input.
class Model : public Layer {
 public:
  // The second opinion that some networks give while they train: logits of the last forward(), undefined
  // where there are none. They add kAuxiliaryWeight times their cross entropy to the loss.
  virtual at::Tensor auxiliary_logits() { return {}; }
};

// Szegedy et al. 2015, the only ones here to use it.
inline constexpr double kAuxiliaryWeight = 0.4;

}  // namespace frag::models
