// Whether a network is right as often as it says. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/measures/probabilities.h"

namespace frag::trainer {

inline constexpr std::size_t kCalibrationBins = 15;

// The fragments whose largest probability lies in (b / 15, (b + 1) / 15], bin 0 with its lower edge.
struct CalibrationBin {
  std::uint64_t fragments = 0;
  double confidence = 0;  // mean of their largest probabilities; 0 of no fragments
  double accuracy = 0;    // share that is called by its class; 0 of no fragments
};

struct Calibration {
  // Expected calibration error: sum over bins of fragments / all * |accuracy - confidence|, in [0, 1] (Guo,
  // Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017); 0 of no fragments.
  double error = 0;
  std::vector<CalibrationBin> bins{};  // kCalibrationBins of them
};

// `truth` are class numbers, one a row. Errc::internal where their number differs.
Calibration calibration(std::span<const std::uint32_t> truth, const Probabilities& probabilities);

}  // namespace frag::trainer
