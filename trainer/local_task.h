// What a worker does with a lease, apart from the network: a function of the lease, the starting weights, the
// local set and what was kept of the job's earlier tasks, repeatable to the bit at equal thread counts.
#pragma once

#include <string>

#include "trainer/lease_checks.h"
#include "trainer/local_training.h"
#include "trainer/sample_reader.h"
#include "trainer/task_memory.h"

namespace frag::trainer {

// As card_of_version().
ModelCard card_of_lease(const rounds::Lease& lease, const rounds::WeightsFile& start);

// Its local set.
WantedSet wanted_of(const rounds::Lease& lease);

// Whether such a lease needs what was kept of the job's earlier tasks.
bool needs_memory(const rounds::Lease& lease);

struct TaskResult {
  std::string file;  // to be sent: a safetensors file with the report in it, as the lease's compression asks
  rounds::ResultReport report;
  double images_per_second = 0;
};

// "600 fragments, loss 0.412, accuracy 0.871, 803 images/s"
std::string format_task(const TaskResult& result);

// Trains on the set and makes the result. Of an elastic rule the worker has weights W of its own, at first
// the centre c: E = a (W - c) is taken from W before the training, which goes on from there, and -E is sent
// as the change, so that the centre moves by E.
//
// What the job's next task needs is in `memory` before this returns. Errc::io, before the training, where
// nothing can be kept there; Errc::bad_input for weights that do not fit the lease and a lease that asks for
// what does not go together; LossNotFinite for a training that diverges, or ends in numbers that are not
// finite where they would be kept.
TaskResult do_task(const TaskInput& input, TaskMemory& memory, const Training::AfterBatch& after_batch = {});

}  // namespace frag::trainer
