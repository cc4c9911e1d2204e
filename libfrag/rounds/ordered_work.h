// Work whose pieces are made by several threads at once and taken one after the other in their order: what is
// taken does not depend on the number of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace frag::rounds {

struct OrderedWork {
  std::size_t pieces = 0;
  std::size_t threads = 1;  // that make pieces; the caller's own only takes
  std::size_t slots = 2;  // places for pieces that are made and not yet taken; more than threads, to be fast
  // Makes piece k in [0, pieces) into slot k mod slots. Called by thread number `thread` in [0, threads),
  // by each for ascending k.
  std::function<void(std::size_t thread, std::size_t piece, std::size_t slot)> make;
  // Called by the caller's thread for k = 0, 1, ...; the slot is filled anew when it returns.
  std::function<void(std::size_t piece, std::size_t slot)> take;
};

// Returns when all pieces are taken. The first exception of a call ends the work, and is thrown on when all
// threads have ended.
void run_in_order(const OrderedWork& work);

}  // namespace frag::rounds
