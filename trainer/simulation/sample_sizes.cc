#include "trainer/simulation/sample_sizes.h"

namespace frag::trainer {

std::int64_t SampleSizes::of(const SampleSpec& sample) {
  if (sample.count) return static_cast<std::int64_t>(*sample.count);
  const std::pair key(sample.round, sample.part);
  const auto known = drawn_.find(key);
  if (known != drawn_.end()) return known->second;
  return drawn_[key] = static_cast<std::int64_t>(sampler_->draw(sample).size());
}

}  // namespace frag::trainer
