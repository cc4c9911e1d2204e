#include "libfrag/split/hash_index.h"

namespace frag {

HashIndex::HashIndex(std::span<const std::uint64_t> words, int radius)
    : words_(words.begin(), words.end()), radius_(radius) {
  for (std::uint32_t mask = 0; mask < (1u << kBlockBits); ++mask) {
    if (hamming_distance(mask, 0) <= radius / kBlocks) masks_.push_back(mask);
  }
  if (masks_.size() * kBlocks >= words_.size()) return;
  for (int block = 0; block < kBlocks; ++block) file(block);
}

// A counting sort by the block's value.
void HashIndex::file(int block) {
  auto& [first, positions] = blocks_[block];
  first.assign((std::size_t{1} << kBlockBits) + 1, 0);
  for (const std::uint64_t word : words_) ++first[value_of(word, block) + 1];
  for (std::size_t value = 1; value < first.size(); ++value) first[value] += first[value - 1];
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  positions.resize(words_.size());
  for (std::uint32_t i = 0; i < words_.size(); ++i) positions[next[value_of(words_[i], block)]++] = i;
}

std::uint64_t HashIndex::find(std::uint64_t word, std::int64_t after, const Found& found) const {
  std::uint64_t looked = 0;
  if (scans()) {
    for (auto i = static_cast<std::uint32_t>(after + 1); i < words_.size(); ++i, ++looked) {
      const int distance = hamming_distance(words_[i], word);
      if (distance <= radius_) found(i, distance);
    }
    return looked;
  }
  // A word that an earlier block has led to is passed over, so that each is found once.
  const auto met_before = [&](std::uint64_t difference, int block) {
    for (int earlier = 0; earlier < block; ++earlier) {
      if (hamming_distance(value_of(difference, earlier), 0) <= radius_ / kBlocks) return true;
    }
    return false;
  };
  for (int block = 0; block < kBlocks; ++block) {
    const auto& [first, positions] = blocks_[block];
    const std::uint32_t own = value_of(word, block);
    for (const std::uint32_t mask : masks_) {
      const std::uint32_t value = own ^ mask;
      for (std::uint32_t at = first[value]; at < first[value + 1]; ++at, ++looked) {
        const std::uint32_t i = positions[at];
        if (i <= after) continue;
        const int distance = hamming_distance(words_[i], word);
        if (distance <= radius_ && !met_before(words_[i] ^ word, block)) found(i, distance);
      }
    }
  }
  return looked;
}

}  // namespace frag
