#include "trainer/class_weights.h"

#include <algorithm>
#include <numeric>

namespace frag::trainer {

std::vector<double> balanced_weights(std::span<const std::uint64_t> counts) {
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const auto present =
      static_cast<double>(counts.size()) - static_cast<double>(std::count(counts.begin(), counts.end(), 0u));
  std::vector<double> weights;
  for (const std::uint64_t count : counts) {
    weights.push_back(count == 0 ? 1.0 : all / (present * static_cast<double>(count)));
  }
  return weights;
}

std::vector<double> class_weights_of(const TrainSettings& settings, std::span<const std::uint64_t> counts) {
  switch (settings.class_weighting) {
    case ClassWeighting::none:
      return {};
    case ClassWeighting::balanced:
      return balanced_weights(counts);
    case ClassWeighting::given:
      return settings.class_weights;
  }
  return {};
}

}  // namespace frag::trainer
