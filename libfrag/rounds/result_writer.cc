#include "libfrag/rounds/result_writer.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "libfrag/base/error.h"
#include "libfrag/rounds/half.h"
#include "libfrag/rounds/result_reader.h"

namespace frag::rounds {
namespace {

const TensorInfo& tensor_like(const TensorLayout& layout, const TensorInfo& wanted) {
  const TensorInfo* found = layout.find(wanted.name);
  if (found == nullptr || found->shape != wanted.shape || found->dtype != wanted.dtype) {
    throw Error(Errc::bad_input,
                tensor_named(wanted.name) + " is missing, or of another shape or type than in the weights");
  }
  return *found;
}

template <class Number>
std::string_view bytes_of(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

std::string halves_of(std::string_view floats) {
  std::vector<float> numbers(floats.size() / sizeof(float));
  if (!numbers.empty()) std::memcpy(numbers.data(), floats.data(), floats.size());
  std::vector<std::uint16_t> halves(numbers.size());
  halves_of_floats(numbers, halves);
  return std::string(bytes_of(halves));
}

// A file of these tensors with these bytes, by name.
std::string file_of(std::vector<TensorInfo> tensors, const std::map<std::string, std::string_view>& bytes,
                    const Json& card, const ResultReport& report) {
  std::string file = make_header(tensors, card, to_json(report));
  if (!tensors.empty()) file.reserve(tensors.back().offset + tensors.back().bytes);
  for (const TensorInfo& tensor : tensors) file += bytes.at(tensor.name);
  return file;
}

}  // namespace

std::vector<TensorInfo> parameters_of(const TensorLayout& base) {
  std::vector<TensorInfo> tensors;
  std::copy_if(base.tensors.begin(), base.tensors.end(), std::back_inserter(tensors),
               [](const TensorInfo& tensor) { return tensor.kind == TensorKind::parameter; });
  return tensors;
}

std::vector<TensorInfo> sparse_parameters_of(const TensorLayout& base) {
  std::vector<TensorInfo> tensors;
  std::copy_if(base.tensors.begin(), base.tensors.end(), std::back_inserter(tensors), travels_sparsely);
  return tensors;
}

std::vector<float> floats_of(const WeightsFile& file, const std::vector<TensorInfo>& tensors) {
  std::vector<float> numbers;
  for (const TensorInfo& tensor : tensors) {
    const std::string_view bytes = tensor_bytes(file, tensor_like(file.layout, tensor));
    const std::size_t start = numbers.size();
    numbers.resize(start + bytes.size() / sizeof(float));
    if (!bytes.empty()) std::memcpy(numbers.data() + start, bytes.data(), bytes.size());
  }
  return numbers;
}

WeightsFile with_floats(WeightsFile file, const std::vector<TensorInfo>& tensors,
                        std::span<const float> numbers) {
  for (const TensorInfo& tensor : tensors) {
    const TensorInfo& place = tensor_like(file.layout, tensor);
    const std::uint64_t count = place.elements();
    if (count > numbers.size()) throw Error(Errc::internal, "fewer numbers than the tensors hold");
    if (count > 0) std::memcpy(file.file.data() + place.offset, numbers.data(), place.bytes);
    numbers = numbers.subspan(count);
  }
  if (!numbers.empty()) throw Error(Errc::internal, "more numbers than the tensors hold");
  return file;
}

std::string write_result(const WeightsFile& change, const ResultReport& report, Width width) {
  std::vector<TensorInfo> tensors = change.layout.tensors;
  std::map<std::string, std::string> halves;
  std::map<std::string, std::string_view> bytes;
  for (TensorInfo& tensor : tensors) {
    bytes[tensor.name] = tensor_bytes(change, tensor);
    if (width == Width::full || tensor.kind != TensorKind::parameter) continue;
    tensor.dtype = DType::f16;
    bytes[tensor.name] = halves[tensor.name] = halves_of(bytes[tensor.name]);
  }
  return file_of(std::move(tensors), bytes, change.layout.card, report);
}

std::string write_sparse_result(const WeightsFile& change, const TensorLayout& base,
                                const SparseChange& sparse, const ResultReport& report) {
  const auto entries = static_cast<std::int64_t>(sparse.indices.size());
  std::vector<TensorInfo> tensors{
      {.name = kSparseIndices, .dtype = DType::i32, .kind = TensorKind::index, .shape = {entries}},
      {.name = kSparseValues, .shape = {entries}}};
  std::map<std::string, std::string_view> bytes{{kSparseIndices, bytes_of(sparse.indices)},
                                                {kSparseValues, bytes_of(sparse.values)}};
  for (const TensorInfo& tensor : base.tensors) {
    if (travels_sparsely(tensor)) continue;
    tensors.push_back(tensor);
    bytes[tensor.name] = tensor_bytes(change, tensor_like(change.layout, tensor));
  }
  return file_of(std::move(tensors), bytes, change.layout.card, report);
}

}  // namespace frag::rounds
