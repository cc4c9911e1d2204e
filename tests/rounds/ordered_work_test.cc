#include "libfrag/rounds/ordered_work.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

namespace frag::rounds {

TEST_CASE("pieces are taken in order, each as it was made") {
  const std::size_t threads = GENERATE(1u, 2u, 5u);
  std::vector<std::size_t> slots(3);
  std::vector<std::size_t> taken;
  run_in_order(
      {.pieces = 200,
       .threads = threads,
       .slots = slots.size(),
       .make = [&](std::size_t, std::size_t piece, std::size_t slot) { slots[slot] = piece * piece; },
       .take = [&](std::size_t, std::size_t slot) { taken.push_back(slots[slot]); }});
  std::vector<std::size_t> expected;
  for (std::size_t piece = 0; piece < 200; ++piece) expected.push_back(piece * piece);
  CHECK(taken == expected);
}

TEST_CASE("no work is done at once") {
  run_in_order({.pieces = 0, .threads = 2, .slots = 2, .make = {}, .take = {}});
}

TEST_CASE("an exception of a making or the taking thread ends the work and is thrown on") {
  const bool making = GENERATE(true, false);
  std::atomic<std::size_t> made = 0;
  const auto fail_at = [](std::size_t piece, bool here) {
    if (here && piece == 7) throw std::runtime_error("piece 7");
  };
  CHECK_THROWS_WITH(run_in_order({.pieces = 1000,
                                  .threads = 3,
                                  .slots = 4,
                                  .make =
                                      [&](std::size_t, std::size_t piece, std::size_t) {
                                        ++made;
                                        fail_at(piece, making);
                                      },
                                  .take = [&](std::size_t piece, std::size_t) { fail_at(piece, !making); }}),
                    "piece 7");
  CHECK(made < 1000);
}

}  // namespace frag::rounds
