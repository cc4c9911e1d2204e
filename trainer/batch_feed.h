// Where a training takes its batches from: the fragments of one set over and over, or what a loader brings.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/batch.h"
#include "trainer/train_settings.h"

namespace frag::trainer {

// An epoch as far as it is known before its first fragment.
struct EpochOutline {
  std::uint64_t positions = 0;  // fragments, those included that turn out to be damaged
  std::vector<std::uint64_t> class_counts;
};

// Fragments that an epoch should have had.
struct LeftOut {
  std::uint64_t fragments = 0;
  std::vector<std::string> reasons;  // of the first few, each naming its fragment
};

class BatchFeed {
 public:
  virtual ~BatchFeed() = default;

  // Begins `epoch`, counted from 0, at its `step`-th batch.
  virtual EpochOutline begin(std::int64_t epoch, std::int64_t step) = 0;

  // The next batch of the epoch, its fragments at `batch` successive positions, without those that are
  // damaged: it may be empty. Stands until the next call. Nullptr behind the last one.
  virtual const Batch* next() = 0;

  // Of the epoch begun last, complete when next() has given nullptr.
  virtual LeftOut left_out() const { return {}; }
};

// The fragments of a set, shuffled anew for each epoch.
class SetFeed : public BatchFeed {
 public:
  // `set` and `normaliser` outlive it. Errc::usage for an augmentation that needs the sources.
  SetFeed(const FragmentSet& set, const Normaliser& normaliser, const TrainSettings& settings,
          std::size_t classes);

  EpochOutline begin(std::int64_t epoch, std::int64_t step) override;
  const Batch* next() override;

 private:
  void add(std::size_t position);

  const FragmentSet& set_;
  const Normaliser& normaliser_;
  const TrainSettings settings_;
  const std::size_t classes_;
  std::int64_t epoch_ = 0;
  std::vector<std::uint32_t> order_;
  std::size_t next_ = 0;  // position
  Batch batch_;
};

}  // namespace frag::trainer
