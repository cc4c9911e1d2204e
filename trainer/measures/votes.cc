#include "trainer/measures/votes.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "trainer/measures/members.h"

namespace frag::trainer {
namespace {

std::uint32_t first_largest(const std::vector<double>& sums) {
  return static_cast<std::uint32_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
}

}  // namespace

SourceVotes vote(const MeasuredSet& set, const Probabilities& probabilities) {
  const std::size_t count = set.truth.size();
  if (probabilities.size() != count || probabilities.classes() != set.classes ||
      set.sources.size() != count || set.groups.size() != count) {
    throw Error(Errc::internal, "truths, probabilities, sources and groups differ in number");
  }
  SourceVotes votes;
  for (const auto& [source, places] : members_of(set.sources)) {
    std::vector<double> are(set.classes, 0);
    std::vector<double> said(set.classes, 0);
    for (const std::uint32_t i : places) {
      are[set.truth[i]] += 1;
      for (std::size_t c = 0; c < set.classes; ++c) said[c] += static_cast<double>(probabilities.row(i)[c]);
    }
    votes.truth.push_back(first_largest(are));
    votes.predicted.push_back(first_largest(said));
    votes.groups.push_back(set.groups[places.front()]);
    const bool one_class = are[votes.truth.back()] == static_cast<double>(places.size());
    votes.of_several_classes += one_class ? 0 : 1;
  }
  return votes;
}

}  // namespace frag::trainer
