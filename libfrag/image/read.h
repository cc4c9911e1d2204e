// Reading image files: an allow-list decided by the bytes, a pixel limit before decoding, and one kind of
// pixels out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libfrag/image/image.h"

namespace frag {

enum class ImageFormat { jpeg, png, tiff };

const char* name_of(ImageFormat format);

// What the first bytes say; nullopt for anything that is not on the allow-list.
std::optional<ImageFormat> sniff_format(std::string_view bytes);

// True for a path that people would expect to be an image (by its extension): what a folder scan reports when
// it cannot be read, while READMEs and hidden files pass unmentioned.
bool looks_like_image(const std::string& path);

// The most pixels a source may have: it is decoded whole.
inline constexpr std::int64_t kMaxPixels = std::int64_t{1} << 29;

struct ImageHeader {
  ImageFormat format;
  std::int64_t width = 0;  // pixels, upright: the EXIF orientation is applied
  std::int64_t height = 0;
  std::int64_t channels = 1;
};

// What the file says of itself, without decoding pixels. Errors as decode_image.
ImageHeader read_header(std::string_view file);

// The pixels of `file` (its whole contents), upright, 8 bits: 16-bit samples are scaled down, palettes and
// bilevel expanded, alpha laid over white, grey stays grey. Errc::bad_input with the reason for a format
// outside the allow-list, a truncated or damaged file, more than kMaxPixels, more than one page, or colours
// that are neither grey nor RGB. Thread-safe.
Image decode_image(std::string_view file);

}  // namespace frag
