#include "libfrag/rounds/safetensors.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const auto weights = frag::rounds::parse_weights(std::string(bytes));
  for (const auto& tensor : weights.layout.tensors) {
    if (frag::rounds::tensor_bytes(weights, tensor).size() != tensor.bytes) __builtin_trap();
  }
  frag::rounds::not_weights(weights.layout);
}
