// A network beside its baseline on a sample that it was not trained on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libfrag/fetching/access.h"
#include "trainer/metrics.h"
#include "trainer/network.h"

namespace frag::trainer {

struct EvaluationRequest {
  std::string split = "test";
  std::optional<std::uint64_t> count;  // absent: as many as a balanced draw gives, at most 3000
  std::uint64_t seed = 1;
};

struct Evaluation {
  std::string split;
  std::string dataset;  // its id
  std::size_t sources = 0;
  Measures measures;
  // Of the nearest neighbour on mean and variance, from a sample of split "train" of the same size where it
  // gives as much; absent where the dataset has no such split.
  std::optional<double> baseline_accuracy;
};

// Draws the sample, balanced over classes, and measures. Errc::bad_input where the classes are not the
// network's.
Evaluation evaluate(Network& network, Access& access, const EvaluationRequest& request);

Json to_json(const Evaluation& evaluation, const ModelCard& card);
std::string format_evaluation(const Evaluation& evaluation, const ModelCard& card);

}  // namespace frag::trainer
