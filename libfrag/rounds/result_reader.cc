#include "libfrag/rounds/result_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "libfrag/base/error.h"
#include "libfrag/rounds/half.h"

namespace frag::rounds {
namespace {

// Elements read at once where they have to be converted or placed: they stay in the innermost cache.
constexpr std::size_t kPiece = 4096;

template <class Number>
void read_numbers(const WeightsReader& file, const TensorInfo& tensor, std::uint64_t first,
                  std::span<Number> out) {
  file.read_into(tensor, first, out.size(), reinterpret_cast<char*>(out.data()));
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
  if (const std::string why = layout_mismatch(file_.layout(), base); !why.empty()) {
    throw Error(Errc::bad_input, name_ + ": " + why);
  }
  std::map<std::string_view, const TensorInfo*> by_name;
  for (const TensorInfo& tensor : file_.layout().tensors) by_name[tensor.name] = &tensor;
  if (by_name.contains(kSparseIndices)) {
    indices_ = by_name.at(kSparseIndices);
    values_ = by_name.at(kSparseValues);
  }
  std::uint64_t sparse_first = 0;
  for (const TensorInfo& tensor : base.tensors) {
    if (indices_ != nullptr && travels_sparsely(tensor)) {
      places_.push_back({nullptr, sparse_first});
      sparse_first += tensor.elements();
    } else {
      places_.push_back({by_name.at(tensor.name), 0});
    }
  }
  for (std::uint64_t j = 0; indices_ != nullptr && j < indices_->elements(); j += kPiece) {
    read_numbers(file_, *indices_, j, std::span(&fences_.emplace_back(), 1));
  }
}

void ResultReader::read(std::size_t tensor, std::uint64_t first, std::span<float> out) const {
  const Place& place = places_.at(tensor);
  if (place.stored == nullptr) {
    read_sparse(place.sparse_first + first, out);
  } else if (place.stored->dtype == DType::f16) {
    read_halves(*place.stored, first, out);
  } else {
    read_numbers(file_, *place.stored, first, out);
  }
}

void ResultReader::read(std::size_t tensor, std::uint64_t first, std::span<std::int64_t> out) const {
  read_numbers(file_, *places_.at(tensor).stored, first, out);
}

void ResultReader::read_halves(const TensorInfo& stored, std::uint64_t first, std::span<float> out) const {
  std::array<std::uint16_t, kPiece> halves;
  for (std::size_t done = 0; done < out.size(); done += kPiece) {
    const auto piece = std::span(halves).first(std::min(kPiece, out.size() - done));
    read_numbers(file_, stored, first + done, piece);
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
  std::array<std::int32_t, kPiece> indices;
  std::array<float, kPiece> values;
  std::int64_t last = -1;
  for (std::uint64_t j = (fence > 0 ? fence - 1 : 0) * kPiece; j < indices_->elements(); j += kPiece) {
    const std::size_t count = std::min<std::uint64_t>(kPiece, indices_->elements() - j);
    read_numbers(file_, *indices_, j, std::span(indices).first(count));
    read_numbers(file_, *values_, j, std::span(values).first(count));
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
