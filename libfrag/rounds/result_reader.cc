#include "libfrag/rounds/result_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "libfrag/base/error.h"
#include "libfrag/rounds/half.h"
#include "libfrag/rounds/weights_reader.h"

namespace frag::rounds {
namespace {

// Elements read at once where they have to be converted or placed: they stay in the innermost cache.
constexpr std::size_t kHalvesAtOnce = 8192;
constexpr std::size_t kEntriesAtOnce = 1024;

template <class Number>
void read_numbers(const FileReader& file, std::uint64_t offset, std::span<Number> out) {
  file.read_into(offset, reinterpret_cast<char*>(out.data()), out.size_bytes());
}

TensorLayout layout_that_fits(const std::string& name, const FileReader& file, const TensorLayout& base) {
  TensorLayout layout = parse_layout(read_header(file), file.size());
  if (const std::string why = layout_mismatch(layout, base); !why.empty()) {
    throw Error(Errc::bad_input, name + ": " + why);
  }
  return layout;
}

}  // namespace

bool travels_sparsely(const TensorInfo& tensor) {
  return tensor.kind == TensorKind::parameter && tensor.shape.size() > 1;
}

std::uint64_t sparse_elements(const TensorLayout& base) {
  std::uint64_t count = 0;
  for (const TensorInfo& tensor : base.tensors) count += travels_sparsely(tensor) ? tensor.elements() : 0;
  return count;
}

ResultReader::ResultReader(const std::filesystem::path& path, const TensorLayout& base)
    : name_(path.filename().string()), file_(path) {
  const TensorLayout layout = layout_that_fits(name_, file_, base);
  std::map<std::string_view, const TensorInfo*> by_name;
  for (const TensorInfo& tensor : layout.tensors) by_name[tensor.name] = &tensor;
  const bool sparse = by_name.contains(kSparseIndices);
  std::uint64_t sparse_first = 0;
  for (const TensorInfo& tensor : base.tensors) {
    if (sparse && travels_sparsely(tensor)) {
      places_.push_back({Place::Form::sparse, sparse_first});
      sparse_first += tensor.elements();
      continue;
    }
    const TensorInfo& stored = *by_name.at(tensor.name);
    places_.push_back({stored.dtype == DType::f16 ? Place::Form::halves : Place::Form::plain, stored.offset});
  }
  if (!sparse) return;
  entries_ = by_name.at(kSparseIndices)->elements();
  indices_ = by_name.at(kSparseIndices)->offset;
  values_ = by_name.at(kSparseValues)->offset;
  for (std::uint64_t j = 0; j < entries_; j += kEntriesAtOnce) {
    read_numbers(file_, indices_ + j * sizeof(std::int32_t), std::span(&fences_.emplace_back(), 1));
  }
}

void ResultReader::read(std::size_t tensor, std::uint64_t first, std::span<float> out) const {
  const Place& place = places_.at(tensor);
  switch (place.form) {
    case Place::Form::plain:
      return read_numbers(file_, place.start + first * sizeof(float), out);
    case Place::Form::halves:
      return read_halves(place.start + first * sizeof(std::uint16_t), out);
    case Place::Form::sparse:
      return read_sparse(place.start + first, out);
  }
}

void ResultReader::read(std::size_t tensor, std::uint64_t first, std::span<std::int64_t> out) const {
  read_numbers(file_, places_.at(tensor).start + first * sizeof(std::int64_t), out);
}

void ResultReader::read_halves(std::uint64_t offset, std::span<float> out) const {
  std::array<std::uint16_t, kHalvesAtOnce> halves;
  for (std::size_t done = 0; done < out.size(); done += kHalvesAtOnce) {
    const auto piece = std::span(halves).first(std::min(kHalvesAtOnce, out.size() - done));
    read_numbers(file_, offset + done * sizeof(std::uint16_t), piece);
    floats_of_halves(piece, out.subspan(done, piece.size()));
  }
}

void ResultReader::read_sparse(std::uint64_t first, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0f);
  const std::uint64_t end = first + out.size();
  const auto above =
      std::upper_bound(fences_.begin(), fences_.end(), first, [](std::uint64_t at, std::int32_t fence) {
        return fence >= 0 && at < static_cast<std::uint64_t>(fence);
      });
  const auto fence = static_cast<std::uint64_t>(above - fences_.begin());
  std::array<std::int32_t, kEntriesAtOnce> indices;
  std::array<float, kEntriesAtOnce> values;
  std::int64_t last = -1;
  for (std::uint64_t j = (fence > 0 ? fence - 1 : 0) * kEntriesAtOnce; j < entries_; j += kEntriesAtOnce) {
    const std::size_t count = std::min<std::uint64_t>(kEntriesAtOnce, entries_ - j);
    read_numbers(file_, indices_ + j * sizeof(std::int32_t), std::span(indices).first(count));
    read_numbers(file_, values_ + j * sizeof(float), std::span(values).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      if (indices[i] <= last) throw Error(Errc::bad_input, name_ + ": its indices are not in order");
      last = indices[i];
      const auto at = static_cast<std::uint64_t>(last);
      if (at >= end) return;
      if (at >= first) out[at - first] = values[i];
    }
  }
}

}  // namespace frag::rounds
