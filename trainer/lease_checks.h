// Whether a worker has what a lease names: the job's model in the weights that came, and the program that it
// is to run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/rounds/safetensors.h"
#include "trainer/model_card.h"
#include "trainer/module_file.h"

namespace frag::trainer {

// The card of a version of weights. Errc::bad_input where they are of another model, or module, than the
// job's.
ModelCard card_of_version(std::int64_t version, const rounds::WeightsFile& weights, const std::string& model,
                          const std::string& module_sha256);

// TorchScript files that this worker may run. Errc::not_found for one that is not there.
std::vector<ModuleFile> read_modules(const std::vector<std::string>& paths);

// The one of `modules` with this digest; nullptr where it is empty. Errc::refused, with the digest and the
// way out, where none of them is it: whoever runs a worker decides which programs it runs.
const ModuleFile* module_of_job(std::int64_t job, const std::string& sha256,
                                const std::vector<ModuleFile>& modules);

}  // namespace frag::trainer
