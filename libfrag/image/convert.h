// Conversions between kinds of pixels, in integers of our own so that every machine agrees. Pure functions.
#pragma once

#include <cstdint>

#include "libfrag/image/image.h"

namespace frag {

// (19595 R + 38470 G + 7471 B + 32768) / 65536: ITU-R BT.601 luma in 16-bit fixed point. A grey image is
// copied, with its bits.
Image to_gray(const Image& image);

// The grey sample, in 8 bits, in all three channels. An RGB image is copied.
Image to_rgb(const Image& image);

// 16-bit grey in 8 bits by to_8_bits(). An 8-bit image is copied.
Image to_8_bit(const Image& image);

// 16 bits to 8: v * 255 / 65535, rounded to nearest.
constexpr std::uint8_t to_8_bits(std::uint16_t value) {
  return static_cast<std::uint8_t>((value * 255u + 32895u) >> 16);
}

// `value` with opacity `alpha` (0..255) over white, rounded to nearest.
constexpr std::uint8_t over_white(std::uint8_t value, std::uint8_t alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255u * (255u - alpha) + 127u) / 255u);
}

}  // namespace frag
