#include "trainer/batch.h"

#include <numeric>
#include <utility>

#include "libfrag/base/random.h"

namespace frag::trainer {

std::vector<std::uint32_t> shuffled_order(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  SplitMix64 stream(seed);
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[stream.below(i)]);
  return order;
}

std::vector<std::uint8_t> drawn_turns(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint8_t> turns(count);
  SplitMix64 stream(seed);
  for (auto& turn : turns) turn = static_cast<std::uint8_t>(stream.below(8));
  return turns;
}

Normaliser::Normaliser(const ModelCard& card) : channels_(card.channels) {
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
    for (int value = 0; value < 256; ++value) {
      table_.push_back(static_cast<float>((value - card.mean[c]) / card.deviation[c]));
    }
  }
}

void Normaliser::fill(const FragmentSet& set, std::span<const std::uint32_t> indices,
                      std::span<const std::uint8_t> turns, float* out) const {
  for (std::size_t i = 0; i < indices.size(); ++i) {
    fill_one(set.pixels(indices[i]), set.shape().edge, turns.empty() ? std::uint8_t{0} : turns[i],
             out + i * set.stride());
  }
}

void Normaliser::fill_one(const std::uint8_t* pixels, std::int64_t edge, std::uint8_t turn,
                          float* out) const {
  // Steps through the source for one step in x and in y of the output, and where the walk starts.
  std::int64_t step_x = channels_;
  std::int64_t step_y = edge * channels_;
  std::int64_t start = 0;
  if ((turn & kMirrorX) != 0) {
    start += (edge - 1) * step_x;
    step_x = -step_x;
  }
  if ((turn & kMirrorY) != 0) {
    start += (edge - 1) * step_y;
    step_y = -step_y;
  }
  if ((turn & kTranspose) != 0) std::swap(step_x, step_y);
  for (std::int64_t y = 0; y < edge; ++y) {
    const std::uint8_t* from = pixels + start + y * step_y;
    for (std::int64_t x = 0; x < edge; ++x, from += step_x) {
      for (std::int64_t c = 0; c < channels_; ++c) {
        *out++ = table_[static_cast<std::size_t>(c * 256 + from[c])];
      }
    }
  }
}

}  // namespace frag::trainer
