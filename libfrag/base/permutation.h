// A keyed permutation of {0, ..., n-1} that costs the same for any n: the heart of drawing without a list.
//
// For n > kTableLimit it is a Feistel network of kRounds rounds over pairs (l, r) in Z_a x Z_b with a =
// ceil(sqrt n) and b = ceil(n / a), walked until the pair's number l*b + r is below n (Black and Rogaway,
// "Ciphers with arbitrary finite domains", 2002). Since a*b - n < a the walk takes at most 1 + a/n steps on
// average, under 1.1 for every n. A network over a handful of values is a poor one, so smaller sets are a
// Fisher-Yates shuffle kept as a table. docs/sampling.md has the exact arithmetic and test vectors.
//
// Immutable after construction: any number of threads may call it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace frag {

class KeyedPermutation {
 public:
  static constexpr std::uint64_t kTableLimit = 128;
  static constexpr int kRounds = 8;

  // `size` in [1, 2^62], any `key`.
  KeyedPermutation(std::uint64_t size, std::uint64_t key);

  std::uint64_t size() const { return size_; }

  // The image of `index`, both in [0, size()). Adds the steps walked to `*steps` where it is given.
  std::uint64_t operator()(std::uint64_t index, std::uint64_t* steps = nullptr) const;

 private:
  std::uint64_t encipher(std::uint64_t value) const;

  std::uint64_t size_;
  std::uint64_t left_ = 0;   // a
  std::uint64_t right_ = 0;  // b
  std::array<std::uint64_t, kRounds> round_keys_{};
  std::vector<std::uint64_t> table_;  // only for small sizes
};

}  // namespace frag
