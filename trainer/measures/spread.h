// How much a measure differs between runs. Pure functions.
#pragma once

#include <span>

namespace frag::trainer {

struct Spread {
  double mean = 0;       // 0 of no values
  double deviation = 0;  // the sample's, with n - 1 below the squares; 0 of fewer than two values
};

Spread spread_of(std::span<const double> values);

}  // namespace frag::trainer
