// Renders a training's fragments ahead of its steps: draws each epoch's sample, reads it from wherever it
// lies, augments it and makes batches of it, on a thread of its own and those of the renderer. The thread has
// a low priority, so that it takes what a step leaves of the processors.
//
// Batches wait in a queue of bounded memory, over the end of an epoch too: while a network is validated, the
// next epoch is on its way. What a batch holds is a function of the plan, the epoch and the step alone.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "libfrag/fetching/access.h"
#include "trainer/batch_feed.h"

namespace frag::trainer {

struct LoaderPlan {
  SampleSpec sample;        // of epoch 0; the others are its next rounds
  std::int64_t epochs = 1;  // nothing is read behind them
  std::int64_t batch = 32;
  InputShape shape;
  Augmentation augment;
  std::uint64_t seed = 0;  // of the augmentation
  int threads = 1;         // that render
};

class FragmentLoader : public BatchFeed {
 public:
  // All must outlive it; `access` is its own until it ends.
  FragmentLoader(Access& access, const Normaliser& normaliser, const LoaderPlan& plan);
  // Waits for the fragment being read.
  ~FragmentLoader() override;
  FragmentLoader(const FragmentLoader&) = delete;
  FragmentLoader& operator=(const FragmentLoader&) = delete;

  // The first call may begin anywhere, every other one at the epoch behind the last.
  EpochOutline begin(std::int64_t epoch, std::int64_t step) override;
  // Errors of reading come out here, behind the batches that were whole before them; Errc::bad_input where
  // all of an epoch is damaged.
  const Batch* next() override;
  LeftOut left_out() const override { return left_out_; }

 private:
  // What comes through the queue.
  struct Item {
    enum class Kind { outline, batch, end, failure } kind = Kind::batch;
    EpochOutline outline{};
    Batch batch{};
    LeftOut left_out{};
    std::exception_ptr failure{};
  };
  class EpochReader;

  void work(std::int64_t epoch, std::int64_t step);
  void put(Item item);
  Batch spare_batch();
  Item take();

  Access& access_;
  const Normaliser& normaliser_;
  const LoaderPlan plan_;
  const std::size_t most_batches_;

  std::thread thread_;
  Item current_;
  LeftOut left_out_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<Item> queue_;
  std::size_t batches_ = 0;    // in the queue
  std::vector<Batch> spares_;  // memory of batches that are done with
  bool closed_ = false;
};

}  // namespace frag::trainer
