#include "libfrag/image/read.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <mutex>
#include <vips/vips8>

#include "libfrag/base/error.h"
#include "libfrag/image/convert.h"

namespace frag {
namespace {

struct FormatRow {
  ImageFormat format;
  const char* name;
  std::string_view magic;
};
constexpr FormatRow kFormats[] = {
    {ImageFormat::jpeg, "JPEG", {"\xff\xd8\xff", 3}}, {ImageFormat::png, "PNG", {"\x89PNG\r\n\x1a\n", 8}},
    {ImageFormat::tiff, "TIFF", {"II\x2a\x00", 4}},   {ImageFormat::tiff, "TIFF", {"MM\x00\x2a", 4}},
    {ImageFormat::tiff, "TIFF", {"II\x2b\x00", 4}},  // BigTIFF
    {ImageFormat::tiff, "TIFF", {"MM\x00\x2b", 4}},
};
constexpr std::array<std::string_view, 12> kImageExtensions = {
    ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".bmp", ".webp", ".svs", ".jp2", ".pgm", ".ppm"};

[[noreturn]] void bad_image(const std::string& why) {
  throw Error(Errc::bad_input, why);
}

// libvips, once for the process: one thread an operation (the callers are parallel already), no cache of
// operations, and only loaders that are safe on files from strangers.
void start_vips() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (VIPS_INIT("libfrag") != 0) throw Error(Errc::internal, "libvips does not start");
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    // What matters of its warnings comes back as an error too.
    g_log_set_handler(
        "VIPS", G_LOG_LEVEL_WARNING, [](const char*, GLogLevelFlags, const char*, void*) {}, nullptr);
  });
}

// libvips appends every complaint to one text; its first line is the cause.
std::string first_line(const char* text) {
  const std::string all(text == nullptr ? "" : text);
  return all.substr(0, all.find('\n'));
}

vips::VImage open_with(ImageFormat format, std::string_view file) {
  vips::VOption* options =
      vips::VImage::option()->set("access", VIPS_ACCESS_SEQUENTIAL)->set("fail_on", VIPS_FAIL_ON_ERROR);
  VipsBlob* blob = vips_blob_new(nullptr, file.data(), file.size());
  // The loader keeps its own reference for as long as it needs the bytes.
  const std::unique_ptr<VipsBlob, void (*)(VipsBlob*)> keep(
      blob, [](VipsBlob* held) { vips_area_unref(VIPS_AREA(held)); });
  switch (format) {
    case ImageFormat::jpeg:
      return vips::VImage::jpegload_buffer(blob, options);
    case ImageFormat::png:
      return vips::VImage::pngload_buffer(blob, options);
    case ImageFormat::tiff:
      return vips::VImage::tiffload_buffer(blob, options);
  }
  bad_image("unknown format");
}

// Opens, applies the orientation and refuses what decode_image() says it refuses.
vips::VImage open_upright(std::string_view file, ImageFormat* format) {
  start_vips();
  const auto sniffed = sniff_format(file);
  if (!sniffed) bad_image("not a JPEG, PNG or TIFF file by its first bytes");
  *format = *sniffed;
  vips::VImage image = open_with(*sniffed, file);
  const std::int64_t pixels = std::int64_t{image.width()} * image.height();
  if (pixels > kMaxPixels) {
    bad_image(std::to_string(image.width()) + "x" + std::to_string(image.height()) +
              " pixels, more than the limit of " + std::to_string(kMaxPixels));
  }
  if (image.get_typeof("n-pages") != 0 && image.get_int("n-pages") > 1) {
    bad_image("a TIFF of " + std::to_string(image.get_int("n-pages")) + " pages; save each page as a file");
  }
  const int colours = image.bands() - (image.has_alpha() ? 1 : 0);
  const bool kind_known = (colours == 1 || colours == 3) &&
                          image.interpretation() != VIPS_INTERPRETATION_LAB &&
                          image.interpretation() != VIPS_INTERPRETATION_LABS;
  if (!kind_known) bad_image(std::to_string(image.bands()) + " channels that are neither grey nor RGB");
  if (image.format() != VIPS_FORMAT_UCHAR && image.format() != VIPS_FORMAT_USHORT) {
    bad_image("samples that are neither 8 nor 16 bits of unsigned integers");
  }
  // Turning needs pixels out of order, which a sequential reader gives only through memory.
  const bool turned =
      image.get_typeof(VIPS_META_ORIENTATION) != 0 && image.get_int(VIPS_META_ORIENTATION) > 1;
  return turned ? image.copy_memory().autorot() : image;
}

template <class Sample>
std::uint8_t to_8(Sample value) {
  if constexpr (sizeof(Sample) == 1) {
    return value;
  } else {
    return to_8_bits(value);
  }
}

template <class Sample>
void copy_row(const Sample* in, std::int64_t width, int bands, int colours, std::uint8_t* out) {
  for (std::int64_t x = 0; x < width; ++x, in += bands) {
    for (int channel = 0; channel < colours; ++channel) {
      const std::uint8_t value = to_8(in[channel]);
      *out++ = bands == colours ? value : over_white(value, to_8(in[colours]));
    }
  }
}

Image pull_pixels(const vips::VImage& image) {
  const int bands = image.bands();
  const int colours = bands - (image.has_alpha() ? 1 : 0);
  Image pixels(image.width(), image.height(), colours);
  const vips::VRegion region = image.region();
  constexpr int kRows = 64;
  for (int top = 0; top < image.height(); top += kRows) {
    const int rows = std::min(kRows, image.height() - top);
    region.prepare(0, top, image.width(), rows);
    for (int y = top; y < top + rows; ++y) {
      const VipsPel* in = region.addr(0, y);
      if (image.format() == VIPS_FORMAT_UCHAR) {
        copy_row(in, image.width(), bands, colours, pixels.row(y));
      } else {
        copy_row(reinterpret_cast<const std::uint16_t*>(in), image.width(), bands, colours, pixels.row(y));
      }
    }
  }
  return pixels;
}

}  // namespace

const char* name_of(ImageFormat format) {
  for (const auto& row : kFormats) {
    if (row.format == format) return row.name;
  }
  return "";
}

std::optional<ImageFormat> sniff_format(std::string_view bytes) {
  for (const auto& row : kFormats) {
    if (bytes.substr(0, row.magic.size()) == row.magic) return row.format;
  }
  return std::nullopt;
}

bool looks_like_image(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return std::find(kImageExtensions.begin(), kImageExtensions.end(), extension) != kImageExtensions.end();
}

ImageHeader read_header(std::string_view file) {
  try {
    ImageHeader header{};
    const vips::VImage image = open_upright(file, &header.format);
    header.width = image.width();
    header.height = image.height();
    header.channels = image.bands() - (image.has_alpha() ? 1 : 0);
    return header;
  } catch (const vips::VError& error) {
    vips_error_clear();
    bad_image(first_line(error.what()));
  }
}

Image decode_image(std::string_view file) {
  try {
    ImageFormat format{};
    return pull_pixels(open_upright(file, &format));
  } catch (const vips::VError& error) {
    vips_error_clear();
    bad_image(first_line(error.what()));
  }
}

}  // namespace frag
