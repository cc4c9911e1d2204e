// What a draw picks from: the fragments of a split, of a fold or of the others, with groups held out or
// alone.
//
// Immutable after construction; any number of threads may read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/sampling/id_set.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag {

struct Pool {
  std::string key;               // "split=train": the pool's words in every key of a permutation
  std::vector<IdSets> by_class;  // empty for classes that it does not hold
  IdSets all;                    // the same in the order of the table, folds one after the other
  // Fragments of groups whose number is set are passed over wherever they come up; empty: none.
  std::vector<bool> passed_over;
  std::vector<std::uint64_t> left;  // fragments of each class that are not passed over
};

// The ids of every class of a split.
using ClassRanges = std::vector<std::vector<IdRange>>;

class Pools {
 public:
  // By the name of the split. Group numbers are dense: memory grows with the largest.
  explicit Pools(const std::map<std::string, ClassRanges>& splits);

  // Errc::not_found for an unknown split or fold; the message lists those there are. O(classes); with a
  // holdout also O(sources).
  Pool pool(const SampleSpec& spec) const;

  // Fragments in a split, 0 for an unknown one.
  std::uint64_t fragments(const std::string& split) const;

 private:
  struct Split {
    std::vector<std::shared_ptr<const IdSet>> by_class;
    std::shared_ptr<const IdSet> all;
    // The groups of every class, in the order of their first fragments. A group is of the class that most of
    // its fragments have, the lowest number on a tie.
    std::vector<std::vector<std::uint32_t>> groups;
  };
  const Split& find(const std::string& name) const;
  Pool pool_of_folds(const SampleSpec& spec) const;
  std::vector<bool> held_out(const Split& split, const SampleSpec& spec) const;
  void hold_out(const Split& split, const SampleSpec& spec, Pool* pool) const;

  std::map<std::string, Split> splits_;
  std::size_t groups_ = 0;
};

}  // namespace frag
