// How sure each class's own measures are. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/measures/bootstrap.h"

namespace frag::trainer {

struct ClassIntervals {
  Interval precision;
  Interval recall;
  Interval f1;
};

// By class, over the redraws of `seed` (bootstrap.h); empty where there are fewer than 2 groups. A redraw
// without fragments of a class, or none called so, counts 0 as measures do, so the interval of a class with
// two or three groups reaches down to 0. Errc::internal where lengths differ or a class number is too large.
std::vector<ClassIntervals> class_intervals(std::span<const std::uint32_t> truth,
                                            std::span<const std::uint32_t> predicted,
                                            std::span<const std::uint32_t> groups, std::size_t classes,
                                            std::uint64_t seed);

}  // namespace frag::trainer
