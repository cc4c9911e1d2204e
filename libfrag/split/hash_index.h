// All hashes within a Hamming distance of one, without looking at all of them.
//
// Multi-index hashing (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing",
// 2012): words of 64 bits are filed under each of their four blocks of 16 bits. Words within distance r agree
// in one block to within r / 4 bits, so looking up the blocks that lie that near finds them all. Where that
// would be more look-ups than there are words, all words are looked at instead; what is found is the same.
//
// Immutable after construction; any number of threads may search.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace frag {

inline int hamming_distance(std::uint64_t a, std::uint64_t b) {
  return __builtin_popcountll(a ^ b);
}

class HashIndex {
 public:
  // `words` are copied; fewer than 2^32. `radius` in [0, 64] bits.
  HashIndex(std::span<const std::uint64_t> words, int radius);

  // Calls `found(position, distance)` once for every position > after whose word lies within the radius of
  // `word`, in no particular order. Returns how many words were looked at.
  using Found = std::function<void(std::uint32_t position, int distance)>;
  std::uint64_t find(std::uint64_t word, std::int64_t after, const Found& found) const;

  // True where find() looks at all words.
  bool scans() const { return blocks_[0].first.empty(); }

 private:
  static constexpr int kBlocks = 4;
  static constexpr int kBlockBits = 16;

  // Positions ordered by their block's value: value v has [first[v], first[v + 1]).
  struct Block {
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> positions;
  };

  static std::uint32_t value_of(std::uint64_t word, int block) {
    return static_cast<std::uint32_t>(word >> (kBlockBits * block)) & 0xffff;
  }
  void file(int block);

  std::vector<std::uint64_t> words_;
  int radius_;
  std::vector<std::uint32_t> masks_;  // the differences of a block that are looked up
  std::array<Block, kBlocks> blocks_;
};

}  // namespace frag
