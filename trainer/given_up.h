// What ends the work on a lease and not the worker.
#pragma once

#include <string>

namespace frag::trainer {

// Thrown by who does a lease: it is not worth doing any more, for this reason, and the next is asked for.
struct GivenUp {
  std::string why;
};

}  // namespace frag::trainer
