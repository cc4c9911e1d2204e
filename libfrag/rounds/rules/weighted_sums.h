// The inner loop of every rule that averages: sums of floats in double, in a settled order.
#pragma once

#include <cstddef>
#include <span>

namespace frag::rounds {

// sums[i] = 0 + weights[0] * results[0][first + i] + weights[1] * results[1][first + i] + ..., from left to
// right, each product and each sum rounded to double: the same bits on every processor, whichever of its
// vector instructions are used. There are as many weights as results. Pure; any thread.
void weighted_sums(std::span<const std::span<const float>> results, std::span<const double> weights,
                   std::size_t first, std::span<double> sums);

}  // namespace frag::rounds
