// Training a network, step by step, and what it takes to go on with it in another process.
//
// A Training belongs to one thread at a time. What a step does depends on the settings, the fragments, the
// weights, the optimiser's memory and (seed, epoch, step) alone: so a training that goes on from what it kept
// ends, on the CPU and with equally many threads, with the same bits as one that was never interrupted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "libfrag/base/error.h"
#include "trainer/batch_feed.h"
#include "trainer/network.h"
#include "trainer/train_settings.h"

namespace frag::trainer {

struct EpochResult {
  double loss = 0;           // mean over fragments, while training; smoothing and weights included
  double accuracy = 0;       // the same
  double learning_rate = 0;  // of the last step
  double seconds = 0;
  double images_per_second = 0;
  LeftOut left_out;
};

// Between two steps: how far a training is, and what its epoch came to so far.
struct TrainPosition {
  std::int64_t epoch = 0;      // whole epochs done
  std::int64_t step = 0;       // steps done in the epoch after those
  std::int64_t fragments = 0;  // in these steps
  double loss = 0;             // summed over them
  std::int64_t correct = 0;
  double seconds = 0;
};

// The loss of a step is NaN or infinite: the network is of no use any more. Errc::bad_input.
class LossNotFinite : public Error {
 public:
  explicit LossNotFinite(const std::string& message) : Error(Errc::bad_input, message) {}
};

class Training {
 public:
  // Called after every step with the fragments in it; what it throws ends the epoch there.
  using AfterBatch = std::function<void(std::int64_t fragments)>;

  // `network` must outlive this.
  Training(Network& network, const TrainSettings& settings);
  ~Training();

  // One pass over what `feed` brings for `epoch`, counted from 0, or the rest of it where position() lies
  // within it. LossNotFinite names epoch, batch and some of its fragments; errors of the feed come out
  // between two steps.
  EpochResult epoch(BatchFeed& feed, std::int64_t epoch, const AfterBatch& after_batch = {});

  // The same over a set, shuffled and augmented by the settings' seed and the epoch.
  EpochResult epoch(const FragmentSet& set, std::int64_t epoch, const AfterBatch& after_batch = {});

  // Also within after_batch, where the step just done is counted.
  TrainPosition position() const;

  // What the optimiser remembers, as a safetensors file.
  std::string optimiser_state() const;

  // Goes on there; the network must have the weights of that moment, and the settings no proximal term.
  // Errc::bad_input that begins with `what` where `optimiser` is of other settings or another network.
  void restore(const TrainPosition& position, const rounds::WeightsFile& optimiser, const std::string& what);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag::trainer
