// Samples as decoders give them, brought to the kind of pixels that an Image holds, and pictures turned
// upright. Integers only. For the image room alone; pure functions.
#pragma once

#include <cstdint>

#include "libfrag/geometry/box.h"
#include "libfrag/image/image.h"
#include "libfrag/image/read.h"

namespace frag {

// Interleaved samples of a decoded row.
struct SampleKind {
  int colours = 1;            // 1 or 3
  bool alpha = false;         // one more sample a pixel, the last: 0 transparent, `white` opaque
  bool wide = false;          // 16 bits a sample, in the machine's order; else 8
  std::uint16_t white = 255;  // the largest value a sample takes, and what it means
};

// The channels and bits of the Image that read() gives for such samples.
std::int64_t channels_out(const SampleKind& kind, const ReadOptions& options);
int bits_out(const SampleKind& kind, const ReadOptions& options);

// Converts `width` pixels at `in` to a row of an Image of channels_out() and bits_out(). Alpha lies over
// white before grey is taken; samples come to the bits that go out before either.
void convert_row(const SampleKind& kind, const ReadOptions& options, const void* in, std::int64_t width,
                 std::uint8_t* out);

// The values 1..8 of the EXIF and TIFF tag: where a stored picture's first row and column belong. Anything
// else is 1, upright.
class Orientation {
 public:
  explicit Orientation(int tag = 1);
  bool upright() const { return !transposed_ && !flip_x_ && !flip_y_; }
  // True where width and height change places.
  bool transposed() const { return transposed_; }
  // Where in a stored picture of width x height the pixels of the upright picture's `box` lie.
  Box stored_box(const Box& box, std::int64_t width, std::int64_t height) const;
  // The stored pixels turned upright.
  Image apply(const Image& stored) const;

 private:
  // Upright (x, y) lies at (x, y) of the stored picture, or (y, x) where transposed, counted from the far end
  // of each stored axis that is flipped.
  bool transposed_ = false;
  bool flip_x_ = false;
  bool flip_y_ = false;
};

}  // namespace frag
