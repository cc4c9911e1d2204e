// Fragments in memory at a network's input size, and what is computed straight from their pixels.
//
// A FragmentSet is a value; reading one from many threads is safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libfrag/fetching/access.h"
#include "trainer/model_card.h"

namespace frag::trainer {

// How fragments are brought to one shape.
struct InputShape {
  std::int64_t edge = 64;     // pixels
  std::int64_t channels = 1;  // 1 (grey) or 3 (RGB)

  bool operator==(const InputShape&) const = default;
};

// Of the network that the card is of.
inline InputShape shape_of(const ModelCard& card) {
  return {.edge = card.input, .channels = card.channels};
}

// A fragment of any kind in 8 bits and those channels, and then at that edge: averaged over areas where it
// shrinks.
Image in_channels(const Image& fragment, std::int64_t channels);
Image in_shape(const Image& fragment, InputShape shape);

class FragmentSet {
 public:
  explicit FragmentSet(InputShape shape) : shape_(shape) {}

  // Converts to the set's channels, then shrinks (or grows) to its edge. `id` is for whoever reads ids().
  void add(const Image& fragment, std::uint32_t class_number, std::uint32_t source, FragmentId id = 0);

  const InputShape& shape() const { return shape_; }
  std::size_t size() const { return labels_.size(); }
  bool empty() const { return labels_.empty(); }
  // Bytes of one fragment's pixels: edge * edge * channels.
  std::size_t stride() const;
  // Fragment i's pixels, [edge, edge, channels] interleaved.
  const std::uint8_t* pixels(std::size_t i) const { return pixels_.data() + i * stride(); }
  // By fragment: class numbers, and indices into the catalogue's sources.
  const std::vector<std::uint32_t>& labels() const { return labels_; }
  const std::vector<std::uint32_t>& sources() const { return sources_; }
  const std::vector<FragmentId>& ids() const { return ids_; }
  // Mean and variance of each channel of the fragment before it was resized: [size, 2 * channels].
  const std::vector<float>& moments() const { return moments_; }

 private:
  InputShape shape_;
  std::vector<std::uint8_t> pixels_;  // [size, edge, edge, channels]
  std::vector<std::uint32_t> labels_;
  std::vector<std::uint32_t> sources_;
  std::vector<FragmentId> ids_;
  std::vector<float> moments_;
};

// Mean and standard deviation of each channel over all pixels of the set. A channel of one value has
// deviation 1.
struct PixelStatistics {
  std::vector<double> mean;
  std::vector<double> deviation;
};
PixelStatistics pixel_statistics(const FragmentSet& set);

// Draws `spec` and reads all of it, with a progress bar; stops on SIGINT and SIGTERM with Errc::interrupted.
// Errc::bad_input where the sample is empty. `cancelled` as of ReadRequest.
FragmentSet read_fragments(Access& access, const SampleSpec& spec, InputShape shape, const std::string& what,
                           const std::function<bool()>& cancelled = {});

// The most fragments that a draw balanced over classes can give from `pool` (a split, a fold or all others)
// without repeats: the smallest class's count times the classes that the pool holds. Errc::not_found where it
// holds no source.
std::uint64_t balanced_limit(const Catalog& catalog, const SampleSpec& pool);

// What a command draws for an epoch or an evaluation when its user did not say, where there are as many.
inline constexpr std::uint64_t kUsualFragments = 3000;

// min(wanted, balanced_limit): how many fragments a command draws when its user did not say.
std::uint64_t usual_count(const Catalog& catalog, const SampleSpec& pool, std::uint64_t wanted);

bool has_split(const Catalog& catalog, const std::string& split);

// The channels that show all the dataset has: 3 where a source is in colour and the recipe keeps it, else 1.
std::int64_t natural_channels(const Catalog& catalog);

}  // namespace frag::trainer
