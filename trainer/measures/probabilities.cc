#include "trainer/measures/probabilities.h"

#include <algorithm>

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

std::vector<float> one_hot(std::span<const std::uint32_t> predicted, std::size_t classes) {
  std::vector<float> rows(predicted.size() * classes, 0.0f);
  for (std::size_t i = 0; i < predicted.size(); ++i) rows[i * classes + predicted[i]] = 1.0f;
  return rows;
}

}  // namespace frag::trainer
