// The networks that fragtrain knows. This folder needs LibTorch and nothing else of ours.
//
// Each family is a file: tables of layers (layers.h) with the names and the numbers of torchvision's
// networks, so that weights published for those fit ours.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trainer/models/layer.h"

namespace frag::models {

// What is to be told apart, in how many channels, and how large.
struct Shape {
  std::int64_t channels = 1;  // 1 (grey) or 3 (RGB)
  std::int64_t classes = 2;   // at least 2
  std::int64_t input = 64;    // edge of the input, pixels; only networks that are tied to one ask for it
};

// How pixels (0..255) become a network's input.
enum class Scaling {
  standardise,    // (pixel - mean) / standard deviation, a channel
  subtract_mean,  // pixel - mean, a channel
};

// The settings that the model's authors, or we, found to train it from scratch. Where theirs are for a larger
// batch, the learning rate is smaller in proportion.
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
  std::function<std::shared_ptr<Model>(const Shape& shape)> build;
};

// All kinds, in the order in which they are listed.
const std::vector<Kind>& kinds();

// nullptr where there is none of that name.
const Kind* find_kind(const std::string& name);

// Numbers that training changes.
std::int64_t parameter_count(const Model& model);

struct Size {
  std::int64_t parameters = 0;
  std::int64_t operations = 0;  // multiply-adds of convolutions and linear layers, for one input
};

// Found on paper (layers.h), without weights: quick for every kind. c10::Error where the input is too small.
Size measure(const Kind& kind, const Shape& shape);

std::vector<Kind> small_kinds();      // small.cc
std::vector<Kind> tcnn_kinds();       // tcnn.cc
std::vector<Kind> alexnet_kinds();    // alexnet.cc
std::vector<Kind> vgg_kinds();        // vgg.cc
std::vector<Kind> resnet_kinds();     // resnet.cc
std::vector<Kind> inception_kinds();  // inception.cc
std::vector<Kind> mobilenet_kinds();  // mobilenet.cc

}  // namespace frag::models
