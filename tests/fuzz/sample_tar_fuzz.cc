#include <algorithm>
#include <cstring>

#include "libfrag/archive/sample_tar.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  frag::SampleReader reader([bytes](char* buffer, std::size_t capacity) mutable {
    const std::size_t take = std::min(capacity, bytes.size());
    std::memcpy(buffer, bytes.data(), take);
    bytes.remove_prefix(take);
    return take;
  });
  while (reader.next()) {
  }
}
