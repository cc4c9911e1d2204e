// Shared by the two files that compute: what a Network holds.
#pragma once

#include <memory>
#include <vector>

#include "trainer/batch.h"
#include "trainer/models/model.h"
#include "trainer/network.h"

namespace frag::trainer {

struct Network::Impl {
  ModelCard card;
  Normaliser normaliser;
  std::shared_ptr<models::Model> model;
  const at::Device device;    // of the model
  std::vector<float> buffer;  // some fragments' pixels

  // `what` stands in messages.
  Impl(ModelCard card_in, const std::string& what, const ModuleFile* module);

  // [n, channels, edge, edge] in channels-last order, on the device. A view where that is the processor: gone
  // with the batch, or the next call.
  at::Tensor tensor_of(const Batch& batch) const;
  at::Tensor tensor_of(const FragmentSet& set, std::span<const std::uint32_t> indices);

 private:
  at::Tensor view_of(const float* pixels, std::size_t fragments) const;
};

}  // namespace frag::trainer
