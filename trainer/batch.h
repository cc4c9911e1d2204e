// From fragments in memory to the numbers of a batch: order, turns and normalisation. Pure functions of their
// seeds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/fragment_set.h"
#include "trainer/model_card.h"

namespace frag::trainer {

// The eight symmetries of the square; exact, so a turned fragment is as good as a fragment. Bits:
inline constexpr std::uint8_t kMirrorX = 1;    // x -> edge - 1 - x
inline constexpr std::uint8_t kMirrorY = 2;    // y -> edge - 1 - y
inline constexpr std::uint8_t kTranspose = 4;  // x and y swapped, before the mirrors

// {0, ..., count - 1} shuffled by `seed`.
std::vector<std::uint32_t> shuffled_order(std::size_t count, std::uint64_t seed);

// `count` symmetries drawn by `seed`.
std::vector<std::uint8_t> drawn_turns(std::size_t count, std::uint64_t seed);

// (pixel - mean) / deviation for every value a pixel can have.
class Normaliser {
 public:
  explicit Normaliser(const ModelCard& card);

  // Writes the fragments `indices` of `set`, normalised, as [n, edge, edge, channels] to `out`. `turns` holds
  // a symmetry for each of them, or is empty for none.
  void fill(const FragmentSet& set, std::span<const std::uint32_t> indices,
            std::span<const std::uint8_t> turns, float* out) const;

 private:
  void fill_one(const std::uint8_t* pixels, std::int64_t edge, std::uint8_t turn, float* out) const;

  std::int64_t channels_;
  std::vector<float> table_;  // [channels, 256]
};

}  // namespace frag::trainer
