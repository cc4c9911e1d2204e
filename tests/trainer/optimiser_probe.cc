// What optimiser_test.py asks our optimisers, to hold the answers against PyTorch's.
//
//   optimiser_probe KIND RATE MOMENTUM WEIGHT_DECAY STEPS
//     A model of two parameters, w [2, 3] = 0.1, 0.2, ... and b [2] = 1, -1, whose gradients in step t (from
//     1) are sin(t + i) for element i of w and cos(t + i) of b; b has none in step 2. Prints w and b after
//     STEPS steps, nine digits a number.
#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "trainer/optimiser.h"

using namespace frag;
using namespace frag::trainer;

namespace {

struct TwoTensors : models::Model {
  at::Tensor w = register_parameter("w", at::arange(1, 7).to(at::kFloat).mul(0.1).view({2, 3}).contiguous());
  at::Tensor b = register_parameter("b", at::tensor({1.0f, -1.0f}));

  at::Tensor forward(const at::Tensor& x) override { return x; }
  std::string script(models::ScriptBody&, const std::string& x) const override { return x; }
};

OptimiserKind kind_named(const std::string& name) {
  const auto* const found = std::find(std::begin(kOptimiserNames), std::end(kOptimiserNames), name);
  if (found == std::end(kOptimiserNames)) throw std::invalid_argument("no optimiser " + name);
  return static_cast<OptimiserKind>(found - std::begin(kOptimiserNames));
}

at::Tensor gradient(const at::Tensor& like, int step, double (*wave)(double)) {
  at::Tensor gradient = at::empty_like(like);
  for (std::int64_t i = 0; i < like.numel(); ++i) {
    gradient.data_ptr<float>()[i] = static_cast<float>(wave(step + static_cast<double>(i)));
  }
  return gradient;
}

void print_numbers(const at::Tensor& tensor) {
  for (std::int64_t i = 0; i < tensor.numel(); ++i) std::printf("%.9g\n", tensor.data_ptr<float>()[i]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const TwoTensors model;
  Optimiser optimiser(
      model,
      {.optimiser = kind_named(argv[1]), .momentum = std::atof(argv[3]), .weight_decay = std::atof(argv[4])});
  for (int step = 1; step <= std::atoi(argv[5]); ++step) {
    optimiser.clear_gradients();
    at::Tensor(model.w).mutable_grad() = gradient(model.w, step, std::sin);
    if (step != 2) at::Tensor(model.b).mutable_grad() = gradient(model.b, step, std::cos);
    optimiser.step(std::atof(argv[2]));
  }
  print_numbers(model.w);
  print_numbers(model.b);
}
