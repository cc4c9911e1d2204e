#include "libfrag/archive/shard_index.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const auto entries = frag::parse_shard_index(bytes, "s.index.jsonl");
  // What was understood must survive being written and read again.
  std::string text;
  for (const frag::ShardEntry& entry : entries) text += to_line(entry);
  if (frag::parse_shard_index(text, "again") != entries) __builtin_trap();
}
