// A rule: how results become the next weights, one block of numbers at a time.
//
// A rule sees the numbers of all results for the same few elements at once, in a settled order (ascending
// parts, or for an asynchronous rule the order in which they were accepted), and nothing of files, workers or
// time; so its memory is the caller's blocks, and equal results give equal bits. What it must remember from
// step to step are numbers beside each parameter ("momentum"), which the caller keeps. One rule a file, in
// rules/.
//
// Constant after construction: blocks may be handled by several threads at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {

// What is known of a result besides its numbers.
struct Contribution {
  std::int64_t part = 0;
  std::int64_t fragments = 0;  // that it was trained on, by its worker's count; 0 where it did not say
  std::int64_t staleness =
      0;            // versions that came between the one it started from and the one it is added to
  double norm = 0;  // L2, of all its parameters' changes together
};

// Elements [first, first + next.size()) of `tensor`. All spans have the same length.
template <class Number>
struct Block {
  const TensorInfo& tensor;
  std::uint64_t first;
  std::span<const Number> base;                  // the newest weights: what the results are added to
  std::vector<std::span<const Number>> results;  // at least one
  std::span<Number> next;                        // to be written
  // Of parameters, in the order of Rule::memory(): read what the last step left (0 before the first), and
  // written anew in place.
  std::vector<std::span<float>> memory;
};

class Rule {
 public:
  virtual ~Rule() = default;

  // The names of what it remembers beside each parameter.
  virtual std::vector<std::string> memory() const { return {}; }

  // A parameter's block: results hold changes, W_start - W_local.
  virtual void parameter(const Block<float>& block) const = 0;
  // Statistics: results hold absolute values.
  virtual void buffer(const Block<float>& block) const = 0;
  // Integers: results hold absolute values.
  virtual void counter(const Block<std::int64_t>& block) const = 0;
};

}  // namespace frag::rounds
