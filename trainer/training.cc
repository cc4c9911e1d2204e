#include "trainer/training.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <torch/types.h>
// Behind torch/types.h, which it needs and does not include.
#include <torch/nn/utils/clip_grad.h>

#include <chrono>
#include <cmath>

#include "libfrag/base/random.h"
#include "trainer/class_weights.h"
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

std::int64_t count_correct(const at::Tensor& logits, const at::Tensor& targets) {
  return logits.argmax(1).eq(targets).sum().item<std::int64_t>();
}

// An epoch's order of fragments, and how each is turned.
struct EpochPlan {
  std::vector<std::uint32_t> order;
  std::vector<std::uint8_t> turns;  // empty: none
};

EpochPlan plan_epoch(const TrainSettings& settings, std::size_t fragments, std::int64_t epoch) {
  return {
      .order = shuffled_order(fragments, derived_seed(settings.seed, epoch, 1)),
      .turns = drawn_turns(settings.augment == Augment::turns ? fragments : 0,
                           derived_seed(settings.seed, epoch, 2)),
  };
}

[[noreturn]] void refuse_loss(const FragmentSet& set, std::span<const std::uint32_t> indices,
                              const TrainPosition& position) {
  std::string fragments;
  for (const std::uint32_t index : indices.first(std::min(kNamedFragments, indices.size()))) {
    fragments += (fragments.empty() ? "" : ", ") + std::to_string(set.ids()[index]);
  }
  if (indices.size() > kNamedFragments) {
    fragments += " and " + std::to_string(indices.size() - kNamedFragments) + " more";
  }
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
  at::Tensor class_weights;  // undefined: all alike

  Impl(Network::Impl& network_in, const TrainSettings& settings_in)
      : network(network_in), settings(settings_in), optimiser(*network.model, settings) {}

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
    return loss + models::kAuxiliaryWeight * cross_entropy(auxiliary, targets);
  }

  Step step(const at::Tensor& pixels, const at::Tensor& targets, double learning_rate) {
    optimiser.clear_gradients();
    const at::Tensor logits = network.model->forward(pixels);
    const at::Tensor loss = loss_of(logits, targets);
    const double value = loss.item<double>();
    if (!std::isfinite(value)) return {.loss = value};
    loss.backward();
    if (settings.largest_norm > 0) {
      torch::nn::utils::clip_grad_norm_(network.model->parameters(), settings.largest_norm);
    }
    optimiser.step(learning_rate);
    return {.loss = value, .correct = count_correct(logits.detach(), targets)};
  }

  double learning_rate(std::size_t done, std::size_t of) const {
    const double share = static_cast<double>(done) / static_cast<double>(of);
    return settings.learning_rate *
           learning_rate_share(settings, static_cast<double>(position.epoch) + share);
  }

  void set_class_weights(const FragmentSet& set) {
    const auto weights = class_weights_of(settings, set.labels(), network.card.classes.size());
    class_weights = weights.empty() ? at::Tensor() : at::tensor(weights, at::kFloat);
  }

  // The batch of these fragments; counts it in `position`.
  void train_on(const FragmentSet& set, std::span<const std::uint32_t> indices,
                std::span<const std::uint8_t> turns, double rate) {
    std::vector<std::int64_t> labels;
    for (const std::uint32_t index : indices) labels.push_back(set.labels()[index]);
    const auto count = static_cast<std::int64_t>(indices.size());
    at::manual_seed(dropout_seed(settings.seed, position.epoch, position.step));
    const Step done =
        step(network.batch(set, indices, turns), at::from_blob(labels.data(), {count}, at::kLong), rate);
    if (!std::isfinite(done.loss)) refuse_loss(set, indices, position);
    ++position.step;
    position.loss += done.loss * static_cast<double>(count);
    position.correct += done.correct;
  }
};

Training::Training(Network& network, const TrainSettings& settings)
    : impl_(std::make_unique<Impl>(*network.impl_, settings)) {}

Training::~Training() = default;

EpochResult Training::epoch(const FragmentSet& set, std::int64_t epoch, const AfterBatch& after_batch) {
  using Clock = std::chrono::steady_clock;
  TrainPosition& position = impl_->position;
  if (position.epoch != epoch) position = {.epoch = epoch};
  const double seconds_before = position.seconds;
  const auto start = Clock::now();
  impl_->network.model->train();
  impl_->set_class_weights(set);
  const auto [order, turns] = plan_epoch(impl_->settings, set.size(), epoch);
  const auto batch = static_cast<std::size_t>(impl_->settings.batch);
  for (std::size_t from = static_cast<std::size_t>(position.step) * batch; from < order.size();
       from += batch) {
    const auto indices = std::span(order).subspan(from, std::min(batch, order.size() - from));
    impl_->train_on(set, indices,
                    turns.empty() ? std::span(turns) : std::span(turns).subspan(from, indices.size()),
                    impl_->learning_rate(from, order.size()));
    position.seconds = seconds_before + std::chrono::duration<double>(Clock::now() - start).count();
    if (after_batch) after_batch(static_cast<std::int64_t>(indices.size()));
  }
  const auto total = static_cast<double>(set.size());
  const std::size_t last = (order.size() - 1) / batch * batch;
  const EpochResult result{.loss = position.loss / total,
                           .accuracy = static_cast<double>(position.correct) / total,
                           .learning_rate = impl_->learning_rate(last, order.size()),
                           .seconds = position.seconds,
                           .images_per_second = total / position.seconds};
  position = {.epoch = epoch + 1};
  return result;
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
