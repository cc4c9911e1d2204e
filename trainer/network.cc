#include "trainer/network.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <numeric>
#include <stdexcept>

#include "libfrag/base/text.h"
#include "trainer/compute_impl.h"
#include "trainer/measures/probabilities.h"
#include "trainer/models/initial.h"
#include "trainer/models/script.h"
#include "trainer/network_impl.h"
#include "trainer/tensor_file.h"

namespace frag::trainer {
namespace {

using rounds::TensorKind;

constexpr std::int64_t kPredictBatch = 64;

const models::Kind& kind_of(const ModelCard& card, const std::string& what) {
  const models::Kind* kind = models::find_kind(card.model);
  if (kind == nullptr) throw Error(Errc::bad_input, what + ": unknown model \"" + card.model + "\"");
  if (card.input < kind->smallest_input) {
    throw Error(Errc::bad_input, what + ": an input of " + std::to_string(card.input) +
                                     " px is too small for " + card.model + ", which needs " +
                                     std::to_string(kind->smallest_input) + " px");
  }
  return *kind;
}

std::shared_ptr<models::Model> build_script(const ModelCard& card, const models::Shape& shape,
                                            const std::string& what, const ModuleFile* module) {
  const std::string wanted = "the TorchScript module " + card.module_sha256.substr(0, 12);
  if (module == nullptr)
    throw Error(Errc::bad_input, what + ": its network is " + wanted + ", which is not here");
  if (module->sha256 != card.module_sha256) {
    throw Error(Errc::bad_input, what + ": its network is " + wanted + "; " + module->name + " is another (" +
                                     module->sha256.substr(0, 12) + ")");
  }
  try {
    return models::load_script(module->bytes, shape);
  } catch (const std::invalid_argument& problem) {
    throw Error(Errc::bad_input, module->name + ": " + problem.what());
  }
}

std::shared_ptr<models::Model> build(const ModelCard& card, const std::string& what,
                                     const ModuleFile* module) {
  const models::Shape shape{.channels = card.channels,
                            .classes = static_cast<std::int64_t>(card.classes.size()),
                            .input = card.input};
  if (card.model == kTorchScript) return build_script(card, shape, what, module);
  const auto model = kind_of(card, what).build(shape);
  // oneDNN's convolutions would otherwise spend a third of their time reordering.
  for (at::Tensor& parameter : model->parameters()) {
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
  }
  return model;
}

// Every tensor of the model under its name, parameters first; they share the model's storage.
std::vector<NamedTensor> tensors_of(const models::Model& model) {
  std::vector<NamedTensor> all;
  for (const auto& item : model.named_parameters()) {
    all.push_back(named_tensor(item.key(), item.value(), TensorKind::parameter));
  }
  for (const auto& item : model.named_buffers()) {
    const bool counter = !item.value().is_floating_point();
    all.push_back(named_tensor(item.key(), item.value(), counter ? TensorKind::counter : TensorKind::buffer));
  }
  return all;
}

}  // namespace

const std::vector<ModelInfo>& list_models() {
  static const std::vector<ModelInfo> all = [] {
    std::vector<ModelInfo> list;
    for (const models::Kind& kind : models::kinds()) {
      list.push_back({.name = kind.name,
                      .summary = kind.summary,
                      .input = kind.defaults.input,
                      .smallest_input = kind.smallest_input,
                      .subtracts_mean_only = kind.scaling == models::Scaling::subtract_mean,
                      .batch = kind.defaults.batch,
                      .learning_rate = kind.defaults.learning_rate,
                      .momentum = kind.defaults.momentum,
                      .weight_decay = kind.defaults.weight_decay});
    }
    return list;
  }();
  return all;
}

const ModelInfo& model_info(const std::string& name) {
  static const ModelInfo script{.name = kTorchScript,
                                .summary = "a module from a file",
                                .input = 224,
                                .smallest_input = 1,
                                .batch = 32,
                                .learning_rate = 0.01,
                                .momentum = 0.9};
  if (name == kTorchScript) return script;
  std::vector<std::string> names;
  for (const ModelInfo& info : list_models()) {
    if (info.name == name) return info;
    names.push_back(info.name);
  }
  throw Error(Errc::usage, "unknown model \"" + name + "\"; there are " + join(names, ", "));
}

ModelSize model_size(const std::string& model, std::int64_t channels, std::int64_t classes,
                     std::int64_t input) {
  const ModelInfo& info = model_info(model);
  if (model == kTorchScript) throw Error(Errc::usage, "a TorchScript module has no size of its own");
  const models::Size size =
      measure(*models::find_kind(model),
              {.channels = channels, .classes = classes, .input = input > 0 ? input : info.input});
  return {.parameters = size.parameters, .operations = size.operations};
}

std::int64_t parameter_count(const std::string& model, std::int64_t channels, std::int64_t classes) {
  return model_size(model, channels, classes).parameters;
}

ModelCard make_card(const ModuleFile& module, const Catalog& catalog, const FragmentSet& sample) {
  ModelCard card = make_card(kTorchScript, catalog, sample);
  card.module_sha256 = module.sha256;
  return card;
}

ModelCard make_card(const std::string& model, const Catalog& catalog, const FragmentSet& sample) {
  PixelStatistics statistics = pixel_statistics(sample);
  if (model_info(model).subtracts_mean_only) statistics.deviation.assign(statistics.deviation.size(), 1.0);
  return {.model = model,
          .classes = catalog.classes(),
          .channels = sample.shape().channels,
          .input = sample.shape().edge,
          .mean = std::move(statistics.mean),
          .deviation = std::move(statistics.deviation),
          .dataset = catalog.id(),
          .fragment = catalog.recipe().fit == Fit::whole ? 0 : catalog.recipe().tile,
          .recipe = recipe_of_fragments(catalog.recipe())};
}

const Normaliser& Network::normaliser() const {
  return impl_->normaliser;
}

at::Tensor Network::Impl::view_of(const float* pixels, std::size_t fragments) const {
  const std::int64_t edge = card.input;
  const std::int64_t channels = card.channels;
  return at::from_blob(const_cast<float*>(pixels),
                       {static_cast<std::int64_t>(fragments), channels, edge, edge},
                       {edge * edge * channels, 1, edge * channels, channels}, at::kFloat)
      .contiguous(at::MemoryFormat::ChannelsLast)
      .to(device);
}

at::Tensor Network::Impl::tensor_of(const Batch& batch) const {
  return view_of(batch.pixels.data(), batch.size());
}

at::Tensor Network::Impl::tensor_of(const FragmentSet& set, std::span<const std::uint32_t> indices) {
  if (set.shape().edge != card.input || set.shape().channels != card.channels) {
    throw Error(Errc::internal, "fragments of another shape than the network's input");
  }
  buffer.resize(indices.size() * set.stride());
  normaliser.fill(set, indices, buffer.data());
  return view_of(buffer.data(), indices.size());
}

Network::Impl::Impl(ModelCard card_in, const std::string& what, const ModuleFile* module)
    : card(std::move(card_in)),
      normaliser(card),
      model(build(card, what, module)),
      device(device_of_networks()) {
  if (!device.is_cpu()) model->to(device);
}

Network::Network(ModelCard card, std::uint64_t seed, const ModuleFile* module) {
  at::manual_seed(seed);
  impl_ = std::make_unique<Impl>(std::move(card), "model card", module);
}

Network::Network(const rounds::WeightsFile& file, const std::string& what, const ModuleFile* module) {
  const models::Undrawn undrawn;
  impl_ = std::make_unique<Impl>(model_card_from_json(file.layout.card, what), what, module);
  load_tensors(tensors_of(*impl_->model), file, what);
}

Network::~Network() = default;
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;

const ModelCard& Network::card() const {
  return impl_->card;
}

std::int64_t Network::parameters() const {
  return models::parameter_count(*impl_->model);
}

std::string Network::weights() const {
  return write_tensors(tensors_of(*impl_->model), to_json(impl_->card));
}

std::string Network::change_from(const rounds::WeightsFile& start) const {
  const c10::NoGradGuard no_grad;
  std::vector<NamedTensor> tensors = tensors_of(*impl_->model);
  for (auto& [info, tensor] : tensors) {
    if (info.kind != TensorKind::parameter) continue;
    tensor = read_tensor(start, expect_tensor(start, info, "starting weights")) - tensor.cpu();
  }
  return write_tensors(tensors, to_json(impl_->card));
}

std::vector<float> Network::logits(const FragmentSet& set) {
  const c10::NoGradGuard no_grad;
  impl_->model->eval();
  std::vector<std::uint32_t> order(set.size());
  std::iota(order.begin(), order.end(), 0u);
  std::vector<float> all;
  all.reserve(set.size() * impl_->card.classes.size());
  for (std::size_t from = 0; from < order.size(); from += kPredictBatch) {
    const auto indices =
        std::span(order).subspan(from, std::min<std::size_t>(kPredictBatch, order.size() - from));
    const at::Tensor rows = impl_->model->forward(impl_->tensor_of(set, indices)).cpu().contiguous();
    if (!at::isfinite(rows).all().item<bool>()) {
      throw NoNumbers("what the network gives is not a number: its weights are of no use");
    }
    all.insert(all.end(), rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel());
  }
  return all;
}

std::vector<float> Network::probabilities(const FragmentSet& set) {
  std::vector<float> all = logits(set);
  const auto classes = static_cast<std::int64_t>(impl_->card.classes.size());
  at::Tensor rows = at::from_blob(all.data(), {static_cast<std::int64_t>(set.size()), classes}, at::kFloat);
  rows.copy_(at::softmax(rows, 1));
  return all;
}

std::vector<std::uint32_t> Network::predict(const FragmentSet& set) {
  return most_probable(Probabilities(probabilities(set), impl_->card.classes.size()));
}

}  // namespace frag::trainer
