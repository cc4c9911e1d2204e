// How much each class counts in the loss. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trainer/train_settings.h"

namespace frag::trainer {

// size / (classes that occur * how often the class occurs): with them every class has the same say. 1 for a
// class that does not occur. `labels` are class numbers below `classes`.
std::vector<double> balanced_weights(std::span<const std::uint32_t> labels, std::size_t classes);

// What the settings say for an epoch of these labels; empty where all classes count alike.
std::vector<double> class_weights_of(const TrainSettings& settings, std::span<const std::uint32_t> labels,
                                     std::size_t classes);

}  // namespace frag::trainer
