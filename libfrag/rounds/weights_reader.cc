#include "libfrag/rounds/weights_reader.h"

#include <algorithm>

namespace frag::rounds {
namespace {

constexpr std::uint64_t kChunkElements = std::uint64_t{1} << 18;

}  // namespace

std::string read_header(const FileReader& file) {
  const std::uint64_t wanted = header_bytes(file.read(0, std::min<std::uint64_t>(file.size(), 8)));
  return file.read(0, std::min(file.size(), wanted));
}

WeightsReader::WeightsReader(const std::filesystem::path& path)
    : file_(path), header_(read_header(file_)), layout_(parse_layout(header_, file_.size())) {}

std::string WeightsReader::read(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count) const {
  const std::uint64_t width = width_of(tensor.dtype);
  return file_.read(tensor.offset + first * width, count * width);
}

void WeightsReader::read_into(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count,
                              char* buffer) const {
  const std::uint64_t width = width_of(tensor.dtype);
  file_.read_into(tensor.offset + first * width, buffer, count * width);
}

std::string weights_fault(const WeightsReader& weights) {
  if (std::string why = not_weights(weights.layout()); !why.empty()) return why;
  for (const TensorInfo& tensor : weights.layout().tensors) {
    if (tensor.dtype != DType::f32) continue;
    const std::uint64_t elements = tensor.elements();
    for (std::uint64_t first = 0; first < elements; first += kChunkElements) {
      const std::uint64_t count = std::min(kChunkElements, elements - first);
      if (const auto at = first_not_finite(weights.read(tensor, first, count))) {
        return tensor_named(tensor.name) + " holds a number that is not finite, at element " +
               std::to_string(first + *at);
      }
    }
  }
  return {};
}

}  // namespace frag::rounds
