#include "trainer/measures/bootstrap.h"

#include <algorithm>

#include "libfrag/base/random.h"
#include "trainer/measures/members.h"

namespace frag::trainer {
namespace {

std::vector<std::uint32_t> redraw(const std::vector<std::vector<std::uint32_t>>& groups, SplitMix64& stream) {
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& drawn = groups[stream.below(groups.size())];
    places.insert(places.end(), drawn.begin(), drawn.end());
  }
  return places;
}

Interval middle_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {.low = values[kBootstrapTail], .high = values[values.size() - 1 - kBootstrapTail]};
}

}  // namespace

std::vector<Interval> bootstrap_intervals(std::span<const std::uint32_t> groups, std::uint64_t seed,
                                          const Statistics& statistics) {
  std::vector<std::vector<std::uint32_t>> members;
  for (auto& [number, places] : members_of(groups)) members.push_back(places);
  if (members.size() < 2) return {};
  SplitMix64 stream(seed);
  std::vector<std::vector<double>> values;  // [measure][round]
  for (std::size_t round = 0; round < kBootstrapRounds; ++round) {
    const std::vector<double> measured = statistics(redraw(members, stream));
    values.resize(measured.size());
    for (std::size_t i = 0; i < measured.size(); ++i) values[i].push_back(measured[i]);
  }
  std::vector<Interval> intervals;
  for (auto& one : values) intervals.push_back(middle_of(std::move(one)));
  return intervals;
}

}  // namespace frag::trainer
