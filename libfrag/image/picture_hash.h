// What is left of a picture for finding it again: 64 bits for the search and a thumbnail for the verdict.
//
// Both see through the eight symmetries of a picture (turns by 90 degrees, mirrors), through other sizes,
// encodings, brightness and contrast, and the thumbnail through a slight crop. Integers only: equal on every
// machine. Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>

#include "libfrag/image/image.h"

namespace frag {

// A symmetry is a number in [0, 8): bit 2 transposes, bit 0 mirrors left-right, bit 1 mirrors top-bottom, in
// this order. Turns are counter-clockwise as seen on a screen.
inline constexpr int kSymmetries = 8;

// "as it is", "turned by 90 degrees", "mirrored", "mirrored and turned by 90 degrees", ...
const char* name_of_symmetry(int symmetry);

struct PictureHash {
  static constexpr int kEdge = 64;        // of the thumbnail, samples
  static constexpr int kDetailEdge = 32;  // of the detail

  // The whole picture in grey, averaged over equal areas without regard to its aspect, stretched to 0..255.
  std::array<std::uint8_t, kEdge * kEdge> thumbnail{};
  // The thumbnail at half the size, less the mean of the 9x9 samples around each and over their deviation:
  // what illumination, contrast and brightness do not touch. In 1/127 of its largest magnitude.
  std::array<std::int8_t, kDetailEdge * kDetailEdge> detail{};
  // The root of the sum of squares of `detail`.
  std::int64_t detail_norm = 0;
  // For each symmetry the signs of the cosine transform's coefficients (u, v) in [1, 8] x [1, 8] of the
  // picture so turned: bit 8 (u - 1) + (v - 1). The rows and columns u = 0 and v = 0 are left out because
  // uneven light lies there.
  std::array<std::uint64_t, kSymmetries> bits{};
  // The picture's shorter edge, pixels.
  std::int64_t shorter_edge = 0;
  // True where the thumbnail shows nothing to compare: it spans less than one grey level of 255, or all of
  // it is a smooth gradient.
  bool even = false;
};

// Of an 8-bit or 16-bit, grey or RGB picture of at least one pixel. About 1 ns a pixel.
PictureHash hash_picture(const Image& image);

// How alike `second` is to `first` under `symmetry`: the correlation of their details in 1/1000, from -1000
// to 1000; 0 where either is even. Pictures of different things lie near 0, a copy of either near 1000
// (docs/checking.md has the measurements). About 1 us.
int likeness(const PictureHash& first, const PictureHash& second, int symmetry);

// The same after each picture's edges were moved inwards, by up to 1/32 of its width and height, to where the
// correlation is largest: a slightly cropped copy lies near 1000 again. A hill climb from likeness(), a few
// ms.
int aligned_likeness(const PictureHash& first, const PictureHash& second, int symmetry);

}  // namespace frag
