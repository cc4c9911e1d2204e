#include "trainer/tensor_file.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace frag::trainer {

using rounds::DType;
using rounds::TensorInfo;
using rounds::TensorKind;

NamedTensor named_tensor(const std::string& name, const at::Tensor& tensor, TensorKind kind) {
  const DType dtype = kind == TensorKind::counter ? DType::i64 : DType::f32;
  return {{.name = name, .dtype = dtype, .kind = kind, .shape = tensor.sizes().vec()}, tensor};
}

std::string write_tensors(const std::vector<NamedTensor>& tensors, const Json& card) {
  std::vector<TensorInfo> infos;
  for (const auto& [info, tensor] : tensors) infos.push_back(info);
  std::string file = rounds::make_header(infos, card);
  std::uint64_t end = file.size();
  for (const TensorInfo& info : infos) end = std::max(end, info.offset + info.bytes);
  file.resize(end);
  for (const TensorInfo& info : infos) {
    const auto named = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const NamedTensor& t) { return t.info.name == info.name; });
    const at::Tensor plain = named->tensor.detach().cpu().contiguous();
    if (info.bytes > 0) std::memcpy(file.data() + info.offset, plain.data_ptr(), info.bytes);
  }
  return file;
}

at::Tensor read_tensor(const rounds::WeightsFile& file, const TensorInfo& info) {
  at::Tensor tensor = at::empty(info.shape, info.dtype == DType::f32 ? at::kFloat : at::kLong);
  const std::string_view bytes = rounds::tensor_bytes(file, info);
  if (!bytes.empty()) std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
  return tensor;
}

const TensorInfo& expect_tensor(const rounds::WeightsFile& file, const TensorInfo& wanted,
                                const std::string& what) {
  const TensorInfo* found = file.layout.find(wanted.name);
  if (found == nullptr) throw Error(Errc::bad_input, what + ": tensor \"" + wanted.name + "\" is missing");
  if (found->dtype != wanted.dtype) {
    throw Error(Errc::bad_input, what + ": tensor \"" + wanted.name + "\" is " +
                                     rounds::name_of(found->dtype) + ", and the model's is " +
                                     rounds::name_of(wanted.dtype));
  }
  if (found->shape != wanted.shape) {
    throw Error(Errc::bad_input, what + ": tensor \"" + wanted.name + "\" has shape " +
                                     rounds::shape_text(found->shape) + ", and the model's " +
                                     rounds::shape_text(wanted.shape));
  }
  return *found;
}

void load_tensors(const std::vector<NamedTensor>& tensors, const rounds::WeightsFile& file,
                  const std::string& what) {
  const c10::NoGradGuard no_grad;
  std::set<std::string> names;
  for (const auto& [info, tensor] : tensors) {
    at::Tensor(tensor).copy_(read_tensor(file, expect_tensor(file, info, what)));
    names.insert(info.name);
  }
  for (const TensorInfo& info : file.layout.tensors) {
    if (!names.contains(info.name)) {
      throw Error(Errc::bad_input, what + ": the model has no tensor \"" + info.name + "\"");
    }
  }
}

}  // namespace frag::trainer
