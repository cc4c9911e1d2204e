#include "trainer/measures/ranking.h"

#include <algorithm>
#include <utility>

#include "libfrag/base/error.h"

namespace frag::trainer {
namespace {

void check_rows(std::span<const std::uint32_t> truth, const Probabilities& probabilities) {
  if (truth.size() != probabilities.size()) {
    throw Error(Errc::internal, "truths and probabilities differ in number");
  }
  for (const std::uint32_t number : truth) {
    if (number >= probabilities.classes()) throw Error(Errc::internal, "a class number is too large");
  }
}

// How many classes come before `number` in a row.
std::size_t rank_of(std::span<const float> row, std::uint32_t number) {
  std::size_t rank = 0;
  for (std::size_t other = 0; other < row.size(); ++other) {
    if (row[other] > row[number] || (row[other] == row[number] && other < number)) ++rank;
  }
  return rank;
}

struct ScoredFragment {
  float score = 0;
  bool positive = false;
};

std::vector<ScoredFragment> scored_by(std::uint32_t number, std::span<const std::uint32_t> truth,
                                      const Probabilities& probabilities) {
  std::vector<ScoredFragment> scored;
  scored.reserve(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    scored.push_back({probabilities.row(i)[number], truth[i] == number});
  }
  std::sort(scored.begin(), scored.end(),
            [](const ScoredFragment& a, const ScoredFragment& b) { return a.score < b.score; });
  return scored;
}

// In halves, so that all but the last division is exact.
std::optional<double> area_of(const std::vector<ScoredFragment>& scored) {
  std::uint64_t positives = 0;
  std::uint64_t negatives = 0;
  std::uint64_t twice_u = 0;
  for (std::size_t i = 0; i < scored.size();) {
    std::uint64_t tied[2] = {0, 0};  // negatives, positives
    const float score = scored[i].score;
    for (; i < scored.size() && scored[i].score == score; ++i) ++tied[scored[i].positive ? 1 : 0];
    twice_u += tied[1] * (2 * negatives + tied[0]);
    negatives += tied[0];
    positives += tied[1];
  }
  if (positives == 0 || negatives == 0) return std::nullopt;
  return static_cast<double>(twice_u) /
         (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
}

}  // namespace

double top_k_accuracy(std::span<const std::uint32_t> truth, const Probabilities& probabilities,
                      std::size_t k) {
  check_rows(truth, probabilities);
  if (truth.empty()) return 0.0;
  std::uint64_t hits = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    hits += static_cast<std::uint64_t>(rank_of(probabilities.row(i), truth[i]) < k);
  }
  return static_cast<double>(hits) / static_cast<double>(truth.size());
}

RocAuc roc_auc(std::span<const std::uint32_t> truth, const Probabilities& probabilities) {
  check_rows(truth, probabilities);
  RocAuc all;
  double sum = 0;
  double weighted_sum = 0;
  double classes = 0;
  double fragments = 0;
  for (std::uint32_t number = 0; number < probabilities.classes(); ++number) {
    all.classes.push_back(area_of(scored_by(number, truth, probabilities)));
    if (!all.classes.back()) continue;
    const auto support = static_cast<double>(std::count(truth.begin(), truth.end(), number));
    sum += *all.classes.back();
    weighted_sum += support * *all.classes.back();
    classes += 1;
    fragments += support;
  }
  if (classes > 0) {
    all.macro = sum / classes;
    all.weighted = weighted_sum / fragments;
  }
  return all;
}

}  // namespace frag::trainer
