// What fragments say together of the source that they come from. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/measures/probabilities.h"

namespace frag::trainer {

// The fragments that something is measured on, by place: all of one length, and not empty. Sources and groups
// are numbers of any kind; a source lies within one group.
struct MeasuredSet {
  std::size_t classes = 0;
  std::vector<std::uint32_t> truth;  // below `classes`
  std::vector<std::uint32_t> sources;
  std::vector<std::uint32_t> groups;
};

// A source by place, in the order of their numbers.
struct SourceVotes {
  std::vector<std::uint32_t> truth;  // the class that most of its fragments have; the lowest of equals
  std::vector<std::uint32_t>
      predicted;  // the class of the largest sum of probabilities; the lowest of equals
  std::vector<std::uint32_t> groups;
  std::size_t of_several_classes = 0;  // sources whose fragments are not all of one class
};

// One row of `probabilities` a fragment; those of one_hot() make it a vote by majority. Errc::internal where
// lengths differ.
SourceVotes vote(const MeasuredSet& set, const Probabilities& probabilities);

}  // namespace frag::trainer
