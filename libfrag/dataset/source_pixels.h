// From an image file to the pixels that fragments are rendered from: page, level, crop, scale, channels,
// contrast, as a source's row and the recipe say.
//
// Immutable; any number of threads may read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "libfrag/dataset/recipe.h"
#include "libfrag/dataset/source_table.h"
#include "libfrag/image/image.h"
#include "libfrag/image/read.h"

namespace frag {

class SourcePixels {
 public:
  // A source whose pixels take more than this is read by region where its file allows it.
  static constexpr std::int64_t kWholeBytes = std::int64_t{512} << 20;

  // Of `row` the page, level, box, size, channels, bits and stretch count. Errc::bad_input where the page is
  // none, the box leaves it, or the pixels are too many for what the recipe asks.
  SourcePixels(ImageFile file, const Source& row, const Recipe& recipe,
               std::int64_t whole_bytes = kWholeBytes);

  std::int64_t width() const { return width_; }
  std::int64_t height() const { return height_; }
  // True where whole() would take more than `whole_bytes`, and region() reads what is asked for only.
  bool by_region() const { return by_region_; }

  Image whole() const;
  // The pixels before scale and contrast: what a stripped source is stored as.
  Image as_stored() const { return read(box_); }
  // The pixels of a box inside width() x height().
  Image region(const Box& box) const;
  // The whole picture at a glance: its larger edge has at most `most` pixels.
  Image overview(std::int64_t most) const;
  // All pixels in bands from top to bottom: the whole picture where it is held whole.
  void for_each_band(const std::function<void(std::int64_t top, const Image& band)>& visit) const;

 private:
  Image read(const Box& box) const;
  Image shrink(std::int64_t width, std::int64_t height) const;

  ImageFile file_;
  std::uint32_t page_;
  ReadOptions options_;
  Box box_;  // of the level
  std::int64_t width_, height_;
  std::int64_t channels_;
  std::optional<Stretch> stretch_;
  Contrast contrast_;
  bool scaled_;
  bool by_region_;
};

// What the first look at a page says of the source it can become: fills in `row`'s box, size, channels and
// bits from its page, its box if it has one, and the recipe. Errc::bad_input with the reason where it cannot
// become one.
void lay_out_source(const ImageFile& file, const Recipe& recipe, Source& row);

// XXH3-128 of all pixels, as pixel_digest(), band by band.
std::string digest_of(const SourcePixels& pixels);

}  // namespace frag
