// Whether a file can be weights, and whether a result can be added to them.
#include <algorithm>
#include <cstring>
#include <map>

#include "libfrag/rounds/result_reader.h"
#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {
namespace {

using ByName = std::map<std::string_view, const TensorInfo*>;

// Why the two sparse tensors do not fit together; they are taken out of `given`.
std::string sparse_mismatch(ByName& given) {
  for (const char* name : {kSparseIndices, kSparseValues}) {
    if (!given.contains(name)) return tensor_named(name) + " is missing beside the other sparse one";
  }
  const TensorInfo& indices = *given.at(kSparseIndices);
  const TensorInfo& values = *given.at(kSparseValues);
  if (indices.dtype != DType::i32) return tensor_named(indices.name) + " is not I32";
  if (values.dtype != DType::f32 || values.kind != TensorKind::parameter) {
    return tensor_named(values.name) + " is not a parameter of F32";
  }
  if (indices.shape.size() != 1 || indices.shape != values.shape) {
    return tensor_named(indices.name) + " has shape " + shape_text(indices.shape) + " and " +
           tensor_named(values.name) + " " + shape_text(values.shape) + "; they must be lists of one length";
  }
  given.erase(kSparseIndices);
  given.erase(kSparseValues);
  return {};
}

// Why `given` cannot be added to the tensor `wanted` of the weights.
std::string tensor_mismatch(const TensorInfo& given, const TensorInfo& wanted) {
  const bool narrowed = given.dtype == DType::f16 && wanted.kind == TensorKind::parameter;
  if (given.dtype != wanted.dtype && !narrowed) {
    return tensor_named(wanted.name) + " is " + name_of(given.dtype) + ", not " + name_of(wanted.dtype);
  }
  if (given.shape != wanted.shape) {
    return tensor_named(wanted.name) + " has shape " + shape_text(given.shape) + ", not " +
           shape_text(wanted.shape);
  }
  if (given.kind != wanted.kind) {
    return tensor_named(wanted.name) + " is a " + name_of(given.kind) + ", not a " + name_of(wanted.kind);
  }
  return {};
}

}  // namespace

std::optional<std::uint64_t> first_not_finite(std::string_view floats) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  // Blocks without a branch inside, so that the usual answer costs one pass at memory speed.
  constexpr std::size_t kBlock = 4096;
  const std::size_t count = floats.size() / 4;
  const auto bits_at = [&](std::size_t i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, floats.data() + i * 4, sizeof bits);
    return bits & kExponent;
  };
  for (std::size_t start = 0; start < count; start += kBlock) {
    const std::size_t stop = std::min(start + kBlock, count);
    std::uint32_t found = 0;
    for (std::size_t i = start; i < stop; ++i) found |= static_cast<std::uint32_t>(bits_at(i) == kExponent);
    for (std::size_t i = start; found != 0 && i < stop; ++i) {
      if (bits_at(i) == kExponent) return i;
    }
  }
  return std::nullopt;
}

std::string not_weights(const TensorLayout& layout) {
  if (layout.tensors.empty()) return "there is no tensor in it";
  for (const TensorInfo& tensor : layout.tensors) {
    if (tensor.dtype != DType::f32 && tensor.dtype != DType::i64) {
      return tensor_named(tensor.name) + " is " + name_of(tensor.dtype) + "; weights are F32 and I64";
    }
    if (tensor.name.starts_with(kSparsePrefix)) {
      return tensor_named(tensor.name) + " has a name that only results have: give it another";
    }
  }
  return {};
}

std::string layout_mismatch(const TensorLayout& result, const TensorLayout& base) {
  ByName given;
  for (const TensorInfo& tensor : result.tensors) given[tensor.name] = &tensor;
  const bool sparse = given.contains(kSparseIndices) || given.contains(kSparseValues);
  if (sparse) {
    if (std::string why = sparse_mismatch(given); !why.empty()) return why;
  }
  for (const TensorInfo& wanted : base.tensors) {
    const auto found = given.find(wanted.name);
    if (sparse && travels_sparsely(wanted)) {
      if (found != given.end()) return tensor_named(wanted.name) + " is there beside the sparse ones";
      continue;
    }
    if (found == given.end()) return tensor_named(wanted.name) + " is missing";
    if (std::string why = tensor_mismatch(*found->second, wanted); !why.empty()) return why;
    given.erase(found);
  }
  if (!given.empty()) return tensor_named(given.begin()->first) + " is not one of the weights";
  return {};
}

}  // namespace frag::rounds
