// Which fragments an export holds and in which order: a pure integer function of the catalogue and the
// request, worked out position by position. docs/exports.md states it.
//
// A drawn sample (`count`) comes in the order of its draw. Everything of a split comes shuffled on two
// levels: the sources are put in an order that mixes the classes evenly, that order is divided into windows
// of sources whose decoded pixels fit `window_bytes`, and the fragments of a window are permuted as one. So
// every source is decoded once for an export of any size, and each stretch of the output mixes all sources of
// its window.
//
// Immutable after construction; any number of threads may ask.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/permutation.h"
#include "libfrag/sampling/sampler.h"

namespace frag {

enum class PackSequence {
  shuffled,  // as above
  by_id,     // ascending ids, for layouts in which order means nothing
};

// Part `number` of `count`: 1/1 is everything.
struct PackPart {
  std::uint64_t number = 1;
  std::uint64_t count = 1;

  bool operator==(const PackPart&) const = default;
};

// "3/8"; Errc::usage where it is not 1 <= i <= n <= 99999.
PackPart parse_part(std::string_view text);

struct PackSelection {
  std::string split;
  std::optional<std::uint64_t> count;  // a balanced draw of so many fragments; absent: everything
  std::uint64_t seed = 0;
  PackPart part;
  std::uint64_t window_bytes = std::uint64_t{512} << 20;  // of decoded pixels; a window has at least a source
  PackSequence sequence = PackSequence::shuffled;
};

class PackOrder {
 public:
  // `sampler` is of `catalog` and outlives the order. Errors as Sampler::draw; Errc::not_found for an unknown
  // split.
  PackOrder(const Catalog& catalog, const Sampler& sampler, const PackSelection& selection);

  // The order of a sample that was drawn already; its sampler outlives the order.
  PackOrder(const Catalog& catalog, SampleList drawn);

  // Fragments in this part.
  std::uint64_t size() const { return size_; }
  // `position` in [0, size()).
  FragmentId at(std::uint64_t position) const;
  // One behind the last position of the window that `position` lies in: up to there few sources are needed.
  std::uint64_t window_end(std::uint64_t position) const;
  // Decoded bytes of the sources of the largest window; of a drawn sample, of all sources of its split.
  std::uint64_t window_bytes() const { return window_bytes_; }
  bool drawn() const { return drawn_.has_value(); }

 private:
  struct Window {
    std::uint64_t end = 0;  // position behind its last fragment
    IdSet ids;
    std::optional<KeyedPermutation> order;  // absent: as they come
  };
  void lay_windows(const Catalog& catalog, const PackSelection& selection);

  std::uint64_t size_ = 0;
  std::uint64_t window_bytes_ = 0;
  std::optional<SampleList> drawn_;  // with a count
  std::uint64_t drawn_first_ = 0;    // the part's first position of the draw
  std::vector<Window> windows_;      // without
};

}  // namespace frag
