// A lease's training: so many epochs, or batches, over one set. Repeatable to the bit at equal thread counts.
#pragma once

#include <cstdint>

#include "libfrag/rounds/messages.h"
#include "libfrag/rounds/rules/catalog.h"
#include "trainer/train_settings.h"
#include "trainer/training.h"

namespace frag::trainer {

// What a task is made of. All that it refers to must outlive it.
struct TaskInput {
  const rounds::Lease& lease;
  const rounds::WeightsFile& start;    // the version that the lease names
  const FragmentSet& set;              // the sample that the lease names
  const ModuleFile* module = nullptr;  // as Network's
  rounds::LocalPull pull = rounds::local_pull(lease.rule, lease.local);
};

// What a lease's settings mean, seeded by its sample's seed, round and part: an asynchronous lease has a draw
// of its own there. Errc::bad_input for an augmentation that a local set cannot have.
TrainSettings train_settings(const rounds::Lease& lease, const rounds::LocalPull& pull);

// Errc::bad_input where what the lease asks for does not go together.
void check_lease(const rounds::Lease& lease, const rounds::LocalPull& pull);

struct LocalTraining {
  Network network;             // trained
  EpochResult last;            // of the last epoch, or what the window had of it
  std::int64_t steps = 0;      // batches
  std::int64_t fragments = 0;  // distinct ones
  double seconds = 0;
};

// Trains lease.local.steps batches from `start`, going over the set as often as needed, or its epochs where
// there is no such window.
LocalTraining train_locally(const TaskInput& input, const rounds::WeightsFile& start,
                            const Training::AfterBatch& after_batch = {});

}  // namespace frag::trainer
