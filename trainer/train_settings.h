// How a network is trained: what `fragtrain fit` takes from its command line, and a worker from its lease.
// Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "trainer/augmentation.h"

namespace frag::trainer {

enum class Schedule {
  constant,
  cosine,  // from the learning rate down to 0 over all epochs
  step,    // times step_factor every step_every epochs
};

enum class OptimiserKind {
  sgd,       // with momentum: v = momentum v + g, w = w - rate v
  nesterov,  // the same with w = w - rate (g + momentum v)
  adam,      // Kingma and Ba 2015; betas 0.9 and 0.999, epsilon 1e-8; weight decay is part of the gradient
  adamw,     // Loshchilov and Hutter 2019: the same, the weights shrink by rate * weight decay instead
  adagrad,   // Duchi et al. 2011; epsilon 1e-10
};

enum class ClassWeighting {
  none,
  balanced,  // fragments / (classes * fragments of the class), of each epoch's draw
  given,
};

enum class Precision {
  full,   // 32 bits
  mixed,  // convolutions and products of matrices in bfloat16, weights and sums in 32 bits
};

// As people write them, in their enum's order.
inline constexpr std::array kPrecisionNames{"full", "mixed"};
inline constexpr std::array kScheduleNames{"constant", "cosine", "step"};
inline constexpr std::array kOptimiserNames{"sgd", "nesterov", "adam", "adamw", "adagrad"};

struct TrainSettings {
  std::int64_t batch = 32;
  OptimiserKind optimiser = OptimiserKind::sgd;
  double learning_rate = 0.01;
  double momentum = 0.9;  // of sgd and nesterov
  double weight_decay = 0.0;
  Schedule schedule = Schedule::constant;
  double warmup = 0;        // share of all steps, in [0, 1), over which the rate rises from a tenth to itself
  double step_every = 1;    // epochs, above 0
  double step_factor = 1;   // above 0
  std::int64_t epochs = 1;  // what the schedule spans
  std::uint64_t seed = 0;   // of order, augmentation and dropout
  Augmentation augment{.turns = true};
  Precision precision = Precision::full;
  // Above 0, mu of mu/2 |W - W0|^2 added to the loss, W0 being the weights that the training begins with
  // (FedProx, Li et al. 2020).
  double proximal = 0;
  double largest_norm = 0;     // gradients above it are scaled down to it; 0: never
  double label_smoothing = 0;  // in [0, 1): this share of every target is spread evenly over all classes
  ClassWeighting class_weighting = ClassWeighting::none;
  std::vector<double> class_weights = {};  // where given: one a class, above 0
};

}  // namespace frag::trainer
