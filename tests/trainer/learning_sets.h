// Small sets of fragments that tests train on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/base/random.h"
#include "trainer/fragment_set.h"
#include "trainer/model_card.h"
#include "trainer/network.h"

namespace frag::test {

// Stripes of one of three widths, crossed by noise: classes differ in structure, not in brightness.
inline Image striped_image(std::uint32_t class_number, std::uint64_t seed, std::int64_t edge = 32) {
  constexpr std::int64_t kWidths[] = {2, 4, 8};
  Image image(edge, edge, 1);
  SplitMix64 stream(seed * 3 + class_number);
  const auto phase = static_cast<std::int64_t>(stream.below(16));
  for (std::int64_t y = 0; y < edge; ++y) {
    for (std::int64_t x = 0; x < edge; ++x) {
      const bool bright = (x + phase) / kWidths[class_number] % 2 == 0;
      image.row(y)[x] = static_cast<std::uint8_t>((bright ? 140 : 60) + stream.below(40));
    }
  }
  return image;
}

// `count` striped fragments, classes in turn, at an input of `edge` pixels.
inline trainer::FragmentSet striped_set(std::size_t count, std::uint64_t seed = 1, std::int64_t edge = 32) {
  trainer::FragmentSet set({.edge = edge, .channels = 1});
  for (std::size_t i = 0; i < count; ++i) {
    const auto class_number = static_cast<std::uint32_t>(i % 3);
    set.add(striped_image(class_number, seed * 1000 + i), class_number, static_cast<std::uint32_t>(i / 2), i);
  }
  return set;
}

inline trainer::ModelCard striped_card(const trainer::FragmentSet& set) {
  const trainer::PixelStatistics statistics = pixel_statistics(set);
  return {.model = "small",
          .classes = {"narrow", "middle", "wide"},
          .channels = 1,
          .input = set.shape().edge,
          .mean = statistics.mean,
          .deviation = statistics.deviation,
          .dataset = std::string(64, 'a'),
          .fragment = 32};
}

// For a network of any model.
inline trainer::ModelCard striped_card(const trainer::FragmentSet& set, const std::string& model) {
  trainer::ModelCard card = striped_card(set);
  card.model = model;
  if (trainer::model_info(model).subtracts_mean_only) card.deviation = {1.0};
  return card;
}

}  // namespace frag::test
