#include "libfrag/image/vips_page.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/image/pixel_scale.h"

namespace frag {
namespace {

using vips::VImage;

[[noreturn]] void bad_page(const std::string& why) {
  throw Error(Errc::bad_input, why);
}

int int_or(const VImage& image, const char* field, int otherwise) {
  return image.get_typeof(field) != 0 ? image.get_int(field) : otherwise;
}

std::string text_or_empty(const VImage& image, const std::string& field) {
  return image.get_typeof(field.c_str()) != 0 ? image.get_string(field.c_str()) : std::string();
}

double number_or_zero(const VImage& image, const std::string& field) {
  return std::strtod(text_or_empty(image, field).c_str(), nullptr);
}

[[noreturn]] void bad_samples(VipsBandFormat format) {
  const char* what = "signed integers";
  if (vips_band_format_iscomplex(format)) {
    what = "complex numbers";
  } else if (vips_band_format_isfloat(format)) {
    what = "floating point";
  } else if (format == VIPS_FORMAT_UINT) {
    what = "32-bit integers";
  }
  bad_page(std::string("samples of ") + what + "; save it with 8 or 16 bits, scaled as it should be seen");
}

[[noreturn]] void bad_colours(const VImage& image) {
  switch (image.interpretation()) {
    case VIPS_INTERPRETATION_CMYK:
      bad_page("CMYK colours, which are for printing; convert it to RGB");
    case VIPS_INTERPRETATION_LAB:
    case VIPS_INTERPRETATION_LABS:
    case VIPS_INTERPRETATION_LABQ:
      bad_page("Lab colours; convert it to RGB");
    default:
      bad_page(std::to_string(image.bands()) +
               " channels that are neither grey nor RGB; save each channel as a page or a file of its own");
  }
}

bool is_gray(VipsInterpretation interpretation) {
  return interpretation == VIPS_INTERPRETATION_B_W || interpretation == VIPS_INTERPRETATION_GREY16;
}

bool is_rgb(VipsInterpretation interpretation) {
  return interpretation == VIPS_INTERPRETATION_sRGB || interpretation == VIPS_INTERPRETATION_RGB ||
         interpretation == VIPS_INTERPRETATION_RGB16 || interpretation == VIPS_INTERPRETATION_scRGB;
}

SampleKind kind_of(const VImage& image) {
  const bool gray = is_gray(image.interpretation());
  const int colours = gray ? 1 : 3;
  if ((!gray && !is_rgb(image.interpretation())) || image.bands() < colours || image.bands() > colours + 1) {
    bad_colours(image);
  }
  if (image.format() != VIPS_FORMAT_UCHAR && image.format() != VIPS_FORMAT_USHORT)
    bad_samples(image.format());
  SampleKind kind;
  kind.colours = colours;
  kind.alpha = image.bands() > colours;
  kind.wide = image.format() == VIPS_FORMAT_USHORT;
  // PNM says what is white, and libvips leaves the samples as they are; 0 stands for a bilevel file.
  const int declared = int_or(image, "ppm-max-value", 0);
  kind.white = static_cast<std::uint16_t>(declared > 0 ? declared : kind.wide ? 65535 : 255);
  return kind;
}

double scale_of(const VImage& image) {
  ScaleHints hints;
  hints.slide_micrometres = number_or_zero(image, "openslide.mpp-x");
  hints.description = text_or_empty(image, VIPS_META_IMAGEDESCRIPTION);
  hints.per_unit_x = image.xres();
  hints.per_unit_y = image.yres();
  hints.unit_named = image.get_typeof(VIPS_META_RESOLUTION_UNIT) != 0;
  return micrometres_per_pixel(hints);
}

// True where `level` is `base` in fewer pixels: smaller by one whole factor in both directions, give or take
// what rounding at each halving may add up to.
bool is_reduced(const VImage& base, const VImage& level) {
  const double factor = std::round(static_cast<double>(base.width()) / level.width());
  return factor >= 2 && base.bands() == level.bands() && base.format() == level.format() &&
         std::abs(level.width() * factor - base.width()) <= factor &&
         std::abs(level.height() * factor - base.height()) <= factor;
}

VImage open_header(const VipsInput& input, const VipsPart& part) {
  return open_picture(input, part, VIPS_ACCESS_RANDOM).image;
}

bool is_page_pyramid(const VipsInput& input, const VImage& first, int pages) {
  int width = first.width();
  for (int page = 1; page < pages; ++page) {
    const VImage level = open_header(input, {page});
    if (level.width() >= width || !is_reduced(first, level)) return false;
    width = level.width();
  }
  return pages > 1;
}

// The parts that a page's levels may lie in; those of a TIFF still have to prove it.
std::vector<VipsPart> level_parts(const VipsInput& input, const VImage& image, std::uint32_t page,
                                  bool pages_are_levels) {
  const int number = static_cast<int>(page);
  std::vector<VipsPart> parts = {{number}};
  if (input.format == ImageFormat::slide || input.format == ImageFormat::jpeg2000) {
    const int levels = input.format == ImageFormat::slide
                           ? static_cast<int>(number_or_zero(image, "openslide.level-count"))
                           : int_or(image, VIPS_META_N_PAGES, 1);
    for (int level = 1; level < levels; ++level) parts.push_back({number, -1, level});
  } else if (pages_are_levels) {
    for (int level = 1; level < int_or(image, VIPS_META_N_PAGES, 1); ++level) parts.push_back({level});
  } else if (input.format == ImageFormat::tiff) {
    for (int subifd = 0; subifd < int_or(image, VIPS_META_N_SUBIFDS, 0); ++subifd) {
      parts.push_back({number, subifd});
    }
  }
  return parts;
}

void add_level(VipsPage& page, const VImage& base, const VImage& image, const VipsPart& part) {
  const double across = static_cast<double>(base.width()) / image.width();
  const double down = static_cast<double>(base.height()) / image.height();
  PageLevel level{image.width(), image.height(), (across + down) / 2};
  if (page.orientation.transposed()) std::swap(level.width, level.height);
  page.info.levels.push_back(level);
  page.parts.push_back(part);
}

// A slide's pages are levels, a label and an overview, in an order that its vendor knows.
void refuse_slide(const VipsInput& input, const VipsPicture& picture) {
  if (input.format != ImageFormat::tiff || !picture.by_region) return;
  if (!text_or_empty(picture.image, VIPS_META_IMAGEDESCRIPTION).starts_with("Aperio")) return;
  bad_page("a whole slide (Aperio), which is read only from a file of its own; give its path");
}

}  // namespace

std::uint32_t count_pages(const VipsInput& input, bool* pages_are_levels) {
  *pages_are_levels = false;
  const VipsPicture picture = open_picture(input, {}, VIPS_ACCESS_RANDOM);
  const VImage& first = picture.image;
  refuse_slide(input, picture);
  if (input.format == ImageFormat::slide || input.format == ImageFormat::jpeg2000) return 1;
  const int pages = int_or(first, VIPS_META_N_PAGES, 1);
  *pages_are_levels = input.format == ImageFormat::tiff && is_page_pyramid(input, first, pages);
  return *pages_are_levels ? 1 : static_cast<std::uint32_t>(pages);
}

VipsPage describe_page(const VipsInput& input, std::uint32_t page, bool pages_are_levels) {
  const VipsPart first{static_cast<int>(page)};
  const VipsPicture picture = open_picture(input, first, VIPS_ACCESS_RANDOM);
  const VImage& base = picture.image;
  VipsPage described;
  described.kind = kind_of(base);
  described.orientation = Orientation(int_or(base, VIPS_META_ORIENTATION, 1));
  for (const VipsPart& part : level_parts(input, base, page, pages_are_levels)) {
    const VImage level = part == first ? base : open_header(input, part);
    // A TIFF's sub-directories may hold anything, a slide's levels are levels.
    const bool belongs = part == first || input.format != ImageFormat::tiff || is_reduced(base, level);
    if (belongs) add_level(described, base, level, part);
  }
  PageInfo& info = described.info;
  info.width = info.levels.front().width;
  info.height = info.levels.front().height;
  info.channels = described.kind.colours;
  info.bits = described.kind.wide ? 16 : 8;
  info.micrometres_per_pixel = scale_of(base);
  // The other loaders that could give a part of a picture decode all of it for that.
  info.by_region =
      picture.by_region && (input.format == ImageFormat::tiff || input.format == ImageFormat::slide);
  return described;
}

}  // namespace frag
