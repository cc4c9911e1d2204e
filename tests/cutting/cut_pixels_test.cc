// What fragments are cut from: crop, scale, contrast, channels and bits; what is left out; large sources.
#include <catch2/catch.hpp>
#include <cstring>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/image/contrast.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/pixel_digest.h"
#include "libfrag/image/resize.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::small_cut;
using frag::test::TempDir;

namespace {

// Noise between two levels, so that contrast has something to do; the left half flat, as background is.
Image half_empty(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint64_t seed) {
  Image image = test::noise_image(width, height, channels, seed);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t i = 0; i < width * channels; ++i) {
      auto& sample = image.row(y)[i];
      sample = static_cast<std::uint8_t>(i < width * channels / 2 ? 235 : 60 + sample / 3);
    }
  }
  return image;
}

// "images": four pictures of each of two classes.
void write_pictures(const TempDir& dir, std::int64_t channels = 1) {
  for (int i = 0; i < 8; ++i) {
    test::write_png(dir / ("images/class" + std::to_string(i / 4) + "/" + std::to_string(i % 4) + ".png"),
                    half_empty(160, 120, channels, static_cast<std::uint64_t>(i)));
  }
}

CutOptions with_recipe(const TempDir& dir, const std::string& recipe, const std::string& name = "dataset") {
  CutOptions options = small_cut(dir, name);
  options.recipe = parse_recipe("split = '50/50'\n" + recipe, "recipe");
  if (recipe.find("tile") == std::string::npos) options.recipe.tile = 32;
  if (recipe.find("angles") == std::string::npos) options.recipe.angles = "0,30,90";
  return options;
}

void require_equal_files(const std::filesystem::path& a, const std::filesystem::path& b) {
  const std::string sums = read_file(a / kSumsFile);
  REQUIRE(sums == read_file(b / kSumsFile));
  for (const char* name : {kDatasetFile, kSourcesFile}) REQUIRE(read_file(a / name) == read_file(b / name));
}

}  // namespace

TEST_CASE("one thread and eight give the same bytes with detail, masks and stretching") {
  const std::string recipe =
      GENERATE(as<std::string>{}, "min_detail = 3", "contrast = 'stretch'", "min_foreground = 0.3",
               "min_detail = 2\ncontrast = 'stretch'\nchannels = 'gray'\ncrop = { bottom = 8 }",
               "[labels]\nfrom = 'mask'\nmask = 'masks/{dir}-{stem}.png'\nvalues = { a = 235, b = 80 }");
  const TempDir dir;
  write_pictures(dir);
  if (recipe.find("mask") != std::string::npos) {
    for (int i = 0; i < 8; ++i) {
      Image mask(160, 120, 1);
      for (std::int64_t y = 0; y < 120; ++y) std::memset(mask.row(y), y < 20 + i * 10 ? 235 : 80, 160);
      test::write_png(
          dir / ("images/masks/class" + std::to_string(i / 4) + "-" + std::to_string(i % 4) + ".png"), mask);
    }
  }
  INFO(recipe);
  for (const int threads : {1, 8}) {
    const ThreadLimit limit(threads);
    cut(with_recipe(dir, recipe, std::to_string(threads)));
  }
  require_equal_files(dir / "1", dir / "8");
}

TEST_CASE("sources that are read by region give the bytes and fragments of those that are not") {
  const std::string recipe = GENERATE(as<std::string>{}, "", "contrast = 'stretch'\nmin_detail = 3",
                                      "crop = { left = 3, top = 70, right = 2 }\nchannels = 'gray'");
  REQUIRE_TEST_DATA(data);
  const TempDir dir;
  std::filesystem::create_directories(dir / "images" / "a");
  const auto slide = data / "formats" / "cmu-1-small-region.svs";
  for (const char* name : {"1.svs", "2.svs"}) std::filesystem::copy_file(slide, dir / "images" / "a" / name);
  CutOptions options = with_recipe(dir, "tile = 256\nstride = 300\n" + recipe, "whole");
  cut(options);
  options.dataset = dir / "regions";
  options.whole_bytes = 1 << 20;
  cut(options);
  require_equal_files(dir / "whole", dir / "regions");
  const DatasetFolder whole(dir / "whole"), regions(dir / "regions", 1 << 20);
  REQUIRE(regions.open_source(0).by_region());
  regions.verify_pixels(0);
  FragmentRenderer a(whole), b(regions);
  for (FragmentId id = 0; id < whole.catalog().fragments(); id += 37)
    REQUIRE(pixel_digest(a.render(id)) == pixel_digest(b.render(id)));
}

TEST_CASE("a crop takes its margins off before anything else") {
  const TempDir dir;
  write_pictures(dir);
  cut(with_recipe(dir, "crop = { left = 5, top = 7, right = 11, bottom = 20 }"));
  const DatasetFolder folder(dir / "dataset");
  const Image expected = test::crop(half_empty(160, 120, 1, 0), {5, 7, 144, 93});
  CHECK(pixel_digest(folder.decode_source(0)) == pixel_digest(expected));
}

TEST_CASE("a crop that leaves nothing is said with the picture's size") {
  const TempDir dir;
  write_pictures(dir);
  const Error error = error_of([&] { cut(with_recipe(dir, "crop = { left = 160 }")); });
  CHECK(std::string(error.what()).find("the crop leaves nothing of its 160x120 pixels") != std::string::npos);
}

TEST_CASE("contrast is applied to a source as it will be each time it is read") {
  const TempDir dir;
  write_pictures(dir);
  const auto plain = [] { return half_empty(160, 120, 1, 0); };
  cut(with_recipe(dir, "contrast = 'equalise'", "equalise"));
  Image expected = plain();
  equalise(expected);
  CHECK(pixel_digest(DatasetFolder(dir / "equalise").decode_source(0)) == pixel_digest(expected));
  cut(with_recipe(dir, "contrast = 'clahe'", "clahe"));
  expected = plain();
  clahe(expected);
  CHECK(pixel_digest(DatasetFolder(dir / "clahe").decode_source(0)) == pixel_digest(expected));
  cut(with_recipe(dir, "contrast = 'stretch'", "stretch"));
  const DatasetFolder folder(dir / "stretch");
  const Source row = folder.catalog().sources()[0];
  REQUIRE(row.stretch);
  CHECK(row.stretch->low >= 60);
  CHECK(row.stretch->high == 235);
  expected = plain();
  stretch_levels(expected, row.stretch->low, row.stretch->high);
  CHECK(pixel_digest(folder.decode_source(0)) == pixel_digest(expected));
}

TEST_CASE("fragments with too little to see are left out, and they are the flat ones") {
  const TempDir dir;
  write_pictures(dir);
  const CutResult result = cut(with_recipe(dir, "angles = 0\noverlap = 0\nmin_detail = 5"));
  const DatasetFolder folder(dir / "dataset");
  // Five columns of tiles: two of background, one half of it, two of noise.
  std::string row;
  for (FragmentId id = 0; id < 5; ++id) row += folder.catalog().class_of(id) ? '#' : '.';
  CHECK(row == "..###");
  CHECK(result.left_out == 8 * 2 * 3);
  CHECK(result.fragments + result.left_out == folder.catalog().fragments());
}

TEST_CASE("the background is left out by the share of a fragment that is not") {
  const TempDir dir;
  write_pictures(dir);
  cut(with_recipe(dir, "angles = 0\noverlap = 0\nmin_foreground = 0.6"));
  const DatasetFolder folder(dir / "dataset");
  std::string row;
  for (FragmentId id = 0; id < 5; ++id) row += folder.catalog().class_of(id) ? '#' : '.';
  CHECK(row == "...##");
}

TEST_CASE("whole pictures are resized, and each is a fragment") {
  const TempDir dir;
  write_pictures(dir, 3);
  cut(with_recipe(dir, "angles = 0\nfit = 'whole'\nresize = [40, 30]"));
  const DatasetFolder folder(dir / "dataset");
  CHECK(folder.catalog().fragments() == 8);
  FragmentRenderer renderer(folder);
  CHECK(pixel_digest(renderer.render(0)) == pixel_digest(resize_area(half_empty(160, 120, 3, 0), 40, 30)));
}

TEST_CASE("16 bits stay where the recipe keeps them and become 8 where it does not") {
  const TempDir dir;
  Image deep(96, 64, 1, 16);
  SplitMix64 random(3);
  for (std::int64_t y = 0; y < 64; ++y) {
    for (std::int64_t x = 0; x < 96; ++x) {
      const auto value = static_cast<std::uint16_t>(random.below(65536));
      std::memcpy(deep.row(y) + 2 * x, &value, 2);
    }
  }
  for (const char* name : {"images/a/1.png", "images/a/2.png"}) test::write_png(dir / name, deep);
  cut(with_recipe(dir, "bits = 16", "deep"));
  CHECK(pixel_digest(DatasetFolder(dir / "deep").decode_source(0)) == pixel_digest(deep));
  cut(with_recipe(dir, "", "shallow"));
  CHECK(DatasetFolder(dir / "shallow").decode_source(0).bits() == 8);
}

TEST_CASE("a level of a slide, and its scale, are what the recipe asks for") {
  REQUIRE_TEST_DATA(data);
  const TempDir dir;
  std::filesystem::create_directories(dir / "images" / "a");
  for (const char* name : {"1.svs", "2.svs"})
    std::filesystem::copy_file(data / "formats" / "cmu-1-small-region.svs", dir / "images" / "a" / name);
  // The slide has 2220x2967 pixels of 0.499 micrometres.
  cut(with_recipe(dir, "micrometres_per_pixel = 1.996"));
  const DatasetFolder folder(dir / "dataset");
  const Image small = folder.decode_source(0);
  CHECK(small.width() == 555);
  CHECK(small.height() == 742);
  REQUIRE(folder.catalog().shards().size() == 2);
  CHECK(folder.catalog().shards()[0].file == "store/00000.svs");
  CHECK(error_of([&] { cut(with_recipe(dir, "level = 7", "deeper")); }).code() == Errc::bad_input);
}
