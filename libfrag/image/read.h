// Reading image files: one value for any of the formats in formats.h, its pages, their sizes and scale, and
// pixels of one kind out, whole or by region.
//
// Pixels are what the file stores: palettes and bilevel are expanded, alpha is laid over white, orientation
// tags (EXIF, TIFF) are applied, and ICC profiles are not, so that equal files give equal numbers everywhere.
// Bad files are Errc::bad_input with the reason and the way out; a disk that fails is Errc::io.
//
// An ImageFile is cheap to copy, and any number of threads may read from one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/geometry/box.h"
#include "libfrag/image/formats.h"
#include "libfrag/image/image.h"

namespace frag {

// The most pixels that are decoded at once: a page read whole, or a region.
inline constexpr std::int64_t kMaxPixels = std::int64_t{1} << 29;

// One resolution of a page, upright, in pixels.
struct PageLevel {
  std::int64_t width = 0;
  std::int64_t height = 0;
  double downsample = 1;  // pixels of level 0 a pixel of this level stands for, along an edge

  bool operator==(const PageLevel&) const = default;
};

// What a page is, without decoding its pixels.
struct PageInfo {
  std::int64_t width = 0;  // pixels of level 0, upright
  std::int64_t height = 0;
  std::int64_t channels = 1;         // 1 (grey) or 3 (RGB), alpha not counted
  int bits = 8;                      // of a stored sample: 8, or 16 for anything above
  double micrometres_per_pixel = 0;  // of level 0, by the rules of pixel_scale.h; 0: the file does not say
  bool by_region = false;            // a region costs its own pixels; else the whole page is decoded for it
  std::vector<PageLevel> levels;     // the largest first; a page without a pyramid has one
};

struct ReadOptions {
  int bits = 8;       // 16: 16-bit samples stay 16 bits where grey comes out; else v * 255 / 65535, rounded
  int level = 0;      // of PageInfo::levels
  bool gray = false;  // RGB becomes grey by the formula of to_gray(), at the bits that come out
};

class ImageFile {
 public:
  // Owns the file's contents. `name` matters to CIFAR batches only. Errc::bad_input for a format that is not
  // on the allow-list, or a header that cannot be read. A whole slide is not read from memory, but by its
  // path.
  static ImageFile from_bytes(std::string bytes, std::string_view name = {});
  // Holds a TIFF file or a whole slide open and reads regions where they lie; holds any other format's
  // encoded bytes in memory (4 GiB at most). Also Errc::not_found and Errc::io.
  static ImageFile from_path(const std::filesystem::path& path);
  // As from_path, for `count` bytes from `offset` of a file that holds others beside it (a tar archive). Not
  // for whole slides: OpenSlide reads files of their own only.
  static ImageFile from_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t count,
                             std::string_view name = {});

  ImageFormat format() const;
  // Pages of a TIFF, frames of a GIF or WebP, images of an IDX or CIFAR file; else 1. A TIFF whose pages are
  // each a smaller copy of the first, as pyramids were once written, is one page with levels.
  std::uint32_t pages() const;

  // Errc::usage for a page that is not there; Errc::bad_input for one that is neither grey nor RGB, or has
  // samples that are not 8 or 16 bits of unsigned integers: CMYK, Lab, floating point, five channels.
  PageInfo info(std::uint32_t page) const;

  // A level of a page. Errors as info; also Errc::bad_input for damaged or truncated files, and for more than
  // kMaxPixels.
  Image read(std::uint32_t page, const ReadOptions& options = {}) const;
  // The pixels of `box` in a level of a page, upright: equal to that part of read(). Errc::usage where the
  // box is empty or not within the level; an edge of the box may be the level's.
  Image read_region(std::uint32_t page, const ReadOptions& options, const Box& box) const;

  // The class of a CIFAR image, 0..9 or 0..99, as the file has it; nullopt for other formats.
  std::optional<int> label(std::uint32_t page) const;
  // The superclass of a CIFAR-100 image, 0..19.
  std::optional<int> superclass(std::uint32_t page) const;

 private:
  friend Image decode_image(std::string_view file);
  friend struct ImageHeader read_header(std::string_view file);
  explicit ImageFile(std::shared_ptr<const class PagedFile> file) : file_(std::move(file)) {}
  static ImageFile from_view(std::string_view bytes);

  std::shared_ptr<const class PagedFile> file_;
};

// ImageFile::from_bytes for callers who have one page and 8 bits in mind, without a copy of `file`.
struct ImageHeader {
  ImageFormat format;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t channels = 1;
};

// Errors as decode_image, but for pixels that do not decode.
ImageHeader read_header(std::string_view file);

// The pixels of the only page of `file` (its whole contents), 8 bits. Errc::bad_input also for more pages.
Image decode_image(std::string_view file);

}  // namespace frag
