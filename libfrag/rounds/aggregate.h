// A round's results, as files, to the next version of the weights, as a file.
//
// Memory is bounded whatever the number of parts and the size of the model: the files are read side by side
// in blocks of at most 16 MiB in all. The order in which the parts are given does not change a bit of what is
// written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libfrag/rounds/rule.h"

namespace frag::rounds {

struct PartFile {
  std::int64_t part = 0;
  std::filesystem::path path;
};

// What was written.
struct Aggregated {
  std::string sha256;
  std::uint64_t bytes = 0;
};

// Writes `next` (whole or not at all, durable on return) from the weights `base` and one result a part;
// header and card are the base's, byte for byte. Errc::bad_input that names the part whose layout differs
// from the base's, Errc::io where a file cannot be read or written, Errc::internal for no part or a part
// twice.
Aggregated aggregate(const std::filesystem::path& base, std::vector<PartFile> parts, Rule& rule,
                     const std::filesystem::path& next);

}  // namespace frag::rounds
