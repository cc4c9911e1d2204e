// Seeded integers that are equal on every machine: SplitMix64 and a reduction without modulo bias worth the
// name. docs/sampling.md states both so that another language can follow them.
#pragma once

#include <cstdint>

namespace frag {

// The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
// 2014).
constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// floor(x * n / 2^64): a uniform 64-bit word reduced to [0, n).
constexpr std::uint64_t reduce64(std::uint64_t x, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(x) * n) >> 64);
}

// The SplitMix64 sequence of `seed`. Not thread-safe; copy it to fork.
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }

  // An integer in [0, n), n >= 1.
  constexpr std::uint64_t below(std::uint64_t n) { return reduce64(next(), n); }

  // A double in [0, 1), from the upper 53 bits. For drawing pictures, never for choosing fragments.
  constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace frag
