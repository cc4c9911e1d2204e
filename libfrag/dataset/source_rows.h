// Lines of sources.jsonl.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libfrag/dataset/tables.h"

namespace frag {

std::string source_line(const Source& source, std::size_t id);
// The reverse of one line, unchecked against any other; Errc::bad_input.
Source source_from_line(std::string_view line);

// Reads the whole table into `tables.sources`, checking every row against the rest of `tables` and its
// digest, whose hexadecimal digits it returns. Errc::bad_input that names the line.
std::string read_source_rows(const TextSource& jsonl, Tables& tables);

}  // namespace frag
