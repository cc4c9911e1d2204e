// How much each class counts in the loss. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/train_settings.h"

namespace frag::trainer {

// all / (classes that occur * how often the class occurs): with them every class has the same say. 1 for a
// class that does not occur. `counts` has the fragments of each class.
std::vector<double> balanced_weights(std::span<const std::uint64_t> counts);

// What the settings say for an epoch of so many fragments of each class; empty where all count alike.
std::vector<double> class_weights_of(const TrainSettings& settings, std::span<const std::uint64_t> counts);

}  // namespace frag::trainer
