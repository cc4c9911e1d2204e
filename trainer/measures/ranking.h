// Measures of the order in which probabilities put classes and fragments. Pure functions; `truth` are class
// numbers below probabilities.classes(), one a row, Errc::internal otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trainer/measures/probabilities.h"

namespace frag::trainer {

// Share of fragments whose class is among the `k` most probable, in [0, 1]; 0 of none. Of equal probabilities
// the lower class number comes first, so that k = 1 is the accuracy of most_probable(). 1 from k = classes
// on.
double top_k_accuracy(std::span<const std::uint32_t> truth, const Probabilities& probabilities,
                      std::size_t k);

// The area under the receiver operating characteristic, each class against all others: the chance that a
// fragment of the class has a higher probability of it than one of another class, half a point for a tie.
// U / (positives * negatives) with U of Mann and Whitney (1947), Hanley and McNeil (1982).
struct RocAuc {
  std::vector<std::optional<double>> classes;  // nothing without positives, or without negatives
  std::optional<double> macro;                 // mean over the classes that have one
  std::optional<double> weighted;              // the same, each class counting by its fragments
};

RocAuc roc_auc(std::span<const std::uint32_t> truth, const Probabilities& probabilities);

}  // namespace frag::trainer
