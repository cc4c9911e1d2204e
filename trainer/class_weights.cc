#include "trainer/class_weights.h"

#include <algorithm>

namespace frag::trainer {

std::vector<double> balanced_weights(std::span<const std::uint32_t> labels, std::size_t classes) {
  std::vector<std::size_t> counts(classes);
  for (const std::uint32_t label : labels) ++counts[label];
  const auto present = classes - static_cast<std::size_t>(std::count(counts.begin(), counts.end(), 0u));
  std::vector<double> weights;
  for (const std::size_t count : counts) {
    weights.push_back(count == 0 ? 1.0
                                 : static_cast<double>(labels.size()) / static_cast<double>(present * count));
  }
  return weights;
}

std::vector<double> class_weights_of(const TrainSettings& settings, std::span<const std::uint32_t> labels,
                                     std::size_t classes) {
  switch (settings.class_weighting) {
    case ClassWeighting::none:
      return {};
    case ClassWeighting::balanced:
      return balanced_weights(labels, classes);
    case ClassWeighting::given:
      return settings.class_weights;
  }
  return {};
}

}  // namespace frag::trainer
