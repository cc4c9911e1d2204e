// A round's results, as files, to the next version of the weights, as a file.
//
// Memory is bounded whatever the number of results and the size of the model: the files are read side by side
// in blocks, at most 8 MiB of them a thread. Blocks are handled by several threads, written where they belong
// as they come and hashed in order: the number of threads does not change a bit of what is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libfrag/rounds/rule.h"

namespace frag::rounds {

// Where a step of the server reads and writes.
struct StepFiles {
  std::filesystem::path base;
  std::vector<std::filesystem::path> results;  // in the order of the rule's contributions
  std::filesystem::path next;                  // to be written
  // What the rule remembers: read here (zeros where it is empty: the first step), written there; both only
  // where Rule::memory() is not empty.
  std::filesystem::path memory = {};
  std::filesystem::path next_memory = {};
};

// What was written.
struct Aggregated {
  std::string digest;  // XXH3-128
  std::uint64_t bytes = 0;
};

// Writes `next` (whole or not at all, durable on return) from the weights `base` and the results; header and
// card are the base's, byte for byte. `next_memory` is durable before it. Errc::bad_input that names the
// result whose layout differs from the base's, Errc::io where a file cannot be read or written,
// Errc::internal for no results. `threads` 0: as many as the machine has, at most 4.
Aggregated aggregate(const StepFiles& files, const Rule& rule, std::size_t threads = 0);

}  // namespace frag::rounds
