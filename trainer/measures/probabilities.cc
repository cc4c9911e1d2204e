#include "trainer/measures/probabilities.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfrag/base/error.h"

namespace frag::trainer {

Probabilities::Probabilities(std::span<const float> values, std::size_t classes)
    : values_(values), classes_(classes) {
  if (classes == 0 || values.size() % classes != 0) {
    throw Error(Errc::internal, "probabilities are no whole rows");
  }
}

std::vector<std::uint32_t> most_probable(const Probabilities& probabilities) {
  std::vector<std::uint32_t> predicted;
  predicted.reserve(probabilities.size());
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const auto row = probabilities.row(i);
    predicted.push_back(static_cast<std::uint32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return predicted;
}

double cross_entropy(const Probabilities& probabilities, std::span<const std::uint32_t> labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum -= std::log(
        static_cast<double>(std::max(probabilities.row(i)[labels[i]], std::numeric_limits<float>::min())));
  }
  return labels.empty() ? 0.0 : sum / static_cast<double>(labels.size());
}

std::vector<float> one_hot(std::span<const std::uint32_t> predicted, std::size_t classes) {
  std::vector<float> rows(predicted.size() * classes, 0.0f);
  for (std::size_t i = 0; i < predicted.size(); ++i) rows[i * classes + predicted[i]] = 1.0f;
  return rows;
}

}  // namespace frag::trainer
