#include "trainer/csv_text.h"

#include <charconv>

#include "libfrag/base/text.h"

namespace frag::trainer {

std::string shortest_text(float value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::vector<std::string> fields;
  for (const std::string& cell : cells) fields.push_back(csv_field(cell));
  return join(fields, ",") + "\n";
}

}  // namespace frag::trainer
