#include "libfrag/archive/brace_pattern.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const auto names = frag::expand_braces(bytes);
  if (names.empty() || names.size() > frag::kMostNames) __builtin_trap();
  for (const std::string& name : names) {
    if (name.find_first_of("{}") != std::string::npos) __builtin_trap();
  }
}
