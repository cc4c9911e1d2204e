// Seconds as jobs give them, in the coordinator's milliseconds: at least one, so that no time is none.
#pragma once

#include <algorithm>
#include <cmath>

#include "libfrag/rounds/store.h"

namespace frag::rounds {

inline Millis millis(double seconds) {
  return std::max<Millis>(1, static_cast<Millis>(std::llround(seconds * 1000)));
}

}  // namespace frag::rounds
