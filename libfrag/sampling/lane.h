// A lane of a sample: fragments in a keyed order, told apart by the turn in which they come.
//
// Immutable once start_at() and pass_over() have been called; then any number of threads may read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/permutation.h"
#include "libfrag/sampling/id_set.h"

namespace frag {

// The fragments first, first + stride, first + 2 stride, ... of a keyed order: what a part has of a class.
struct Share {
  IdSets ids;
  KeyedPermutation order;  // of ids.size()
  std::uint64_t first = 0;
  std::uint64_t stride = 1;
  std::uint64_t size = 0;

  // `index` in [0, size).
  IdSet::Member member(std::uint64_t index, std::uint64_t* steps) const {
    return ids.member(order(first + index * stride, steps));
  }
};

class Lane {
 public:
  // All of `ids`, at least one, scattered anew each time it has been gone through: time n by the permutation
  // keyed with `key` + "|pass=n".
  static Lane scattered(IdSets ids, const std::string& key);
  // Shares one behind the other, in the order of `mix` (of their whole size) where there is one; the same
  // each time.
  static Lane divided(std::vector<Share> shares, std::optional<KeyedPermutation> mix);

  // Fragments until it starts over.
  std::uint64_t size() const { return size_; }

  // Begins at `index` in [0, size()) and goes around. Only of a divided lane, and before pass_over().
  void start_at(std::uint64_t index) { start_ = index; }

  // Leaves out the fragments of these groups; those behind move up. Looks for `wanted` fragments (of a later
  // call: more) and lists them; where there are fewer, size() is their number and the answer is false. From
  // then on the lane starts over in the same order.
  bool pass_over(const std::vector<bool>& groups, std::uint64_t wanted);

  // The fragment of a turn; after pass_over() the turn is below what it was asked for, or its answer was
  // false and size() is above 0. Adds the permutations' walked steps to `*steps` where given.
  FragmentId at(std::uint64_t turn, std::uint64_t* steps = nullptr) const;

 private:
  IdSet::Member member(std::uint64_t turn, std::uint64_t* steps) const;

  std::string key_;  // of a scattered lane
  std::vector<Share> shares_;
  std::vector<std::uint64_t> ends_;  // one past the last index of each share
  std::optional<KeyedPermutation> mix_;
  std::uint64_t start_ = 0;
  std::uint64_t size_ = 0;

  std::optional<std::vector<FragmentId>> listed_;  // after pass_over()
  std::uint64_t looked_at_ = 0;
};

}  // namespace frag
