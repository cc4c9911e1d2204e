// From a SampleSpec to fragment ids: a pure function of the catalogue and the spec, drawn position by
// position.
//
// Nothing is listed: each class's fragments of a split are a range of integers, a keyed permutation scatters
// the positions of the sample over it, and a binary search over the sources turns an integer into a fragment.
// A draw costs the same from a thousand fragments and from 10^12; only with a holdout is the list made at
// once, in time and memory of its length. docs/sampling.md states the algorithm with test vectors.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/dataset/catalog.h"
#include "libfrag/sampling/id_set.h"
#include "libfrag/sampling/lane.h"
#include "libfrag/sampling/pool.h"
#include "libfrag/sampling/sample_spec.h"
#include "libfrag/sampling/turns.h"

namespace frag {

// One drawn sample. Immutable; any number of threads may read it.
class SampleList {
 public:
  SampleList(std::uint64_t size, Turns turns, std::vector<Lane> lanes)
      : size_(size), turns_(std::move(turns)), lanes_(std::move(lanes)) {}

  std::uint64_t size() const { return size_; }
  // The fragment at `position` in [0, size()). Adds the permutations' walked steps to `*steps` where given.
  FragmentId at(std::uint64_t position, std::uint64_t* steps = nullptr) const {
    const Turn turn = turns_.at(position);
    return lanes_[turn.lane].at(turn.number, steps);
  }

 private:
  std::uint64_t size_;
  Turns turns_;
  std::vector<Lane> lanes_;  // a class each, or one for everything
};

// The splits of one catalogue, ready to draw from. O(sources) to make; immutable, any number of threads may
// draw.
class Sampler {
 public:
  // `catalog` may go afterwards; the lists drawn need the sampler.
  explicit Sampler(const Catalog& catalog);
  // For datasets that exist only as numbers (benchmarks, plans): the ids of every class, by split.
  Sampler(std::vector<std::string> classes, const std::map<std::string, ClassRanges>& splits);

  // Errc::not_found for an unknown split, fold or class (the message lists them); Errc::bad_input for a spec
  // that validate() refuses, and where more is asked for than there is and repeats are refused (the message
  // says the limit).
  SampleList draw(const SampleSpec& spec) const;

  // Fragments in a split, 0 for an unknown one.
  std::uint64_t fragments(const std::string& split) const { return pools_.fragments(split); }

 private:
  std::vector<std::string> classes_;
  std::shared_ptr<const LabelBits> labels_;  // what the runs' bits refer to
  Pools pools_;
};

}  // namespace frag
