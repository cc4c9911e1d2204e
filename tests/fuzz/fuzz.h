// What every fuzzer shares: an Error is the right answer to bad bytes; anything else that happens is a
// finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libfrag/base/error.h"

#define FRAG_FUZZ(bytes)                                                              \
  static void fuzz_one(std::string_view bytes);                                       \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    try {                                                                             \
      fuzz_one({reinterpret_cast<const char*>(data), size});                          \
    } catch (const frag::Error&) {                                                    \
    }                                                                                 \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_one(std::string_view bytes)
