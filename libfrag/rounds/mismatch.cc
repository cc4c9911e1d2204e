// Whether a result can be added to weights: the same tensors, and only finite numbers.
#include <algorithm>
#include <cstring>
#include <map>

#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {

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

std::string layout_mismatch(const TensorLayout& result, const TensorLayout& base) {
  std::map<std::string_view, const TensorInfo*> by_name;
  for (const TensorInfo& tensor : result.tensors) by_name[tensor.name] = &tensor;
  for (const TensorInfo& wanted : base.tensors) {
    const auto found = by_name.find(wanted.name);
    if (found == by_name.end()) return tensor_named(wanted.name) + " is missing";
    const TensorInfo& given = *found->second;
    if (given.dtype != wanted.dtype) {
      return tensor_named(wanted.name) + " is " + name_of(given.dtype) + ", not " + name_of(wanted.dtype);
    }
    if (given.shape != wanted.shape) {
      return tensor_named(wanted.name) + " has shape " + shape_text(given.shape) + ", not " +
             shape_text(wanted.shape);
    }
    if (given.kind != wanted.kind) {
      return tensor_named(wanted.name) + " is a " + name_of(given.kind) + ", not a " + name_of(wanted.kind);
    }
    by_name.erase(found);
  }
  if (!by_name.empty()) return tensor_named(by_name.begin()->first) + " is not one of the weights";
  return {};
}

std::string mismatch(const WeightsFile& result, const TensorLayout& base) {
  if (std::string why = layout_mismatch(result.layout, base); !why.empty()) return why;
  for (const TensorInfo& tensor : result.layout.tensors) {
    if (tensor.dtype != DType::f32) continue;
    if (const auto at = first_not_finite(tensor_bytes(result, tensor))) {
      return tensor_named(tensor.name) + " holds a number that is not finite, at element " +
             std::to_string(*at);
    }
  }
  return {};
}

}  // namespace frag::rounds
