#include "trainer/training.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <c10/core/GradMode.h>
#include <torch/types.h>
// Behind torch/types.h, which it needs and does not include.
#include <torch/nn/utils/clip_grad.h>

#include <chrono>
#include <cmath>

#include "libfrag/base/random.h"
#include "trainer/class_weights.h"
#include "trainer/compute_impl.h"
#include "trainer/network_impl.h"
#include "trainer/optimiser.h"
#include "trainer/schedule.h"

namespace frag::trainer {
namespace {

constexpr std::size_t kNamedFragments = 5;  // of a batch, in a message

std::uint64_t derived_seed(std::uint64_t seed, std::int64_t epoch, std::uint64_t purpose) {
  return mix64(mix64(mix64(seed + 1) + static_cast<std::uint64_t>(epoch)) + purpose);
}

// A step's own, so that an epoch can be taken up at any step.
std::uint64_t dropout_seed(std::uint64_t seed, std::int64_t epoch, std::int64_t step) {
  return mix64(derived_seed(seed, epoch, 0) + static_cast<std::uint64_t>(step));
}

at::Tensor tensor_of_labels(const Batch& batch, at::Device device) {
  return at::tensor(at::ArrayRef<std::int64_t>(batch.labels), at::kLong).to(device);
}

std::int64_t count_correct(const at::Tensor& logits, const at::Tensor& targets) {
  return logits.argmax(1).eq(targets).sum().item<std::int64_t>();
}

[[noreturn]] void refuse_loss(const Batch& batch, const TrainPosition& position) {
  std::string fragments;
  const std::size_t named = std::min(kNamedFragments, batch.size());
  for (std::size_t i = 0; i < named; ++i) {
    fragments += (i == 0 ? "" : ", ") + std::to_string(batch.ids[i]);
  }
  if (batch.size() > named) fragments += " and " + std::to_string(batch.size() - named) + " more";
  throw LossNotFinite("the loss is no longer a number in epoch " + std::to_string(position.epoch + 1) +
                      ", batch " + std::to_string(position.step + 1) + " (fragments " + fragments +
                      "); try a lower learning rate");
}

}  // namespace

struct Training::Impl {
  Network::Impl& network;
  const TrainSettings settings;
  Optimiser optimiser;
  TrainPosition position;
  at::Tensor class_weights;         // undefined: all alike
  std::vector<at::Tensor> centres;  // of the proximal term, by parameter; none without it

  Impl(Network::Impl& network_in, const TrainSettings& settings_in)
      : network(network_in), settings(settings_in), optimiser(*network.model, settings) {
    if (settings.proximal <= 0) return;
    for (const at::Tensor& parameter : network.model->parameters()) {
      centres.push_back(parameter.detach().clone());
    }
  }

  // The gradient of the proximal term: mu (W - W0).
  void add_pull() const {
    const c10::NoGradGuard no_grad;
    const std::vector<at::Tensor> parameters = network.model->parameters();
    for (std::size_t i = 0; i < centres.size(); ++i) {
      at::Tensor gradient = parameters[i].grad();
      if (gradient.defined()) gradient.add_(parameters[i] - centres[i], settings.proximal);
    }
  }

  struct Step {
    double loss = 0;  // mean over the batch
    std::int64_t correct = 0;
  };

  at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets) const {
    const c10::optional<at::Tensor> weights =
        class_weights.defined() ? c10::make_optional(class_weights) : c10::nullopt;
    return at::cross_entropy_loss(logits, targets, weights, at::Reduction::Mean, -100,
                                  settings.label_smoothing);
  }

  at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& targets) const {
    const at::Tensor loss = cross_entropy(logits, targets);
    const at::Tensor auxiliary = network.model->auxiliary_logits();
    if (!auxiliary.defined()) return loss;
    return loss + models::kAuxiliaryWeight * cross_entropy(auxiliary.to(at::kFloat), targets);
  }

  at::Tensor forward(const at::Tensor& pixels) const {
    const MixedPrecision mixed(settings.precision == Precision::mixed, network.device);
    return network.model->forward(pixels).to(at::kFloat);
  }

  Step step(const at::Tensor& pixels, const at::Tensor& targets, double learning_rate) {
    optimiser.clear_gradients();
    const at::Tensor logits = forward(pixels);
    const at::Tensor loss = loss_of(logits, targets);
    const double value = loss.item<double>();
    if (!std::isfinite(value)) return {.loss = value};
    loss.backward();
    add_pull();
    if (settings.largest_norm > 0) {
      torch::nn::utils::clip_grad_norm_(network.model->parameters(), settings.largest_norm);
    }
    optimiser.step(learning_rate);
    return {.loss = value, .correct = count_correct(logits.detach(), targets)};
  }

  // Of the step that begins behind `done` of the epoch's positions.
  double learning_rate(std::int64_t done, std::uint64_t positions) const {
    const double share = static_cast<double>(done) / static_cast<double>(positions);
    return settings.learning_rate *
           learning_rate_share(settings, static_cast<double>(position.epoch) + share);
  }

  void set_class_weights(const EpochOutline& outline) {
    const auto weights = class_weights_of(settings, outline.class_counts);
    class_weights = weights.empty() ? at::Tensor() : at::tensor(weights, at::kFloat).to(network.device);
  }

  // Counts the step in `position`; one without fragments is passed over.
  void train_on(const Batch& batch, double rate) {
    if (batch.size() > 0) {
      const auto count = static_cast<std::int64_t>(batch.size());
      at::manual_seed(dropout_seed(settings.seed, position.epoch, position.step));
      const Step done = step(network.tensor_of(batch), tensor_of_labels(batch, network.device), rate);
      if (!std::isfinite(done.loss)) refuse_loss(batch, position);
      position.fragments += count;
      position.loss += done.loss * static_cast<double>(count);
      position.correct += done.correct;
    }
    ++position.step;
  }
};

Training::Training(Network& network, const TrainSettings& settings)
    : impl_(std::make_unique<Impl>(*network.impl_, settings)) {}

Training::~Training() = default;

EpochResult Training::epoch(BatchFeed& feed, std::int64_t epoch, const AfterBatch& after_batch) {
  using Clock = std::chrono::steady_clock;
  TrainPosition& position = impl_->position;
  if (position.epoch != epoch) position = {.epoch = epoch};
  const double seconds_before = position.seconds;
  const auto start = Clock::now();
  impl_->network.model->train();
  const EpochOutline outline = feed.begin(epoch, position.step);
  impl_->set_class_weights(outline);
  const std::int64_t size = impl_->settings.batch;
  while (const Batch* batch = feed.next()) {
    impl_->train_on(*batch, impl_->learning_rate(position.step * size, outline.positions));
    position.seconds = seconds_before + std::chrono::duration<double>(Clock::now() - start).count();
    if (after_batch) after_batch(static_cast<std::int64_t>(batch->size()));
  }
  const auto trained = static_cast<double>(position.fragments);
  const EpochResult result{
      .loss = position.loss / trained,
      .accuracy = static_cast<double>(position.correct) / trained,
      .learning_rate = impl_->learning_rate((position.step - 1) * size, outline.positions),
      .seconds = position.seconds,
      .images_per_second = trained / position.seconds,
      .left_out = feed.left_out()};
  position = {.epoch = epoch + 1};
  return result;
}

EpochResult Training::epoch(const FragmentSet& set, std::int64_t epoch, const AfterBatch& after_batch) {
  const Network::Impl& network = impl_->network;
  SetFeed feed(set, network.normaliser, impl_->settings, network.card.classes.size());
  return this->epoch(feed, epoch, after_batch);
}

TrainPosition Training::position() const {
  return impl_->position;
}

std::string Training::optimiser_state() const {
  return impl_->optimiser.state();
}

void Training::restore(const TrainPosition& position, const rounds::WeightsFile& optimiser,
                       const std::string& what) {
  impl_->optimiser.restore(optimiser, what);
  impl_->position = position;
}

}  // namespace frag::trainer
