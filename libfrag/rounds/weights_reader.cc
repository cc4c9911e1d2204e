#include "libfrag/rounds/weights_reader.h"

#include <algorithm>

namespace frag::rounds {
namespace {

constexpr std::uint64_t kChunkElements = std::uint64_t{1} << 18;

std::string read_header(const FileReader& file) {
  const std::uint64_t wanted = header_bytes(file.read(0, std::min<std::uint64_t>(file.size(), 8)));
  return file.read(0, std::min(file.size(), wanted));
}

}  // namespace

WeightsReader::WeightsReader(const std::filesystem::path& path)
    : file_(path), header_(read_header(file_)), layout_(parse_layout(header_, file_.size())) {}

std::string WeightsReader::read(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count) const {
  const std::uint64_t width = width_of(tensor.dtype);
  return file_.read(tensor.offset + first * width, count * width);
}

std::string not_finite(const WeightsReader& weights) {
  for (const TensorInfo& tensor : weights.layout().tensors) {
    if (tensor.dtype != DType::f32) continue;
    const std::uint64_t elements = tensor.elements();
    for (std::uint64_t first = 0; first < elements; first += kChunkElements) {
      const std::uint64_t count = std::min(kChunkElements, elements - first);
      if (const auto at = first_not_finite(weights.read(tensor, first, count))) {
        return "tensor \"" + tensor.name + "\" holds a number that is not finite, at element " +
               std::to_string(first + *at);
      }
    }
  }
  return {};
}

std::string mismatch(const WeightsReader& result, const TensorLayout& base) {
  std::string why = layout_mismatch(result.layout(), base);
  return why.empty() ? not_finite(result) : why;
}

}  // namespace frag::rounds
