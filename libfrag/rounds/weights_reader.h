// Weights that stay on disk: the layout in memory, the numbers read a piece at a time.
//
// Immutable after construction: any number of threads may read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "libfrag/base/file.h"
#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {

class WeightsReader {
 public:
  // Opens the file and parses its header. Errc::not_found, Errc::io, or Errc::bad_input where it is
  // malformed.
  explicit WeightsReader(const std::filesystem::path& path);

  const TensorLayout& layout() const { return layout_; }
  // Everything before the first tensor's numbers, byte for byte.
  const std::string& header() const { return header_; }

  // `count` elements of one of layout()'s tensors, from element `first` on, as little-endian bytes.
  std::string read(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count) const;
  // The same into `buffer`.
  void read_into(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count, char* buffer) const;

 private:
  FileReader file_;
  std::string header_;
  TensorLayout layout_;
};

// Everything before the first tensor's numbers. Errc::bad_input where the file is too short for it.
std::string read_header(const FileReader& file);

// Why a file cannot be weights (it holds nothing, or tensors that only results hold, or a number that is not
// finite); empty where it can. One pass over the file, 1 MiB of memory.
std::string weights_fault(const WeightsReader& weights);

}  // namespace frag::rounds
