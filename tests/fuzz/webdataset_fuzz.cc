// A tar of anybody's: samples, and what their KEY.json and KEY.cls say.
#include "libfrag/archive/webdataset.h"

#include <algorithm>
#include <cstring>

#include "tests/fuzz/fuzz.h"

namespace {

void check(const frag::ShardSample& sample, std::size_t tar_bytes) {
  if (sample.key.empty() || sample.key.back() == '/') __builtin_trap();
  if (sample.picture && sample.picture->offset + sample.picture->bytes > tar_bytes) __builtin_trap();
  try {
    if (sample.cls && frag::parse_class(*sample.cls, "cls") > frag::kMostClassNumber) __builtin_trap();
    if (!sample.json) return;
    const frag::SampleFacts facts = frag::read_facts(*sample.json, "json");
    if ((facts.width > 0) != (facts.bits > 0)) __builtin_trap();
  } catch (const frag::Error&) {
  }
}

}  // namespace

FRAG_FUZZ(bytes) {
  const std::size_t size = bytes.size();
  const auto tar = [bytes](char* buffer, std::size_t capacity) mutable {
    const std::size_t take = std::min(capacity, bytes.size());
    std::memcpy(buffer, bytes.data(), take);
    bytes.remove_prefix(take);
    return take;
  };
  frag::read_samples(tar, [size](const frag::ShardSample& sample) { check(sample, size); });
}
