// What a worker does with a lease, apart from the network: a function of the lease, the starting weights and
// the dataset, repeatable to the bit at equal thread counts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/rounds/messages.h"
#include "trainer/training.h"

namespace frag::trainer {

struct LocalResult {
  std::string change;  // a safetensors file: parameters as start - trained, buffers and counters as they are
  std::int64_t fragments = 0;
  EpochResult last;  // of the last local epoch
};

// Errc::bad_input where the weights are of another model, or module, than the lease says.
ModelCard card_of_lease(const rounds::Lease& lease, const rounds::WeightsFile& start);

// The fragments that the lease names, at the network's input size. Errors as Access::read.
FragmentSet draw_local_set(const rounds::Lease& lease, const ModelCard& card, Access& access);

// The one of `modules` that the lease names; nullptr where it names none. Errc::refused, with the digest and
// the way out, where none of them is it: whoever runs a worker decides which programs it runs.
const ModuleFile* module_of_lease(const rounds::Lease& lease, const std::vector<ModuleFile>& modules);

// Trains lease.local's epochs from `start`. Seeded by the lease's sample seed, round and part. `module`:
// module_of_lease().
LocalResult train_locally(const rounds::Lease& lease, const rounds::WeightsFile& start,
                          const FragmentSet& set, const Training::AfterBatch& after_batch = {},
                          const ModuleFile* module = nullptr);

}  // namespace frag::trainer
