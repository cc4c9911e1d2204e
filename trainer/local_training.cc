#include "trainer/local_training.h"

#include <algorithm>
#include <unordered_set>

#include "libfrag/base/digest.h"

namespace frag::trainer {
namespace {

// Another feed's epochs, up to so many batches in all.
class WindowFeed : public BatchFeed {
 public:
  WindowFeed(BatchFeed& epochs, std::int64_t batches) : epochs_(epochs), left_(batches) {}

  bool finished() const { return left_ == 0; }
  std::int64_t distinct() const { return static_cast<std::int64_t>(seen_.size()); }

  EpochOutline begin(std::int64_t epoch, std::int64_t step) override { return epochs_.begin(epoch, step); }
  const Batch* next() override {
    const Batch* batch = finished() ? nullptr : epochs_.next();
    if (batch == nullptr) return nullptr;
    --left_;
    seen_.insert(batch->ids.begin(), batch->ids.end());
    return batch;
  }

 private:
  BatchFeed& epochs_;
  std::int64_t left_;
  std::unordered_set<FragmentId> seen_;
};

std::uint64_t seed_of(const rounds::Lease& lease) {
  return sha256_word("local|" + std::to_string(lease.sample.seed) + "|" + std::to_string(lease.sample.round) +
                     "|" + std::to_string(lease.sample.part));
}

Augmentation augmentation_of(const rounds::Lease& lease) {
  try {
    const Augmentation augmentation = parse_augmentation(lease.local.augment);
    if (!augmentation.rotate) return augmentation;
  } catch (const Error& error) {
    throw Error(Errc::bad_input, std::string("key \"augment\": ") + error.what());
  }
  throw Error(Errc::bad_input,
              "key \"augment\" says \"rotate\", and a local set holds pixels, which cannot be "
              "rotated any more");
}

OptimiserKind optimiser_of(const rounds::Lease& lease) {
  const auto found = std::find(kOptimiserNames.begin(), kOptimiserNames.end(), lease.local.optimizer);
  if (found == kOptimiserNames.end()) {
    throw Error(Errc::bad_input, "key \"optimizer\": there is no " + lease.local.optimizer);
  }
  return static_cast<OptimiserKind>(found - kOptimiserNames.begin());
}

}  // namespace

TrainSettings train_settings(const rounds::Lease& lease, const rounds::LocalPull& pull) {
  return {.batch = lease.local.batch,
          .optimiser = optimiser_of(lease),
          .learning_rate = lease.local.learning_rate,
          .momentum = lease.local.momentum,
          .weight_decay = lease.local.weight_decay,
          .schedule = Schedule::constant,
          .epochs = lease.local.epochs,
          .seed = seed_of(lease),
          .augment = augmentation_of(lease),
          .proximal = pull.proximal,
          .largest_norm = lease.local.clip};
}

void check_lease(const rounds::Lease& lease, const rounds::LocalPull& pull) {
  train_settings(lease, pull);
  if (!pull.elastic || lease.compression.wire != rounds::Wire::dgc) return;
  throw Error(Errc::bad_input, "rule \"" + lease.rule.name +
                                   "\" moves worker and centre by the same amount, of which compression "
                                   "\"dgc\" would send a part: take \"fp32\" or \"fp16\"");
}

LocalTraining train_locally(const TaskInput& input, const rounds::WeightsFile& start,
                            const Training::AfterBatch& after_batch) {
  const rounds::Lease& lease = input.lease;
  const FragmentSet& set = input.set;
  const std::string version = "weights version " + std::to_string(lease.weights);
  LocalTraining local{.network = Network(start, version, input.module), .last = {}};
  const TrainSettings settings = train_settings(lease, input.pull);
  Training training(local.network, settings);
  SetFeed epochs(set, local.network.normaliser(), settings, local.network.card().classes.size());
  const auto epoch_steps = (static_cast<std::int64_t>(set.size()) + settings.batch - 1) / settings.batch;
  local.steps = lease.local.steps > 0 ? lease.local.steps : lease.local.epochs * epoch_steps;
  WindowFeed window(epochs, local.steps);
  for (std::int64_t epoch = 0; !window.finished(); ++epoch) {
    local.last = training.epoch(window, epoch, after_batch);
    local.seconds += local.last.seconds;
  }
  local.fragments = window.distinct();
  return local;
}

}  // namespace frag::trainer
