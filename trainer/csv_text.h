// Lines of the tables that commands write: RFC 4180, UTF-8, "\n". Pure functions.
#pragma once

#include <string>
#include <vector>

namespace frag::trainer {

// In the fewest digits that give the same 32-bit float back.
std::string shortest_text(float value);

// Cells, in quotes where they need them, and the end of the line.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace frag::trainer
