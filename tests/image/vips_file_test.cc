// Files written by libvips in every format it writes, and read back.
#include "libfrag/image/vips_file.h"

#include <catch2/catch.hpp>
#include <vips/vips8>

#include "libfrag/base/file.h"
#include "tests/image/vips_written.h"

using namespace frag;
using namespace frag::test;
using vips::VImage;

namespace {

std::string packed(const VImage& image) {
  std::size_t size = 0;
  const std::unique_ptr<void, decltype(&g_free)> pixels(image.write_to_memory(&size), g_free);
  return {static_cast<const char*>(pixels.get()), size};
}

void check_regions(const ImageFile& file, std::uint32_t page, const ReadOptions& options) {
  SplitMix64 random(page + 1);
  const Image whole = file.read(page, options);
  for (int i = 0; i < 10; ++i) {
    const Box box = random_box(random, whole.width(), whole.height());
    if (file.read_region(page, options, box).packed() != crop(whole, box).packed())
      FAIL(box.width << "x" << box.height << " at " << box.x << "," << box.y);
  }
}

}  // namespace

TEST_CASE("lossless files come back pixel by pixel, whole and by region") {
  struct Row {
    const char* suffix;
    ImageFormat format;
    bool by_region;
  };
  const auto row = GENERATE(values<Row>({
      {".png", ImageFormat::png, false},
      {".png[interlace]", ImageFormat::png, false},
      {".tif", ImageFormat::tiff, false},
      {".tif[compression=lzw]", ImageFormat::tiff, false},
      {".tif[compression=deflate,predictor=horizontal]", ImageFormat::tiff, false},
      {".tif[tile,tile-width=64,tile-height=32]", ImageFormat::tiff, true},
      {".tif[tile,compression=deflate]", ImageFormat::tiff, true},
      {".tif[tile,bigtiff,compression=lzw]", ImageFormat::tiff, true},
      {".jp2[lossless]", ImageFormat::jpeg2000, false},
      {".jp2[lossless,tile-width=64,tile-height=64]", ImageFormat::jpeg2000, false},
      {".pnm", ImageFormat::pnm, false},
      {".pnm[ascii]", ImageFormat::pnm, false},
  }));
  const std::int64_t kind = GENERATE(1, 3, 16);
  const Image image = kind == 16 ? noise_image(201, 143, 1, 1, 16) : noise_image(201, 143, kind, 1);
  INFO(row.suffix << " " << kind);
  const ImageFile file = ImageFile::from_bytes(saved(vips_of(image), row.suffix));
  const ReadOptions options{.bits = image.bits()};
  CHECK(file.format() == row.format);
  CHECK(file.info(0).by_region == row.by_region);
  CHECK(file.info(0).bits == image.bits());
  CHECK((file.read(0, options).packed() == image.packed()));
  check_regions(file, 0, options);
}

TEST_CASE("lossless WebP and GIF come back as RGB") {
  const Image image = blocks(3);
  for (const char* suffix : {".webp[lossless]", ".gif[dither=0]"}) {
    INFO(suffix);
    const ImageFile file = ImageFile::from_bytes(saved(vips_of(image), suffix));
    CHECK((file.read(0).packed() == image.packed()));
    check_regions(file, 0, {});
  }
}

TEST_CASE("palettes and bilevel files are expanded") {
  for (const char* suffix : {".png[palette]", ".png[bitdepth=1]", ".tif[bitdepth=1]",
                             ".tif[bitdepth=1,miniswhite]", ".tif[bitdepth=4]", ".pbm", ".pbm[ascii]"}) {
    INFO(suffix);
    const Image image = blocks(1);
    const Image back = ImageFile::from_bytes(saved(vips_of(image), suffix)).read(0, {.gray = true});
    CHECK((back.packed() == image.packed()));
  }
}

TEST_CASE("a palette TIFF is expanded to its colours") {
  // One row of four pixels, their numbers 0 to 3; colours of 16 bits, all reds first.
  std::string file("II\x2a\0\x08\0\0\0", 8);
  const auto put = [&file](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file += static_cast<char>(value >> (8 * i) & 255);
  };
  constexpr std::uint32_t kPixels = 8 + 2 + 10 * 12 + 4;
  const std::uint32_t entries[10][4] = {
      {256, 3, 1, 4},       {257, 3, 1, 1}, {258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 3},
      {273, 4, 1, kPixels}, {277, 3, 1, 1}, {278, 3, 1, 1}, {279, 4, 1, 4}, {320, 3, 768, kPixels + 4}};
  put(10, 2);
  for (const auto& entry : entries) {
    put(entry[0], 2);
    put(entry[1], 2);
    put(entry[2], 4);
    put(entry[3], 4);
  }
  put(0, 4);
  file += std::string("\0\1\2\3", 4);
  const std::vector<std::vector<int>> colours = {{255, 0, 0, 10}, {0, 255, 0, 20}, {0, 0, 255, 30}};
  for (const auto& channel : colours) {
    for (std::size_t i = 0; i < 256; ++i) put(i < 4 ? static_cast<std::uint32_t>(channel[i]) * 257 : 0, 2);
  }
  const Image image = ImageFile::from_bytes(file).read(0);
  REQUIRE(image.channels() == 3);
  CHECK((image.packed() == std::string("\xff\0\0\0\xff\0\0\0\xff\x0a\x14\x1e", 12)));
}

TEST_CASE("a PGM of few grey levels keeps black black and white white") {
  const ImageFile narrow = ImageFile::from_bytes(std::string("P5\n4 1\n15\n\x00\x05\x0a\x0f", 14));
  CHECK((narrow.read(0).packed() == std::string("\x00\x55\xaa\xff", 4)));
  const ImageFile wide = ImageFile::from_bytes(std::string("P5\n2 1\n1023\n\x00\x00\x03\xff", 16));
  CHECK((wide.read(0).packed() == std::string("\x00\xff", 2)));
  CHECK(wide.read(0, {.bits = 16}).row16(0)[1] == 65535);
}

TEST_CASE("JPEG regions are parts of the whole, in TIFF tiles too") {
  for (const char* suffix : {".jpg", ".jpg[interlace]", ".tif[tile,compression=jpeg]", ".webp"}) {
    INFO(suffix);
    const ImageFile file = ImageFile::from_bytes(saved(vips_of(noise_image(150, 90, 3, 1)), suffix));
    check_regions(file, 0, {});
    check_regions(file, 0, {.gray = true});
  }
}

TEST_CASE("a JPEG file has libvips' pixels, whatever its chroma and its scans") {
  const std::int64_t channels = GENERATE(1, 3);
  const VImage picture = vips_of(noise_image(151, 93, channels, 1));
  for (const char* suffix : {".jpg[Q=90]", ".jpg[Q=75]", ".jpg[interlace]", ".jpg[subsample-mode=off]"}) {
    INFO(suffix << " " << channels);
    const std::string jpeg = saved(picture, suffix);
    const Image image = ImageFile::from_bytes(jpeg).read(0);
    CHECK(image.channels() == channels);
    CHECK((image.packed() == packed(VImage::new_from_buffer(jpeg.data(), jpeg.size(), ""))));
  }
}

TEST_CASE("all eight orientations are applied, whole and by region") {
  const int tag = GENERATE(range(1, 9));
  VImage tagged = vips_of(noise_image(70, 40, 3, 1)).copy();
  tagged.set(VIPS_META_ORIENTATION, tag);
  // Out of a JPEG file it has the EXIF block that other formats keep the tag in.
  const std::string jpeg = saved(tagged, ".jpg");
  const VImage picture = VImage::new_from_buffer(jpeg.data(), jpeg.size(), "");
  for (const char* suffix :
       {".tif", ".tif[tile,tile-width=16,tile-height=16]", ".png", ".webp[lossless]", ".jpg"}) {
    INFO(suffix << " " << tag);
    const std::string bytes = saved(picture, suffix);
    const ImageFile file = ImageFile::from_bytes(bytes);
    CHECK(file.info(0).width == (tag >= 5 ? 40 : 70));
    CHECK(file.info(0).levels[0].width == file.info(0).width);
    const VImage expected = VImage::new_from_buffer(bytes.data(), bytes.size(), "").autorot();
    CHECK((file.read(0).packed() == packed(expected)));
    check_regions(file, 0, {});
  }
}

TEST_CASE("alpha is laid over white") {
  const VImage gray = vips_of(Image(8, 8, 1)).bandjoin(128);
  const VImage rgb = vips_of(Image(8, 8, 3)).bandjoin(0);
  for (const char* suffix : {".png", ".tif"}) {
    const Image over_gray = ImageFile::from_bytes(saved(gray, suffix)).read(0);
    CHECK(over_gray.channels() == 1);
    CHECK((over_gray.packed() == std::string(64, 127)));
    CHECK((ImageFile::from_bytes(saved(rgb, suffix)).read(0).packed() == std::string(192, '\xff')));
  }
}

TEST_CASE("each page of a TIFF and each frame of an animation is read by its number") {
  const Image image = blocks(3);
  VImage tall = vips_of(image).copy();
  tall.set(VIPS_META_PAGE_HEIGHT, 16);
  for (const char* suffix : {".tif", ".gif[dither=0]", ".webp[lossless]"}) {
    INFO(suffix);
    const ImageFile file = ImageFile::from_bytes(saved(tall, suffix));
    REQUIRE(file.pages() == 3);
    for (std::uint32_t page = 0; page < 3; ++page)
      CHECK((file.read(page).packed() == crop(image, {0, 16 * page, 64, 16}).packed()));
    const std::string why = error_of([&] { decode_image(saved(tall, suffix)); }).what();
    CHECK(why.find("3 pages") != std::string::npos);
  }
}

TEST_CASE("a pyramid of pages or of sub-directories is one page with levels") {
  const Image image = noise_image(700, 500, 3, 1);
  for (const char* suffix : {".tif[tile,pyramid,tile-width=128,tile-height=128]",
                             ".tif[tile,pyramid,subifd,tile-width=128,tile-height=128]"}) {
    INFO(suffix);
    const ImageFile file = ImageFile::from_bytes(saved(vips_of(image), suffix));
    CHECK(file.pages() == 1);
    const PageInfo info = file.info(0);
    REQUIRE(info.levels.size() == 4);
    CHECK(info.levels[0] == PageLevel{700, 500, 1});
    CHECK(info.levels[1] == PageLevel{350, 250, 2});
    CHECK(info.levels[3].width == 87);
    CHECK((file.read(0).packed() == image.packed()));
    for (int level = 0; level < 4; ++level) {
      CHECK(file.read(0, {.level = level}).width() == info.levels[static_cast<std::size_t>(level)].width);
      check_regions(file, 0, {.level = level});
    }
  }
}

TEST_CASE("JPEG 2000 has the levels of its wavelets") {
  const ImageFile file = ImageFile::from_bytes(saved(vips_of(noise_image(201, 143, 1, 1)), ".jp2[lossless]"));
  const PageInfo info = file.info(0);
  REQUIRE(info.levels.size() > 1);
  CHECK(info.levels[1].width == 101);
  const Image half = file.read(0, {.level = 1});
  CHECK(half.width() == 101);
  CHECK(half.height() == 72);
}

TEST_CASE("a file on disk is read as the same bytes in memory, also within another file") {
  const test::TempDir folder;
  const std::string tiff =
      saved(vips_of(noise_image(300, 200, 3, 1)), ".tif[tile,pyramid,compression=deflate]");
  const Image expected = ImageFile::from_bytes(tiff).read(0);
  test::write_text(folder / "a.tif", tiff);
  test::write_text(folder / "a.tar", "head" + tiff + "tail");
  const ImageFile alone = ImageFile::from_path(folder / "a.tif");
  const ImageFile part = ImageFile::from_part(folder / "a.tar", 4, tiff.size());
  CHECK((alone.read(0).packed() == expected.packed()));
  CHECK((part.read(0).packed() == expected.packed()));
  CHECK(part.info(0).levels == alone.info(0).levels);
  check_regions(part, 0, {});
}

TEST_CASE("a whole slide is read at its levels, with its scale, and only by its path") {
  REQUIRE_TEST_DATA(data);
  const auto path = data / "formats" / "cmu-1-small-region.svs";
  const ImageFile slide = ImageFile::from_path(path);
  CHECK(slide.format() == ImageFormat::slide);
  CHECK(slide.pages() == 1);
  CHECK(slide.info(0).micrometres_per_pixel == Approx(0.499));
  CHECK(slide.info(0).by_region);
  check_regions(slide, 0, {});
  const std::string why = error_of([&] { ImageFile::from_bytes(read_file(path)); }).what();
  CHECK(why.find("whole slide") != std::string::npos);
}

TEST_CASE("a TIFF says its scale by a fine resolution, or in OME's words") {
  VImage picture = vips_of(blocks(1)).copy(VImage::option()->set("xres", 4000.0)->set("yres", 4000.0));
  CHECK(ImageFile::from_bytes(saved(picture, ".tif[resunit=cm]")).info(0).micrometres_per_pixel ==
        Approx(0.25));
  CHECK(ImageFile::from_bytes(saved(vips_of(blocks(1)), ".tif")).info(0).micrometres_per_pixel == 0);
  VImage ome = vips_of(blocks(1)).copy();
  ome.set(VIPS_META_IMAGEDESCRIPTION, "<OME><Pixels SizeX=\"64\" PhysicalSizeX=\"0.5\"/></OME>");
  CHECK(ImageFile::from_bytes(saved(ome, ".tif")).info(0).micrometres_per_pixel == Approx(0.5));
}
