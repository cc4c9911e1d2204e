// The networks that fragtrain knows, as LibTorch modules. This folder needs LibTorch and nothing else of
// ours.
//
// A Model belongs to one thread at a time. Only API that LibTorch 1.13 and 2.x share is used.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace frag::models {

// What is to be told apart, and in how many channels.
struct Shape {
  std::int64_t channels = 1;  // 1 (grey) or 3 (RGB)
  std::int64_t classes = 2;   // at least 2
};

class Model : public torch::nn::Module {
 public:
  // [N, channels, S, S] normalised pixels -> [N, classes] logits; S at least the kind's smallest input.
  virtual at::Tensor forward(at::Tensor pixels) = 0;
};

// How pixels (0..255) become a network's input.
enum class Scaling {
  standardise,    // (pixel - mean) / standard deviation, a channel
  subtract_mean,  // pixel - mean, a channel
};

// The settings that the model's authors, or we, found to train it from scratch.
struct Defaults {
  std::int64_t input = 64;  // edge of the input, pixels
  std::int64_t batch = 32;
  double learning_rate = 0.01;
  double momentum = 0.9;
  double weight_decay = 0.0;
};

struct Kind {
  std::string name;     // as written on command lines, in cards and in job files
  std::string summary;  // a line for people
  std::int64_t smallest_input = 1;
  Scaling scaling = Scaling::standardise;
  Defaults defaults;
  // A network with freshly drawn weights, from LibTorch's own generator: seed that first.
  std::shared_ptr<Model> (*build)(const Shape& shape) = nullptr;
};

// All kinds, in the order in which they are listed.
const std::vector<Kind>& kinds();

// nullptr where there is none of that name.
const Kind* find_kind(const std::string& name);

// Numbers that training changes.
std::int64_t parameter_count(const Model& model);

Kind small_kind();  // small.cc
Kind tcnn3_kind();  // tcnn3.cc

}  // namespace frag::models
