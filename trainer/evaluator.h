// What an evaluator does with a lease, apart from the network.
#pragma once

#include "libfrag/rounds/messages.h"
#include "trainer/network.h"

namespace frag::trainer {

// Accuracy and mean cross-entropy of `weights` over `set`. Weights that give no numbers are right about none,
// and have the loss of a network that gives every label nothing. Errc::bad_input where the weights are of
// another model, or module, than the lease says.
rounds::Measurement measure_version(const rounds::EvaluationLease& lease, const rounds::WeightsFile& weights,
                                    const FragmentSet& set, const ModuleFile* module = nullptr);

}  // namespace frag::trainer
