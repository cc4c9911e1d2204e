// Fragment ids as ranges of integers: what a class of a split holds, without a list of it.
//
// Immutable after construction; any number of threads may read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "libfrag/dataset/fragment_bits.h"
#include "libfrag/dataset/source_table.h"

namespace frag {

// Fragments of one source: `count` ids from `first` on, or, with bits, `count` of those whose bit is set,
// from the `skipped`-th on; bit 0 is of the id `first`.
struct IdRange {
  FragmentId first = 0;
  std::uint64_t count = 0;
  std::optional<FragmentBits> bits{};
  std::uint32_t group = 0;  // number of the source's group
  std::uint64_t skipped = 0;

  // The same without its first `from` ids, and at most `most` of them.
  IdRange part(std::uint64_t from, std::uint64_t most) const {
    const std::uint64_t left = std::min(count - from, most);
    if (bits) return {first, left, bits, group, skipped + from};
    return {first + from, left, {}, group};
  }
};

// Disjoint runs of ids as one range of integers [0, size()), in the order given.
class IdSet {
 public:
  struct Member {
    FragmentId id = 0;
    std::uint32_t group = 0;
  };

  explicit IdSet(std::span<const IdRange> ranges = {});

  std::uint64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  // `index` in [0, size()). O(log of the number of runs).
  FragmentId operator[](std::uint64_t index) const { return member(index).id; }
  Member member(std::uint64_t index) const;

  // The runs of those groups alone whose number is set. O(runs).
  IdSet of_groups(const std::vector<bool>& groups) const;

 private:
  std::vector<std::uint64_t> ends_;  // one past the last index of each run
  std::vector<FragmentId> first_;
  std::vector<std::uint32_t> group_;
  struct Gaps {
    FragmentBits bits;
    std::uint64_t skipped = 0;
  };
  std::unordered_map<std::size_t, Gaps> gaps_;  // of the runs that have some
};

// Disjoint sets one behind the other as one range of integers.
class IdSets {
 public:
  IdSets() = default;
  // Empty sets are passed over.
  void append(std::shared_ptr<const IdSet> set);

  std::uint64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  // `index` in [0, size()).
  IdSet::Member member(std::uint64_t index) const;

 private:
  std::vector<std::uint64_t> ends_;
  std::vector<std::shared_ptr<const IdSet>> sets_;
};

}  // namespace frag
