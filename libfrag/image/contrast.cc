#include "libfrag/image/contrast.h"

#include <algorithm>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "libfrag/image/mat.h"

namespace frag {
namespace {

// Calls visit(sample&) for every sample.
template <class AnyImage, class Visit>
void for_each_sample(AnyImage& image, Visit visit) {
  const std::int64_t samples = image.width() * image.channels();
  for (std::int64_t y = 0; y < image.height(); ++y) {
    if (image.bits() == 16) {
      for (std::int64_t x = 0; x < samples; ++x) visit(image.row16(y)[x]);
    } else {
      for (std::int64_t x = 0; x < samples; ++x) visit(image.row(y)[x]);
    }
  }
}

void apply_table(Image& image, const std::vector<std::uint16_t>& table) {
  for_each_sample(image, [&table](auto& sample) {
    sample = static_cast<std::remove_reference_t<decltype(sample)>>(table[sample]);
  });
}

}  // namespace

void Histogram::add(const Image& band) {
  for_each_sample(band, [this](auto sample) { ++counts_[sample]; });
}

std::uint64_t Histogram::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint16_t Histogram::percentile(std::int64_t millionths) const {
  constexpr std::uint64_t kMillion = 1000000;
  const std::uint64_t all = total();
  std::uint64_t below = 0;
  for (std::size_t level = 0; level < counts_.size(); ++level) {
    below += counts_[level];
    // Divided, not multiplied: 2^40 pixels times a million leave 64 bits.
    if (below >= all / kMillion * static_cast<std::uint64_t>(millionths) +
                     all % kMillion * static_cast<std::uint64_t>(millionths) / kMillion &&
        below > 0) {
      return static_cast<std::uint16_t>(level);
    }
  }
  return static_cast<std::uint16_t>(counts_.size() - 1);
}

void stretch_levels(Image& image, std::uint16_t low, std::uint16_t high) {
  if (high <= low) return;
  const std::int64_t most = image.bits() == 16 ? 65535 : 255;
  const std::int64_t range = high - low;
  std::vector<std::uint16_t> table(static_cast<std::size_t>(most) + 1);
  for (std::int64_t level = 0; level <= most; ++level) {
    const std::int64_t stretched =
        ((std::clamp<std::int64_t>(level, low, high) - low) * most + range / 2) / range;
    table[static_cast<std::size_t>(level)] = static_cast<std::uint16_t>(stretched);
  }
  apply_table(image, table);
}

void equalise(Image& image) {
  Histogram histogram(image.bits());
  histogram.add(image);
  const auto& counts = histogram.counts_;
  const std::uint64_t total = histogram.total(), most = counts.size() - 1;
  const auto first = std::find_if(counts.begin(), counts.end(), [](std::uint64_t n) { return n > 0; });
  if (*first == total) return;
  const std::uint64_t rest = total - *first;
  std::vector<std::uint16_t> table(counts.size(), 0);
  std::uint64_t up_to = 0;
  for (std::size_t level = 0; level < counts.size(); ++level) {
    up_to += counts[level];
    if (up_to >= *first && up_to > 0)
      table[level] = static_cast<std::uint16_t>(((up_to - *first) * most + rest / 2) / rest);
  }
  apply_table(image, table);
}

void clahe(Image& image) {
  const cv::Ptr<cv::CLAHE> correction = cv::createCLAHE(2.0, {8, 8});
  cv::Mat pixels = as_mat(image);
  if (image.channels() == 1) {
    cv::Mat corrected;
    correction->apply(pixels, corrected);
    corrected.copyTo(pixels);
    return;
  }
  cv::Mat lab, lightness;
  cv::cvtColor(pixels, lab, cv::COLOR_RGB2Lab);
  cv::extractChannel(lab, lightness, 0);
  correction->apply(lightness, lightness);
  cv::insertChannel(lightness, lab, 0);
  cv::cvtColor(lab, pixels, cv::COLOR_Lab2RGB);
}

}  // namespace frag
