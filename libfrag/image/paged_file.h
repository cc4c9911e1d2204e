// What ImageFile (read.h) asks of each way to read: through libvips (vips_file.h) or our own (raw_sets.h).
// For the image room alone.
//
// Every function may be called from any number of threads at once.
#pragma once

#include <cstdint>
#include <optional>

#include "libfrag/image/read.h"

namespace frag {

class PagedFile {
 public:
  explicit PagedFile(ImageFormat format) : format_(format) {}
  virtual ~PagedFile() = default;
  PagedFile(const PagedFile&) = delete;
  PagedFile& operator=(const PagedFile&) = delete;

  ImageFormat format() const { return format_; }
  virtual std::uint32_t pages() const = 0;
  // `page` is below pages().
  virtual PageInfo info(std::uint32_t page) const = 0;
  // `options.level` exists and `box` lies within it; the box has at most kMaxPixels, and so has the level
  // where it is not read by region.
  virtual Image read(std::uint32_t page, const ReadOptions& options, const Box& box) const = 0;
  virtual std::optional<int> label(std::uint32_t) const { return std::nullopt; }
  virtual std::optional<int> superclass(std::uint32_t) const { return std::nullopt; }

 private:
  ImageFormat format_;
};

}  // namespace frag
