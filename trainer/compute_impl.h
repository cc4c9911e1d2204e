// Shared by the files that compute: the device, and sums in half the bits.
#pragma once

#include <c10/core/Device.h>

namespace frag::trainer {

at::Device device_of_networks();

// While it lives, convolutions and products of matrices on that device take and give bfloat16, whose range is
// that of float: no gradient has to be scaled.
class MixedPrecision {
 public:
  MixedPrecision(bool wanted, at::Device device);
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  const bool wanted_;
  const bool on_gpu_;
};

}  // namespace frag::trainer
