#include "libfrag/image/convert.h"

namespace frag {

Image to_gray(const Image& image) {
  if (image.channels() == 1) return image.clone();
  Image gray(image.width(), image.height(), 1);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    const std::uint8_t* in = image.row(y);
    std::uint8_t* out = gray.row(y);
    for (std::int64_t x = 0; x < image.width(); ++x, in += 3) {
      out[x] = static_cast<std::uint8_t>((19595u * in[0] + 38470u * in[1] + 7471u * in[2] + 32768u) >> 16);
    }
  }
  return gray;
}

Image to_rgb(const Image& image) {
  if (image.channels() == 3) return image.clone();
  if (image.bits() == 16) return to_rgb(to_8_bit(image));
  Image rgb(image.width(), image.height(), 3);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    const std::uint8_t* in = image.row(y);
    std::uint8_t* out = rgb.row(y);
    for (std::int64_t x = 0; x < image.width(); ++x, out += 3) out[0] = out[1] = out[2] = in[x];
  }
  return rgb;
}

Image to_8_bit(const Image& image) {
  if (image.bits() == 8) return image.clone();
  Image out(image.width(), image.height(), 1);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    const std::uint16_t* in = image.row16(y);
    for (std::int64_t x = 0; x < image.width(); ++x) out.row(y)[x] = to_8_bits(in[x]);
  }
  return out;
}

}  // namespace frag
