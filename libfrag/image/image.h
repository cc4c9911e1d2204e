// Pixels in memory: 8 bits a sample, or 16 for grey; interleaved, rows padded so that a kernel may read a
// little past every pixel.
//
// An Image is a value (moves are cheap, copies are explicit through clone()); reading from many threads is
// safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace frag {

class Image {
 public:
  // Bytes that may be read past the last pixel of every row, and rows past the last row: always zero.
  static constexpr std::int64_t kPadBytes = 16;
  static constexpr std::int64_t kPadRows = 1;

  Image() = default;
  // `channels` is 1 (grey) or 3 (RGB), `bits` 8, or 16 with one channel; all samples are zero.
  Image(std::int64_t width, std::int64_t height, std::int64_t channels, int bits = 8);

  std::int64_t width() const { return width_; }
  std::int64_t height() const { return height_; }
  std::int64_t channels() const { return channels_; }
  int bits() const { return bits_; }
  // Bytes of a pixel, all channels.
  std::int64_t pixel_bytes() const { return channels_ * bits_ / 8; }
  // Bytes from a row to the next.
  std::int64_t stride() const { return stride_; }
  bool empty() const { return data_ == nullptr; }
  // Bytes that this image holds in memory.
  std::size_t memory() const { return static_cast<std::size_t>(stride_ * (height_ + kPadRows)); }

  std::uint8_t* row(std::int64_t y) { return data_.get() + y * stride_; }
  const std::uint8_t* row(std::int64_t y) const { return data_.get() + y * stride_; }
  // The same row as samples of 16 bits, in the machine's order.
  std::uint16_t* row16(std::int64_t y) { return reinterpret_cast<std::uint16_t*>(row(y)); }
  const std::uint16_t* row16(std::int64_t y) const { return reinterpret_cast<const std::uint16_t*>(row(y)); }

  Image clone() const;
  // width * height * pixel_bytes() bytes, rows without padding, 16-bit samples with the low byte first: the
  // "raw" format of samples.
  std::string packed() const;
  // The reverse of packed(); Errc::bad_input where the size does not fit.
  static Image from_packed(std::string_view bytes, std::int64_t width, std::int64_t height,
                           std::int64_t channels, int bits = 8);

 private:
  std::int64_t width_ = 0;
  std::int64_t height_ = 0;
  std::int64_t channels_ = 0;
  int bits_ = 8;
  std::int64_t stride_ = 0;
  std::unique_ptr<std::uint8_t[]> data_;
};

// XXH3-128 of the packed pixels behind a line "WxHxC\n", "WxHxCx16\n" for 16 bits: equal exactly for equal
// pictures.
std::string pixel_digest(const Image& image);

}  // namespace frag
