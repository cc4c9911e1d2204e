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

Normaliser::Normaliser(const ModelCard& card) : channels_(card.channels) {
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
    for (int value = 0; value < 256; ++value) {
      table_.push_back(static_cast<float>((value - card.mean[c]) / card.deviation[c]));
    }
  }
}

void Normaliser::fill(const FragmentSet& set, std::span<const std::uint32_t> indices, float* out) const {
  const std::int64_t edge = set.shape().edge;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    fill(set.pixels(indices[i]), edge, edge * channels_, 0, out + i * set.stride());
  }
}

void Normaliser::add(const Image& pixels, std::uint8_t symmetry, std::uint32_t class_number, FragmentId id,
                     Batch& batch) const {
  const std::size_t before = batch.pixels.size();
  batch.pixels.resize(before + static_cast<std::size_t>(pixels.width() * pixels.height() * channels_));
  fill(pixels.row(0), pixels.width(), pixels.stride(), symmetry, batch.pixels.data() + before);
  batch.labels.push_back(class_number);
  batch.ids.push_back(id);
}

void Normaliser::fill(const std::uint8_t* pixels, std::int64_t edge, std::int64_t stride,
                      std::uint8_t symmetry, float* out) const {
  // Steps through the source for one step in x and in y of the output, and where the walk starts.
  std::int64_t step_x = channels_;
  std::int64_t step_y = stride;
  std::int64_t start = 0;
  if ((symmetry & kMirrorX) != 0) {
    start += (edge - 1) * step_x;
    step_x = -step_x;
  }
  if ((symmetry & kMirrorY) != 0) {
    start += (edge - 1) * step_y;
    step_y = -step_y;
  }
  if ((symmetry & kTranspose) != 0) std::swap(step_x, step_y);
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
