// Which lane of a sample takes which position: lanes of weights w_0, w_1, ... that add up to W take turns so
// that of every prefix of n positions lane i has n w_i / W, rounded up or down.
//
// The j-th turn of a lane (from 0) falls into the positions [floor(j W / w), ceil((j + 1) W / w)): in every
// position the lane whose window is open and ends first goes, the lower number on a tie. So equal weights go
// round in order. Pure arithmetic; immutable after lay(), then any thread may read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace frag {

struct Turn {
  std::uint32_t lane = 0;
  std::uint64_t number = 0;  // turns that the lane had before
};

class Turns {
 public:
  Turns() = default;
  // Every weight at least 1; multiples of equal weights are the same weights.
  explicit Turns(std::vector<std::uint64_t> weights);

  // The most positions that a lane of `size` fragments serves: floor(size W / w).
  std::uint64_t limit(std::size_t lane, std::uint64_t size) const;
  // The fewest fragments of a lane that serve so many positions: ceil(positions w / W).
  std::uint64_t needed(std::size_t lane, std::uint64_t positions) const;

  // Makes at() ready for positions below `length`. O(min(W, length)) time and memory.
  void lay(std::uint64_t length);
  Turn at(std::uint64_t position) const;
  // How many turns each lane has in all positions below the length.
  std::vector<std::uint64_t> counts() const;

 private:
  std::vector<std::uint64_t> weights_;
  std::uint64_t sum_ = 0;  // W
  std::uint64_t length_ = 0;
  std::vector<Turn> period_;  // the first W positions, or all there are
};

}  // namespace frag
