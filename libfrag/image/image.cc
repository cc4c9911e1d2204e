#include "libfrag/image/image.h"

#include <bit>
#include <cstring>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/geometry/tiling.h"
#include "libfrag/image/pixel_digest.h"

namespace frag {

// Samples of 16 bits are kept as the machine has them and leave with the low byte first.
static_assert(std::endian::native == std::endian::little, "16-bit samples are copied as they lie in memory");

Image::Image(std::int64_t width, std::int64_t height, std::int64_t channels, int bits)
    : width_(width), height_(height), channels_(channels), bits_(bits) {
  const bool kind_known = bits == 8 ? channels == 1 || channels == 3 : bits == 16 && channels == 1;
  if (width < 1 || height < 1 || !kind_known) {
    throw Error(Errc::internal, "an image of " + std::to_string(width) + "x" + std::to_string(height) +
                                    " with " + std::to_string(channels) + " channels of " +
                                    std::to_string(bits) + " bits");
  }
  stride_ = width * pixel_bytes() + kPadBytes;
  data_ = std::make_unique<std::uint8_t[]>(memory());
}

Image Image::clone() const {
  Image copy(width_, height_, channels_, bits_);
  std::memcpy(copy.data_.get(), data_.get(), memory());
  return copy;
}

std::string Image::packed() const {
  const auto row_bytes = static_cast<std::size_t>(width_ * pixel_bytes());
  std::string bytes(row_bytes * static_cast<std::size_t>(height_), '\0');
  for (std::int64_t y = 0; y < height_; ++y)
    std::memcpy(bytes.data() + static_cast<std::size_t>(y) * row_bytes, row(y), row_bytes);
  return bytes;
}

Image Image::from_packed(std::string_view bytes, std::int64_t width, std::int64_t height,
                         std::int64_t channels, int bits) {
  // The sizes may come from a stranger's message: bounded first, so that their product cannot overflow.
  const bool plausible = width >= 1 && height >= 1 && width <= kMaxEdge && height <= kMaxEdge &&
                         (channels == 1 || channels == 3) && (bits == 8 || (bits == 16 && channels == 1));
  if (!plausible || static_cast<std::int64_t>(bytes.size()) != width * height * channels * bits / 8) {
    throw Error(Errc::bad_input, std::to_string(bytes.size()) + " bytes of pixels where " +
                                     std::to_string(width) + "x" + std::to_string(height) + "x" +
                                     std::to_string(channels) + " of " + std::to_string(bits) +
                                     " bits were expected");
  }
  Image image(width, height, channels, bits);
  const auto row_bytes = static_cast<std::size_t>(width * image.pixel_bytes());
  for (std::int64_t y = 0; y < height; ++y)
    std::memcpy(image.row(y), bytes.data() + static_cast<std::size_t>(y) * row_bytes, row_bytes);
  return image;
}

PixelDigest::PixelDigest(std::int64_t width, std::int64_t height, std::int64_t channels, int bits) {
  hash_.update(std::to_string(width) + "x" + std::to_string(height) + "x" + std::to_string(channels) +
               (bits == 16 ? "x16\n" : "\n"));
}

void PixelDigest::add(const Image& band) {
  const auto row_bytes = static_cast<std::size_t>(band.width() * band.pixel_bytes());
  for (std::int64_t y = 0; y < band.height(); ++y)
    hash_.update({reinterpret_cast<const char*>(band.row(y)), row_bytes});
}

std::string packed_pixel_digest(std::string_view pixels, std::int64_t width, std::int64_t height,
                                std::int64_t channels, int bits) {
  PixelDigest digest(width, height, channels, bits);
  digest.add(pixels);
  return digest.hex();
}

std::string pixel_digest(const Image& image) {
  PixelDigest digest(image.width(), image.height(), image.channels(), image.bits());
  digest.add(image);
  return digest.hex();
}

}  // namespace frag
