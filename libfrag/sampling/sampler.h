// From a SampleSpec to fragment ids: a pure function of the catalogue and the spec, drawn position by
// position.
//
// Nothing is listed: each class's fragments of a split are a range of integers, a keyed permutation scatters
// the positions of the sample over it, and a binary search over the sources turns an integer into a fragment.
// A draw costs the same from a thousand fragments and from 10^12. docs/sampling.md states the algorithm with
// test vectors.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "libfrag/base/permutation.h"
#include "libfrag/dataset/catalog.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag {

// Fragments of one source: `count` ids from `first` on, or those among them whose bit is set.
struct IdRange {
  FragmentId first = 0;
  std::uint64_t count = 0;
  std::optional<FragmentBits> bits{};
};

// Disjoint runs of ids as one range of integers [0, size()), in the order given.
class IdSet {
 public:
  explicit IdSet(std::span<const IdRange> ranges = {});

  std::uint64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  // `index` in [0, size()). O(log of the number of runs).
  FragmentId operator[](std::uint64_t index) const;

 private:
  std::vector<std::uint64_t> ends_;  // one past the last index of each run
  std::vector<FragmentId> first_;
  std::unordered_map<std::size_t, FragmentBits> bits_;  // of the runs that have gaps
};

// One drawn sample. Immutable; any number of threads may read it.
class SampleList {
 public:
  std::uint64_t size() const { return size_; }
  // The fragment at `position` in [0, size()). Adds the permutation's walked steps to `*steps` where given.
  FragmentId at(std::uint64_t position, std::uint64_t* steps = nullptr) const;

 private:
  friend class Sampler;

  // The fragments of one class (or of all), scattered anew each time it is gone through.
  struct Lane {
    const IdSet* ids = nullptr;
    std::vector<KeyedPermutation> passes;
  };
  std::uint64_t size_ = 0;
  std::vector<Lane> lanes_;  // in the order in which positions take turns
};

// The splits of one catalogue, ready to draw from. O(sources) to make; immutable, any number of threads may
// draw.
class Sampler {
 public:
  // `catalog` may go afterwards; the lists drawn need the sampler.
  explicit Sampler(const Catalog& catalog);
  // For datasets that exist only as numbers (benchmarks, plans): the ids of every class, by split.
  Sampler(std::vector<std::string> classes,
          const std::map<std::string, std::vector<std::vector<IdRange>>>& splits);

  // Errc::not_found for an unknown split (the message lists them), Errc::bad_input where more is asked for
  // than there is and repeats are refused (the message says the limit).
  SampleList draw(const SampleSpec& spec) const;

  // Fragments in a split, 0 for an unknown one.
  std::uint64_t fragments(const std::string& split) const;

 private:
  struct Side {
    std::vector<IdSet> by_class;  // empty for classes that the split does not hold
    IdSet all;
  };
  void add_split(const std::string& name, const std::vector<std::vector<IdRange>>& by_class);

  std::vector<std::string> classes_;
  std::shared_ptr<const LabelBits> labels_;  // what the runs' bits refer to
  std::map<std::string, Side> splits_;
};

}  // namespace frag
