#include "trainer/batch_feed.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"

namespace frag::trainer {

SetFeed::SetFeed(const FragmentSet& set, const Normaliser& normaliser, const TrainSettings& settings,
                 std::size_t classes)
    : set_(set), normaliser_(normaliser), settings_(settings), classes_(classes) {
  if (settings.augment.rotate) {
    throw Error(Errc::usage, "fragments that are pixels already cannot be rotated: leave out \"rotate\"");
  }
}

EpochOutline SetFeed::begin(std::int64_t epoch, std::int64_t step) {
  epoch_ = epoch;
  order_ = shuffled_order(set_.size(), mix64(mix64(settings_.seed + 1) + static_cast<std::uint64_t>(epoch)));
  next_ = static_cast<std::size_t>(step * settings_.batch);
  EpochOutline outline{.positions = set_.size(), .class_counts = std::vector<std::uint64_t>(classes_)};
  for (const std::uint32_t label : set_.labels()) ++outline.class_counts.at(label);
  return outline;
}

const Batch* SetFeed::next() {
  if (next_ >= order_.size()) return nullptr;
  batch_.clear();
  const std::size_t end = std::min(next_ + static_cast<std::size_t>(settings_.batch), order_.size());
  for (; next_ < end; ++next_) add(next_);
  return &batch_;
}

void SetFeed::add(std::size_t position) {
  const std::uint32_t index = order_[position];
  const auto [edge, channels] = set_.shape();
  Image pixels(edge, edge, channels);
  for (std::int64_t y = 0; y < edge; ++y) {
    std::copy_n(set_.pixels(index) + y * edge * channels, edge * channels, pixels.row(y));
  }
  const std::uint64_t seed = augmentation_seed(settings_.seed, epoch_, position);
  change_pixels(pixels, settings_.augment, seed);
  normaliser_.add(pixels, drawn_symmetry(settings_.augment, seed), set_.labels()[index], set_.ids()[index],
                  batch_);
}

}  // namespace frag::trainer
