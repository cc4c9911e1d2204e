// A result on disk, read as numbers of the base's layout whatever way it travelled.
//
// A result is a safetensors file with the tensors of the weights it was trained from, in any order:
// parameters as changes (W_start - W_local), buffers and counters as they are. A file says by its tensors
// which of three ways its parameters came:
//
//   fp32    F32, as in the weights
//   fp16    F16 of the same shape (a file may mix F16 and F32 tensors)
//   sparse  the parameters of more than one dimension are not there; in their place there are two tensors,
//             "sparse.indices"  I32, kind index,     [k], strictly ascending
//             "sparse.values"   F32, kind parameter, [k]
//           Entry j says that element indices[j] has the change values[j]; every other element has 0.
//           Elements are counted from 0 through all parameters of more than one dimension, one tensor after
//           the other in the order in which they lie in the weights' file, each row by row. Parameters of at
//           most one dimension come as above.
//
// Buffers are F32 and counters I64 always. Weights themselves are F32 and I64, and none of their tensors has
// a name that begins with "sparse.".
//
// Immutable after construction: any number of threads may read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {

inline constexpr const char* kSparsePrefix = "sparse.";
inline constexpr const char* kSparseIndices = "sparse.indices";
inline constexpr const char* kSparseValues = "sparse.values";

// Whether a tensor of the weights is among those that a sparse result counts through.
bool travels_sparsely(const TensorInfo& tensor);

// How many elements these have.
std::uint64_t sparse_elements(const TensorLayout& base);

class ResultReader {
 public:
  // Opens the file; `base` is the weights' layout. Errc::not_found, Errc::io, or Errc::bad_input that names
  // the file where it is malformed or cannot be added to such weights. Numbers are not looked at:
  // check_result() does that.
  ResultReader(const std::filesystem::path& path, const TensorLayout& base);

  // Elements [first, first + out.size()) of the base's tensor number `tensor`, which holds floats.
  // Errc::bad_input where the indices are not in order, Errc::io.
  void read(std::size_t tensor, std::uint64_t first, std::span<float> out) const;
  // The same of a counter.
  void read(std::size_t tensor, std::uint64_t first, std::span<std::int64_t> out) const;

 private:
  // Where a tensor of the base is. Hundreds of readers are open at once: they keep no names and no layouts.
  struct Place {
    enum class Form { plain, halves, sparse } form;
    std::uint64_t
        start;  // its first byte in the file; of Form::sparse its first element among all sparse ones
  };

  void read_halves(std::uint64_t offset, std::span<float> out) const;
  void read_sparse(std::uint64_t first, std::span<float> out) const;

  std::string name_;
  FileReader file_;
  std::vector<Place> places_;  // by the base's tensors
  // Of the sparse tensors: how many entries, and where their indices and their values begin in the file.
  std::uint64_t entries_ = 0;
  std::uint64_t indices_ = 0;
  std::uint64_t values_ = 0;
  std::vector<std::int32_t> fences_;  // every so manieth index, so that a read finds its entries
};

}  // namespace frag::rounds
