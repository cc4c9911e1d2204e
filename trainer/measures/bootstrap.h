// How far a measure may be from its value on other groups like these.
//
// Fragments of one group (a patient, a sample, a file) resemble each other, so their number says little of
// how sure a measure is. Whole groups are redrawn, with replacement, and the measure is taken anew each time:
// the percentile bootstrap of Efron (1979) over clusters. Pure functions, equal on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace frag::trainer {

inline constexpr std::size_t kBootstrapRounds = 1000;
// Rounds that an interval of 95 % leaves out below it, and as many above it.
inline constexpr std::size_t kBootstrapTail = kBootstrapRounds / 40;

struct Interval {
  double low = 0;
  double high = 0;
};

// Some measures of the fragments at these places, which may repeat; always as many. No NaN.
using Statistics = std::function<std::vector<double>(std::span<const std::uint32_t> places)>;

// The interval of each of the measures, the kBootstrapTail-th smallest and largest of all rounds (from 0).
// `groups` says the group of every fragment; nothing where they are fewer than 2 groups.
//
// A round draws as many groups as there are, one after the other: the SplitMix64 sequence of `seed` goes on
// through all rounds, and below(groups) chooses among the group numbers in ascending order. Measures of one
// seed over the same groups are therefore taken on the same redraws.
std::vector<Interval> bootstrap_intervals(std::span<const std::uint32_t> groups, std::uint64_t seed,
                                          const Statistics& statistics);

}  // namespace frag::trainer
