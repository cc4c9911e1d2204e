// All that `fragtrain eval` measures of a network and of its baseline, of fragments and of whole sources.
// Pure functions of numbers; docs/evaluation.md says what each measure is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trainer/measures/bootstrap.h"
#include "trainer/measures/calibration.h"
#include "trainer/measures/ranking.h"
#include "trainer/measures/votes.h"
#include "trainer/metrics.h"

namespace frag::trainer {

// Of predicted classes, with 95 % intervals over groups; none where there are fewer than 2 groups.
struct Scores {
  Measures measures;
  std::optional<Interval> accuracy{};
  std::optional<Interval> macro_f1{};
};

// `seed` is of the redraws. Errc::internal where lengths differ or a class number is too large.
Scores score(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted,
             std::span<const std::uint32_t> groups, std::size_t classes, std::uint64_t seed);

// Of a classifier that names classes and no more.
struct ClassAssessment {
  Scores fragments;
  Scores sources;  // by the majority of their fragments
};

struct TopK {
  std::size_t k = 0;
  double accuracy = 0;
};

// Of a network.
struct Assessment {
  std::size_t groups = 0;
  Scores fragments;
  Scores sources;  // by the sum of their fragments' probabilities
  std::size_t sources_of_several_classes = 0;
  double majority_accuracy = 0;  // of sources by the majority of their fragments
  std::vector<TopK> top_k;       // k of 2, 3 and 5, as far as there are more classes
  RocAuc roc_auc;
  Calibration calibration;
};

Assessment assess(const MeasuredSet& set, const Probabilities& probabilities, std::uint64_t seed);
ClassAssessment assess_classes(const MeasuredSet& set, std::span<const std::uint32_t> predicted,
                               std::uint64_t seed);

}  // namespace frag::trainer
