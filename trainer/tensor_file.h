// LibTorch's tensors in safetensors files. For the few files that compute.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "libfrag/rounds/safetensors.h"

namespace frag::trainer {

struct NamedTensor {
  rounds::TensorInfo info;
  at::Tensor tensor;  // as its owner holds it: the numbers may lie in another order than the file's
};

// A NamedTensor of that name and kind; floats, or 64-bit integers where it is a counter.
NamedTensor named_tensor(const std::string& name, const at::Tensor& tensor, rounds::TensorKind kind);

// A whole safetensors file of these tensors.
std::string write_tensors(const std::vector<NamedTensor>& tensors, const Json& card);

// A tensor of the file, rows one after the other.
at::Tensor read_tensor(const rounds::WeightsFile& file, const rounds::TensorInfo& info);

// The file's tensor of `wanted`'s name. Errc::bad_input that begins with `what` where it is missing or of
// another shape or type.
const rounds::TensorInfo& expect_tensor(const rounds::WeightsFile& file, const rounds::TensorInfo& wanted,
                                        const std::string& what);

// Copies the numbers of all `tensors` out of the file into them. Errc::bad_input as above, and where the file
// holds others.
void load_tensors(const std::vector<NamedTensor>& tensors, const rounds::WeightsFile& file,
                  const std::string& what);

}  // namespace frag::trainer
