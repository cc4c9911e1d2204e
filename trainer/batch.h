// From fragments to the numbers of a step. Pure functions of their seeds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/augmentation.h"
#include "trainer/fragment_set.h"
#include "trainer/model_card.h"

namespace frag::trainer {

// {0, ..., count - 1} shuffled by `seed`.
std::vector<std::uint32_t> shuffled_order(std::size_t count, std::uint64_t seed);

// What a step learns from.
struct Batch {
  std::vector<float> pixels;         // [fragments, edge, edge, channels], normalised
  std::vector<std::int64_t> labels;  // class numbers
  std::vector<FragmentId> ids;

  std::size_t size() const { return labels.size(); }
  // Keeps the memory.
  void clear() {
    pixels.clear();
    labels.clear();
    ids.clear();
  }
};

// (pixel - mean) / deviation for every value a pixel can have.
class Normaliser {
 public:
  explicit Normaliser(const ModelCard& card);

  // Writes one fragment's pixels, [edge, edge, channels] with `stride` bytes from a row to the next, turned
  // by a symmetry and normalised, to `out` in the same order.
  void fill(const std::uint8_t* pixels, std::int64_t edge, std::int64_t stride, std::uint8_t symmetry,
            float* out) const;

  // Writes the fragments `indices` of `set`, as they are.
  void fill(const FragmentSet& set, std::span<const std::uint32_t> indices, float* out) const;

  // Appends a fragment to `batch`.
  void add(const Image& pixels, std::uint8_t symmetry, std::uint32_t class_number, FragmentId id,
           Batch& batch) const;

 private:
  std::int64_t channels_;
  std::vector<float> table_;  // [channels, 256]
};

}  // namespace frag::trainer
