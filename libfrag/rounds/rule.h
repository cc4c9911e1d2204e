// A rule: how a round's results become the next weights, one block of numbers at a time.
//
// A rule sees the numbers of all parts for the same few elements at once, in ascending part order, and
// nothing of files, workers or time; so it cannot depend on the order of arrival, and its memory is the
// caller's blocks. One rule a file.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {

// Elements [first, first + next.size()) of `tensor`. All spans have the same length.
template <class Number>
struct Block {
  const TensorInfo& tensor;
  std::uint64_t first;
  std::span<const Number> base;                  // the weights that the round started from
  std::vector<std::span<const Number>> results;  // one a part, ascending; at least one
  std::span<Number> next;                        // to be written
};

class Rule {
 public:
  virtual ~Rule() = default;

  // A parameter's block: results hold changes, W(i) - W_local.
  virtual void parameter(const Block<float>& block) = 0;
  // Statistics: results hold absolute values.
  virtual void buffer(const Block<float>& block) = 0;
  // Integers: results hold absolute values.
  virtual void counter(const Block<std::int64_t>& block) = 0;
};

}  // namespace frag::rounds
