// Whether a result can count: looked at once, before it does. Pure but for reading the file; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "libfrag/rounds/messages.h"
#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {

struct ResultCheck {
  std::string fault;    // why it cannot count; empty where it can, and only then the others say something
  double norm = 0;      // L2, of all its parameters' changes together
  ResultReport report;  // by its worker's own words; zeros where the file says nothing
};

// Bytes that the header of a result may have: twice that of its weights, and 64 KiB for its report.
std::uint64_t header_limit(const TensorLayout& base);

// Reads the result once, in 512 KiB of memory and what its header takes. A fault is: a malformed file, a
// header beyond header_limit(), tensors that do not fit weights laid out as `base` (result_reader.h says
// which do), indices out of order or range, a number that is not finite, a report that is nonsense.
// Errc::not_found or Errc::io where the file cannot be read.
//
// The norm has the same bits on every machine: squares are summed in double, each tensor's in eight sums
// (element i in sum i mod 8) that are then added from sum 0 on, tensors in the base's order and
// "sparse.values" last.
ResultCheck check_result(const std::filesystem::path& path, const TensorLayout& base);

// What a task's result may be: what the coordinator answers before its bytes are read.
struct Admission {
  std::string task;
  std::int64_t base = 0;        // the version that it must fit: the job's first, whose file always stays
  double norm_limit = 0;        // 0: none
  std::uint64_t fragments = 0;  // asked of the worker, so the most distinct ones there can be; 0: as many as
                                // there are
};

// The same. A fault is also: a report of another task or of more fragments than were asked for, a norm above
// the limit.
ResultCheck check_result(const std::filesystem::path& path, const TensorLayout& base,
                         const Admission& admission);

}  // namespace frag::rounds
