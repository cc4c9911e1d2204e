// Bytes in memory as a reader takes them.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "libfrag/archive/tar.h"

namespace frag::test {

// Hands out `bytes`, which must stay, in pieces of an odd size.
inline ByteSource source_of(const std::string& bytes) {
  return [&bytes, at = std::size_t{0}](char* buffer, std::size_t capacity) mutable {
    const std::size_t take = std::min({capacity, bytes.size() - at, std::size_t{777}});
    std::memcpy(buffer, bytes.data() + at, take);
    at += take;
    return take;
  };
}

}  // namespace frag::test
