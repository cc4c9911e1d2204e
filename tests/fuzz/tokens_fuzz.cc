// The aggregator's file of tokens.
#include "tests/fuzz/fuzz.h"
#include "trainer/aggregator/token_file.h"

FRAG_FUZZ(bytes) {
  using namespace frag::aggregator;
  const auto tokens = tokens_from_json(frag::parse_json(bytes, "fuzz"), "fuzz");
  // What was understood must survive being written and read again.
  if (tokens_from_json(to_json(tokens), "again") != tokens) __builtin_trap();
}
