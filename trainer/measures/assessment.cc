#include "trainer/measures/assessment.h"

#include "trainer/measures/members.h"

namespace frag::trainer {
namespace {

constexpr std::size_t kReportedRanks[] = {2, 3, 5};

std::vector<std::uint32_t> chosen(std::span<const std::uint32_t> values,
                                  std::span<const std::uint32_t> places) {
  std::vector<std::uint32_t> out;
  out.reserve(places.size());
  for (const std::uint32_t i : places) out.push_back(values[i]);
  return out;
}

Scores score_votes(const SourceVotes& votes, std::size_t classes, std::uint64_t seed) {
  return score(votes.truth, votes.predicted, votes.groups, classes, seed);
}

SourceVotes majority_vote(const MeasuredSet& set, std::span<const std::uint32_t> predicted) {
  return vote(set, Probabilities(one_hot(predicted, set.classes), set.classes));
}

std::vector<TopK> top_k_of(std::span<const std::uint32_t> truth, const Probabilities& probabilities) {
  std::vector<TopK> all;
  for (const std::size_t k : kReportedRanks) {
    if (k < probabilities.classes()) all.push_back({k, top_k_accuracy(truth, probabilities, k)});
  }
  return all;
}

}  // namespace

Scores score(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted,
             std::span<const std::uint32_t> groups, std::size_t classes, std::uint64_t seed) {
  Scores scores{.measures = measure(truth, predicted, classes)};
  if (groups.size() != truth.size()) throw Error(Errc::internal, "truths and groups differ in number");
  const auto intervals = bootstrap_intervals(groups, seed, [&](std::span<const std::uint32_t> places) {
    const Measures redrawn = measure(chosen(truth, places), chosen(predicted, places), classes);
    return std::vector<double>{redrawn.accuracy, redrawn.macro.f1};
  });
  if (!intervals.empty()) {
    scores.accuracy = intervals[0];
    scores.macro_f1 = intervals[1];
  }
  return scores;
}

Assessment assess(const MeasuredSet& set, const Probabilities& probabilities, std::uint64_t seed) {
  const std::vector<std::uint32_t> predicted = most_probable(probabilities);
  const SourceVotes votes = vote(set, probabilities);
  const SourceVotes majority = majority_vote(set, predicted);
  return {.groups = members_of(set.groups).size(),
          .fragments = score(set.truth, predicted, set.groups, set.classes, seed),
          .sources = score_votes(votes, set.classes, seed),
          .sources_of_several_classes = votes.of_several_classes,
          .majority_accuracy = accuracy_of(majority.truth, majority.predicted),
          .top_k = top_k_of(set.truth, probabilities),
          .roc_auc = roc_auc(set.truth, probabilities),
          .calibration = calibration(set.truth, probabilities)};
}

ClassAssessment assess_classes(const MeasuredSet& set, std::span<const std::uint32_t> predicted,
                               std::uint64_t seed) {
  return {.fragments = score(set.truth, predicted, set.groups, set.classes, seed),
          .sources = score_votes(majority_vote(set, predicted), set.classes, seed)};
}

}  // namespace frag::trainer
