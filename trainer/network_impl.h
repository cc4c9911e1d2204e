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
  std::vector<float> buffer;  // a batch's pixels

  // `what` stands in messages.
  Impl(ModelCard card_in, const std::string& what, const ModuleFile* module);

  // The fragments `indices` as [n, channels, edge, edge] in channels-last order. A view into `buffer`: gone
  // with the next call.
  at::Tensor batch(const FragmentSet& set, std::span<const std::uint32_t> indices,
                   std::span<const std::uint8_t> turns);
};

}  // namespace frag::trainer
