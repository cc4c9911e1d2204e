#include "libfrag/dataset/source_pixels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/image/contrast.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/pixel_digest.h"
#include "libfrag/image/resize.h"

namespace frag {
namespace {

// Rows of a band: a few tiles of a whole slide's.
constexpr std::int64_t kBandRows = 512;

std::string size_text(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

PageLevel level_of(const PageInfo& page, std::uint32_t level) {
  if (level >= page.levels.size()) {
    throw Error(Errc::bad_input, "it has no level " + std::to_string(level) + "; its levels are 0 to " +
                                     std::to_string(page.levels.size() - 1));
  }
  return page.levels[level];
}

// `box` without the recipe's margins.
Box cropped(const Box& box, const Crop& crop) {
  const Box rest = {box.x + crop.left, box.y + crop.top, box.width - crop.left - crop.right,
                    box.height - crop.top - crop.bottom};
  if (rest.width < 1 || rest.height < 1)
    throw Error(Errc::bad_input,
                "the crop leaves nothing of its " + size_text(box.width, box.height) + " pixels");
  return rest;
}

void require_inside(const Box& box, const PageLevel& level) {
  if (box.x >= 0 && box.y >= 0 && box.width >= 1 && box.height >= 1 && box.x <= level.width - box.width &&
      box.y <= level.height - box.height) {
    return;
  }
  throw Error(Errc::bad_input, "the box " + size_text(box.width, box.height) + " at (" +
                                   std::to_string(box.x) + ", " + std::to_string(box.y) + ") leaves its " +
                                   size_text(level.width, level.height) + " pixels");
}

// The size of a source whose pixels stand for `from` micrometres when they stand for `to`.
std::int64_t scaled(std::int64_t edge, double from, double to) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(edge) * from / to));
}

}  // namespace

void lay_out_source(const ImageFile& file, const Recipe& recipe, Source& row) {
  const PageInfo page = file.info(row.page);
  const PageLevel level = level_of(page, row.level);
  const Box all = {0, 0, level.width, level.height};
  const Box asked = row.box.value_or(all);
  require_inside(asked, level);
  const Box box = cropped(asked, recipe.crop);
  row.box = box == all ? std::nullopt : std::optional(box);
  row.width = box.width;
  row.height = box.height;
  if (recipe.resize) {
    row.width = recipe.resize->width;
    row.height = recipe.resize->height;
  } else if (recipe.micrometres_per_pixel > 0) {
    if (page.micrometres_per_pixel <= 0)
      throw Error(Errc::bad_input,
                  "it does not say how many micrometres a pixel has, which the recipe asks for");
    const double own = page.micrometres_per_pixel * level.downsample;
    row.width = scaled(box.width, own, recipe.micrometres_per_pixel);
    row.height = scaled(box.height, own, recipe.micrometres_per_pixel);
  }
  row.channels = recipe.channels == Channels::gray ? 1 : recipe.channels == Channels::rgb ? 3 : page.channels;
  row.bits = recipe.bits == 16 && page.bits == 16 && row.channels == 1 ? 16 : 8;
  if (row.width > kMaxEdge || row.height > kMaxEdge)
    throw Error(Errc::bad_input, size_text(row.width, row.height) + " pixels, more than an edge may have");
}

SourcePixels::SourcePixels(ImageFile file, const Source& row, const Recipe& recipe, std::int64_t whole_bytes)
    : file_(std::move(file)),
      page_(row.page),
      width_(row.width),
      height_(row.height),
      channels_(row.channels),
      stretch_(row.stretch),
      contrast_(recipe.contrast) {
  const PageInfo page = file_.info(page_);
  const PageLevel level = level_of(page, row.level);
  box_ = row.box.value_or(Box{0, 0, level.width, level.height});
  require_inside(box_, level);
  options_.bits = row.bits;
  options_.level = static_cast<int>(row.level);
  options_.gray = row.channels == 1;
  scaled_ = box_.width != width_ || box_.height != height_;
  const std::int64_t bytes = width_ * height_ * channels_ * row.bits / 8;
  by_region_ = page.by_region && bytes > whole_bytes;
  if (by_region_ && (scaled_ || contrast_ == Contrast::equalise || contrast_ == Contrast::clahe)) {
    throw Error(Errc::bad_input, size_text(box_.width, box_.height) +
                                     " pixels are too many to scale, equalise or apply CLAHE to; choose a "
                                     "smaller level of its pyramid, or leave these keys out");
  }
}

Image SourcePixels::read(const Box& box) const {
  Image pixels = file_.read_region(page_, options_, box);
  if (channels_ == 3 && pixels.channels() == 1) return to_rgb(pixels);
  return pixels;
}

Image SourcePixels::whole() const {
  Image pixels = read(box_);
  if (scaled_) pixels = resize_area(pixels, width_, height_);
  if (stretch_) stretch_levels(pixels, stretch_->low, stretch_->high);
  if (contrast_ == Contrast::equalise) equalise(pixels);
  if (contrast_ == Contrast::clahe) clahe(pixels);
  return pixels;
}

Image SourcePixels::region(const Box& box) const {
  Image pixels = read({box_.x + box.x, box_.y + box.y, box.width, box.height});
  if (stretch_) stretch_levels(pixels, stretch_->low, stretch_->high);
  return pixels;
}

// Shrinks bands that end where rows of the small picture end.
Image SourcePixels::shrink(std::int64_t width, std::int64_t height) const {
  Image small(width, height, channels_, options_.bits);
  const std::int64_t step = std::max<std::int64_t>(1, kBandRows * height / height_);
  for (std::int64_t row = 0; row < height; row += step) {
    const std::int64_t end = std::min(row + step, height);
    const std::int64_t top = row * height_ / height, bottom = end * height_ / height;
    const Image band = resize_area(region({0, top, width_, bottom - top}), width, end - row);
    for (std::int64_t y = row; y < end; ++y)
      std::memcpy(small.row(y), band.row(y - row), static_cast<std::size_t>(width * small.pixel_bytes()));
  }
  return small;
}

Image SourcePixels::overview(std::int64_t most) const {
  const std::int64_t edge = std::max(width_, height_);
  const std::int64_t width = edge <= most ? width_ : std::max<std::int64_t>(1, width_ * most / edge);
  const std::int64_t height = edge <= most ? height_ : std::max<std::int64_t>(1, height_ * most / edge);
  return by_region_ ? shrink(width, height) : resize_area(whole(), width, height);
}

void SourcePixels::for_each_band(
    const std::function<void(std::int64_t top, const Image& band)>& visit) const {
  if (!by_region_) return visit(0, whole());
  for (std::int64_t top = 0; top < height_; top += kBandRows)
    visit(top, region({0, top, width_, std::min(kBandRows, height_ - top)}));
}

std::string digest_of(const SourcePixels& pixels) {
  std::optional<PixelDigest> digest;
  pixels.for_each_band([&](std::int64_t, const Image& band) {
    if (!digest) digest.emplace(pixels.width(), pixels.height(), band.channels(), band.bits());
    digest->add(band);
  });
  return digest->hex();
}

}  // namespace frag
