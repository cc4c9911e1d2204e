// How many fragments the leases of a job ask for, by its draws alone: no pixel is read.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "libfrag/sampling/sampler.h"

namespace frag::trainer {

class SampleSizes {
 public:
  // `sampler` of the job's dataset.
  explicit SampleSizes(std::shared_ptr<const Sampler> sampler) : sampler_(std::move(sampler)) {}

  // Of one job's samples, which differ in round, part and count alone. Errors as Sampler::draw.
  std::int64_t of(const SampleSpec& sample);

 private:
  const std::shared_ptr<const Sampler> sampler_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::int64_t> drawn_;  // by round and part
};

}  // namespace frag::trainer
