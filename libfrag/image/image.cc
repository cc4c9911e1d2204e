#include "libfrag/image/image.h"

#include <cstring>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/geometry/tiling.h"

namespace frag {

Image::Image(std::int64_t width, std::int64_t height, std::int64_t channels)
    : width_(width), height_(height), channels_(channels), stride_(width * channels + kPadBytes) {
  if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
    throw Error(Errc::internal, "an image of " + std::to_string(width) + "x" + std::to_string(height) +
                                    " with " + std::to_string(channels) + " channels");
  }
  data_ = std::make_unique<std::uint8_t[]>(memory());
}

Image Image::clone() const {
  Image copy(width_, height_, channels_);
  std::memcpy(copy.data_.get(), data_.get(), memory());
  return copy;
}

std::string Image::packed() const {
  const auto row_bytes = static_cast<std::size_t>(width_ * channels_);
  std::string bytes(row_bytes * static_cast<std::size_t>(height_), '\0');
  for (std::int64_t y = 0; y < height_; ++y)
    std::memcpy(bytes.data() + y * width_ * channels_, row(y), row_bytes);
  return bytes;
}

Image Image::from_packed(std::string_view bytes, std::int64_t width, std::int64_t height,
                         std::int64_t channels) {
  // The sizes may come from a stranger's message: bounded first, so that their product cannot overflow.
  const bool plausible =
      width >= 1 && height >= 1 && width <= kMaxEdge && height <= kMaxEdge && channels >= 1 && channels <= 3;
  if (!plausible || static_cast<std::int64_t>(bytes.size()) != width * height * channels) {
    throw Error(Errc::bad_input, std::to_string(bytes.size()) + " bytes of pixels where " +
                                     std::to_string(width) + "x" + std::to_string(height) + "x" +
                                     std::to_string(channels) + " were expected");
  }
  Image image(width, height, channels);
  const auto row_bytes = static_cast<std::size_t>(width * channels);
  for (std::int64_t y = 0; y < height; ++y)
    std::memcpy(image.row(y), bytes.data() + y * width * channels, row_bytes);
  return image;
}

std::string pixel_digest(const Image& image) {
  Xxh3 hash;
  hash.update(std::to_string(image.width()) + "x" + std::to_string(image.height()) + "x" +
              std::to_string(image.channels()) + "\n");
  const auto row_bytes = static_cast<std::size_t>(image.width() * image.channels());
  for (std::int64_t y = 0; y < image.height(); ++y) {
    hash.update({reinterpret_cast<const char*>(image.row(y)), row_bytes});
  }
  return hash.hex();
}

}  // namespace frag
