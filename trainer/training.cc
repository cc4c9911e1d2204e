#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>
// Behind torch/types.h, which it needs and does not include.
#include <torch/nn/utils/clip_grad.h>

#include <chrono>
#include <cmath>
#include <numbers>

#include "libfrag/base/random.h"
#include "trainer/network_impl.h"

namespace frag::trainer {
namespace {

// The share of all steps over which the learning rate of Schedule::cosine rises.
constexpr double kRise = 0.05;

// `progress` in [0, 1): the share of all steps that are done.
double learning_rate_at(const TrainSettings& settings, double progress) {
  if (settings.schedule == Schedule::constant) return settings.learning_rate;
  if (progress < kRise) return settings.learning_rate * (0.1 + 0.9 * progress / kRise);
  return settings.learning_rate * 0.5 *
         (1.0 + std::cos(std::numbers::pi * (progress - kRise) / (1.0 - kRise)));
}

std::uint64_t derived_seed(std::uint64_t seed, std::int64_t epoch, std::uint64_t purpose) {
  return mix64(mix64(mix64(seed + 1) + static_cast<std::uint64_t>(epoch)) + purpose);
}

std::int64_t count_correct(const at::Tensor& logits, const at::Tensor& targets) {
  return logits.argmax(1).eq(targets).sum().item<std::int64_t>();
}

}  // namespace

struct Training::Impl {
  Network::Impl& network;
  TrainSettings settings;
  torch::optim::SGD optimiser;

  Impl(Network::Impl& network_in, const TrainSettings& settings_in)
      : network(network_in),
        settings(settings_in),
        optimiser(network.model->parameters(), torch::optim::SGDOptions(settings.learning_rate)
                                                   .momentum(settings.momentum)
                                                   .weight_decay(settings.weight_decay)) {}

  void set_learning_rate(double rate) {
    for (auto& group : optimiser.param_groups()) {
      static_cast<torch::optim::SGDOptions&>(group.options()).lr(rate);
    }
  }

  struct Step {
    double loss = 0;  // mean over the batch
    std::int64_t correct = 0;
  };

  at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& targets) {
    const at::Tensor loss = at::cross_entropy_loss(logits, targets);
    const at::Tensor auxiliary = network.model->auxiliary_logits();
    if (!auxiliary.defined()) return loss;
    return loss + models::kAuxiliaryWeight * at::cross_entropy_loss(auxiliary, targets);
  }

  Step step(const at::Tensor& pixels, const at::Tensor& targets) {
    optimiser.zero_grad();
    const at::Tensor logits = network.model->forward(pixels);
    const at::Tensor loss = loss_of(logits, targets);
    const double value = loss.item<double>();
    if (!std::isfinite(value)) return {.loss = value};
    loss.backward();
    if (settings.largest_norm > 0) {
      torch::nn::utils::clip_grad_norm_(network.model->parameters(), settings.largest_norm);
    }
    optimiser.step();
    return {.loss = value, .correct = count_correct(logits.detach(), targets)};
  }
};

Training::Training(Network& network, const TrainSettings& settings)
    : impl_(std::make_unique<Impl>(*network.impl_, settings)) {}

Training::~Training() = default;

EpochResult Training::epoch(const FragmentSet& set, std::int64_t epoch, const AfterBatch& after_batch) {
  const TrainSettings& settings = impl_->settings;
  const auto start = std::chrono::steady_clock::now();
  impl_->network.model->train();
  at::manual_seed(derived_seed(settings.seed, epoch, 0));  // dropout
  const auto order = shuffled_order(set.size(), derived_seed(settings.seed, epoch, 1));
  const auto turns =
      drawn_turns(settings.augment == Augment::turns ? set.size() : 0, derived_seed(settings.seed, epoch, 2));
  const auto batch = static_cast<std::size_t>(settings.batch);
  double loss = 0;
  std::int64_t correct = 0;
  for (std::size_t from = 0; from < order.size(); from += batch) {
    const auto indices = std::span(order).subspan(from, std::min(batch, order.size() - from));
    const auto batch_turns =
        turns.empty() ? std::span(turns) : std::span(turns).subspan(from, indices.size());
    std::vector<std::int64_t> labels;
    for (const std::uint32_t index : indices) labels.push_back(set.labels()[index]);
    const double done = static_cast<double>(from) / static_cast<double>(order.size());
    impl_->set_learning_rate(learning_rate_at(
        settings, (static_cast<double>(epoch) + done) / static_cast<double>(settings.epochs)));
    const auto count = static_cast<std::int64_t>(indices.size());
    const auto [step_loss, step_correct] = impl_->step(impl_->network.batch(set, indices, batch_turns),
                                                       at::from_blob(labels.data(), {count}, at::kLong));
    if (!std::isfinite(step_loss)) {
      throw Error(Errc::bad_input, "the loss is no longer a number in epoch " + std::to_string(epoch + 1) +
                                       ", batch " + std::to_string(from / batch + 1) +
                                       "; try a lower learning rate");
    }
    loss += step_loss * static_cast<double>(count);
    correct += step_correct;
    if (after_batch) after_batch(count);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto total = static_cast<double>(set.size());
  return {.loss = loss / total,
          .accuracy = static_cast<double>(correct) / total,
          .seconds = seconds,
          .images_per_second = total / seconds};
}

}  // namespace frag::trainer
