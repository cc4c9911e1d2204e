// What a rule remembers from step to step, as a file: safetensors with the tensors "MEMORY.TENSOR"
// ("momentum." and a parameter's name) of F32, of each parameter's shape, for all of Rule::memory() and all
// parameters of the weights in their order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/rounds/safetensors.h"
#include "libfrag/rounds/weights_reader.h"

namespace frag::rounds {

// Where the memories of a layout lie in their file, and the file's header.
struct MemoryLayout {
  MemoryLayout(const std::vector<std::string>& names, const TensorLayout& base);

  std::string header;
  std::uint64_t file_bytes = 0;
  std::vector<TensorInfo> tensors;
  // first[t]: of the base's tensor t, the position in `tensors` of its first memory; the others follow.
  std::vector<std::size_t> first;
};

// One step's memories: read from what the last step left, written for the next. The calls are for any thread,
// as long as each element is one thread's.
class RuleMemory {
 public:
  // `last` empty: before the first step. Errc::bad_input where it does not fit, Errc::not_found, Errc::io.
  RuleMemory(const std::vector<std::string>& names, const TensorLayout& base,
             const std::filesystem::path& last, const std::filesystem::path& next);

  std::size_t count() const { return count_; }
  // Elements [first, first + numbers.size()) of memory `m` of the base's tensor `t`; 0 before the first step.
  void read(std::size_t t, std::size_t m, std::uint64_t first, std::span<float> numbers) const;
  void write(std::size_t t, std::size_t m, std::uint64_t first, std::span<const float> numbers) const;
  // Makes the new file durable under its name.
  void commit();

 private:
  std::size_t count_;
  MemoryLayout layout_;
  std::optional<WeightsReader> last_;
  AtomicFile next_;
};

}  // namespace frag::rounds
