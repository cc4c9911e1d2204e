// A result from a stranger: its check, and what a rule would read of it. The bytes are the file.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/rounds/result_check.h"
#include "libfrag/rounds/result_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace frag::rounds;

namespace {

// Two matrices, a vector, statistics and a counter.
TensorLayout base_layout() {
  std::vector<TensorInfo> tensors(5);
  const char* names[] = {"n", "a", "b", "c", "m"};
  const std::vector<std::int64_t> shapes[] = {{1}, {2, 3}, {2}, {2, 2}, {2}};
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    tensors[t].name = names[t];
    tensors[t].shape = shapes[t];
  }
  tensors[0].dtype = DType::i64;
  tensors[0].kind = TensorKind::counter;
  tensors[4].kind = TensorKind::buffer;
  const std::string header = make_header(tensors, nullptr);
  return parse_layout(header, tensors.back().offset + tensors.back().bytes);
}

// In memory where the system has such a place; a name of this process alone.
std::filesystem::path scratch_file() {
  const bool in_memory = std::filesystem::is_directory("/dev/shm");
  return (in_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
         ("frag-result-fuzz-" + std::to_string(::getpid()));
}

struct Scratch {
  std::filesystem::path path = scratch_file();
  ~Scratch() { ::unlink(path.c_str()); }
};

}  // namespace

FRAG_FUZZ(bytes) {
  static const TensorLayout base = base_layout();
  static const Scratch scratch;
  {
    frag::FileWriter file(scratch.path);
    file.write(bytes);
    file.flush();
  }
  const ResultCheck check = check_result(scratch.path, base);
  const ResultReader reader(scratch.path, base);
  for (std::size_t t = 0; t < base.tensors.size(); ++t) {
    if (base.tensors[t].kind == TensorKind::counter) {
      std::vector<std::int64_t> numbers(base.tensors[t].elements());
      reader.read(t, 0, std::span<std::int64_t>(numbers));
      continue;
    }
    std::vector<float> numbers(base.tensors[t].elements());
    reader.read(t, 0, std::span<float>(numbers));
    for (const float number : numbers) {
      if (check.fault.empty() && !std::isfinite(number)) __builtin_trap();
    }
  }
}
