// A job file made ready to be submitted, or simulated: its dataset known, its unevenness drawn, its first
// weights made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libfrag/sampling/sampler.h"
#include "trainer/job_file.h"
#include "trainer/network.h"

namespace frag::trainer {

struct PreparedJob {
  rounds::JobSpec job;
  std::string weights;                     // the first: a safetensors file
  std::shared_ptr<const Sampler> sampler;  // of its dataset
};

// `places` (a dataset folder, tars, or mirrors) are asked for the dataset instead of the job's mirrors, where
// there are any. The first weights are the job's model, drawn by the sample's seed, or a module's own, with
// mean and deviation of a training sample. Errors as open_access, Access::read and check_job.
PreparedJob prepare_job(const JobFile& file, const std::vector<std::string>& places = {});

}  // namespace frag::trainer
