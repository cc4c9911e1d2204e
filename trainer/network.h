// A network with its model card: what commands and workers hold instead of LibTorch's types, so that only the
// few files that compute include LibTorch's headers.
//
// A Network belongs to one thread at a time. With equal seeds and equal thread counts every
// result here is equal to the bit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/rounds/safetensors.h"
#include "trainer/batch.h"
#include "trainer/compute.h"
#include "trainer/fragment_set.h"
#include "trainer/model_card.h"
#include "trainer/module_file.h"

namespace frag::trainer {

// A line of `fragtrain models`, and what a command takes where its user said nothing.
struct ModelInfo {
  std::string name;
  std::string summary;
  std::int64_t input = 0;            // pixels
  std::int64_t smallest_input = 0;   // pixels
  bool subtracts_mean_only = false;  // its pixels are not divided by their deviation
  std::int64_t batch = 0;
  double learning_rate = 0;
  double momentum = 0;
  double weight_decay = 0;
};

const std::vector<ModelInfo>& list_models();

// A model's defaults, also those of "torchscript", which is not listed. Errc::usage that lists the models
// there are.
const ModelInfo& model_info(const std::string& name);

struct ModelSize {
  std::int64_t parameters = 0;
  std::int64_t operations = 0;  // multiply-adds of convolutions and linear layers, for one input
};

// Of a network of that model, without making one; `input` 0 is the model's own. Errc::usage as model_info.
ModelSize model_size(const std::string& model, std::int64_t channels, std::int64_t classes,
                     std::int64_t input = 0);
std::int64_t parameter_count(const std::string& model, std::int64_t channels, std::int64_t classes);

// A card for a new network: mean and deviation of `sample`'s pixels, as the model wants them.
ModelCard make_card(const std::string& model, const Catalog& catalog, const FragmentSet& sample);
ModelCard make_card(const ModuleFile& module, const Catalog& catalog, const FragmentSet& sample);

// A network gives something else than finite numbers: training it failed.
class NoNumbers : public Error {
 public:
  explicit NoNumbers(const std::string& message) : Error(Errc::bad_input, message) {}
};

class Network {
 public:
  // Freshly drawn weights: a function of the card and the seed. Errc::bad_input where the card names a model
  // that we do not have or an input too small for it. A card of a TorchScript module needs that very `module`
  // (Errc::bad_input else, and where it is no network for this card); its weights are those in the file.
  Network(ModelCard card, std::uint64_t seed, const ModuleFile* module = nullptr);

  // From a weights file; `what` stands in messages. Errc::bad_input where its card or a tensor's name, shape
  // or type is not the model's.
  Network(const rounds::WeightsFile& file, const std::string& what, const ModuleFile* module = nullptr);

  ~Network();
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;

  const ModelCard& card() const;
  InputShape input() const { return shape_of(card()); }
  std::int64_t parameters() const;
  // What makes numbers of its inputs' pixels.
  const Normaliser& normaliser() const;

  // A whole safetensors file with the card.
  std::string weights() const;

  // A TorchScript file that classifies fragments by itself (docs/keeping.md): [n, channels, h, w] pixels of
  // 0..255 in any type -> [n, classes] logits, with resizing and normalisation inside; attributes `classes`,
  // `input_size`, `channels` and `card`.
  std::string torchscript() const;

  // What a worker sends: parameters as start - now, buffers and counters as they are now. `start` is the file
  // that this network was made from.
  std::string change_from(const rounds::WeightsFile& start) const;

  // What the network gives for every fragment: [size, classes] row by row. NoNumbers where some are not
  // finite.
  std::vector<float> logits(const FragmentSet& set);

  // The softmax of logits(), each row of sum 1.
  std::vector<float> probabilities(const FragmentSet& set);

  // The class number of every fragment: of its largest probability, the lowest of equals.
  std::vector<std::uint32_t> predict(const FragmentSet& set);

 private:
  friend class Training;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag::trainer
