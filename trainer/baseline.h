// What could be had without looking at structure: the nearest neighbour on each fragment's mean and variance.
//
// Where it does as well as a network, the network may have learned light and colour only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/fragment_set.h"

namespace frag::trainer {

// The class of the training fragment whose features are nearest (squared Euclidean distance; the first of
// equals), for every test fragment. Features are [n, width] row by row and are first brought to mean 0 and
// deviation 1 by the training fragments' own; a feature of one value counts nothing. Errc::internal where
// there is no training fragment.
std::vector<std::uint32_t> nearest_neighbours(std::span<const float> train,
                                              std::span<const std::uint32_t> labels,
                                              std::span<const float> test, std::size_t width);

// nearest_neighbours over the moments() of both, with `train`'s labels.
std::vector<std::uint32_t> predict_baseline(const FragmentSet& train, const FragmentSet& test);

}  // namespace frag::trainer
