// A network beside its baseline on a sample that it was not trained on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/fetching/access.h"
#include "trainer/measures/assessment.h"
#include "trainer/network.h"

namespace frag::trainer {

struct EvaluationRequest {
  std::string split = "test";
  std::optional<std::uint64_t> count;  // absent: as many as a balanced draw gives, at most 3000
  std::uint64_t seed = 1;              // of the draw, and of the redraws behind intervals
};

struct Evaluation {
  std::string split;
  std::string dataset;  // its id
  // The fragments, in the order of the draw. Sources are indices into the catalogue, groups are numbered as
  // they first come.
  MeasuredSet set;
  std::vector<FragmentId> ids;
  std::vector<float> probabilities;  // [fragments, classes] row by row
  Assessment network;
  // Of the nearest neighbour on mean and variance, from a sample of split "train", or of the other folds, of
  // the same size where there is as much; absent where the dataset has neither.
  std::optional<ClassAssessment> baseline;
};

// Draws the sample, balanced over classes, and measures. Errc::bad_input where the classes are not the
// network's.
Evaluation evaluate(Network& network, Access& access, const EvaluationRequest& request);

// docs/evaluation.md has the keys, and what the lines mean.
Json to_json(const Evaluation& evaluation, const ModelCard& card);
std::string format_evaluation(const Evaluation& evaluation, const ModelCard& card);

}  // namespace frag::trainer
