// Contrast corrections of a whole source. `stretch` and `equalise` are tables of integers, equal everywhere;
// CLAHE is OpenCV's. Pure functions; any thread. Images are 8-bit grey or RGB, or 16-bit grey.
#pragma once

#include <cstdint>
#include <vector>

#include "libfrag/image/image.h"

namespace frag {

// How often each level occurs, all channels together; bands of one source are added one by one.
class Histogram {
 public:
  explicit Histogram(int bits) : counts_(std::size_t{1} << bits, 0) {}
  // `band` has the histogram's bits.
  void add(const Image& band);
  // The lowest level that at least `share` (0..1, in millionths) of the samples do not exceed.
  std::uint16_t percentile(std::int64_t millionths) const;

 private:
  friend void equalise(Image& image);
  std::uint64_t total() const;
  std::vector<std::uint64_t> counts_;
};

// v becomes (v - low) * max / (high - low), rounded to nearest and kept in range, max being 255 or 65,535; of
// an image of one level (high = low), nothing changes.
void stretch_levels(Image& image, std::uint16_t low, std::uint16_t high);

// v becomes (C(v) - C(least)) * max / (total - C(least)), rounded to nearest, C(v) counting samples up to v:
// the histogram becomes flat. RGB channels share one table, so that colours keep their order.
void equalise(Image& image);

// Contrast-limited adaptive histogram equalisation, clip limit 2, 8x8 tiles, of the lightness (Lab) of RGB.
void clahe(Image& image);

}  // namespace frag
