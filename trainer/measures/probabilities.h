// What a network said of fragments, row by row, and the class that each row means.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace frag::trainer {

// A view of [size, classes] probabilities, row by row: each in [0, 1], rows that sum to 1, no NaN. Whoever
// makes one keeps the numbers.
class Probabilities {
 public:
  // Errc::internal where `values` are no whole rows, or rows of nothing.
  Probabilities(std::span<const float> values, std::size_t classes);

  std::size_t size() const { return values_.size() / classes_; }
  std::size_t classes() const { return classes_; }
  // `i` in [0, size()).
  std::span<const float> row(std::size_t i) const { return values_.subspan(i * classes_, classes_); }

 private:
  std::span<const float> values_;
  std::size_t classes_;
};

// The class of the largest probability of every row; the lowest of equals.
std::vector<std::uint32_t> most_probable(const Probabilities& probabilities);

// The mean of -ln of what each row gives its label, a number below classes(); what is less than the smallest
// normal float counts as that, so this is the most that the mean can be. 0 of no rows.
inline const double kLargestCrossEntropy = -std::log(static_cast<double>(std::numeric_limits<float>::min()));
double cross_entropy(const Probabilities& probabilities, std::span<const std::uint32_t> labels);

// Rows of one 1 and else 0: a classifier without doubts. `predicted` are numbers below `classes`.
std::vector<float> one_hot(std::span<const std::uint32_t> predicted, std::size_t classes);

}  // namespace frag::trainer
