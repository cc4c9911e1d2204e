#include "trainer/measures/calibration.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/error.h"

namespace frag::trainer {
namespace {

std::size_t bin_of(double confidence) {
  const double place = std::ceil(confidence * static_cast<double>(kCalibrationBins)) - 1.0;
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(kCalibrationBins - 1)));
}

}  // namespace

Calibration calibration(std::span<const std::uint32_t> truth, const Probabilities& probabilities) {
  if (truth.size() != probabilities.size()) {
    throw Error(Errc::internal, "truths and probabilities differ in number");
  }
  Calibration result{.bins = std::vector<CalibrationBin>(kCalibrationBins)};
  const std::vector<std::uint32_t> predicted = most_probable(probabilities);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto confidence = static_cast<double>(probabilities.row(i)[predicted[i]]);
    CalibrationBin& bin = result.bins[bin_of(confidence)];
    ++bin.fragments;
    bin.confidence += confidence;
    bin.accuracy += predicted[i] == truth[i] ? 1.0 : 0.0;
  }
  for (CalibrationBin& bin : result.bins) {
    if (bin.fragments == 0) continue;
    result.error += std::abs(bin.accuracy - bin.confidence) / static_cast<double>(truth.size());
    bin.confidence /= static_cast<double>(bin.fragments);
    bin.accuracy /= static_cast<double>(bin.fragments);
  }
  return result;
}

}  // namespace frag::trainer
