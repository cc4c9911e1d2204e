// Files written by libvips that are refused, cut short or damaged, and files that many threads read at once.
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "libfrag/image/vips_file.h"
#include "tests/image/vips_written.h"

using namespace frag;
using namespace frag::test;
using vips::VImage;

namespace {

std::string refused(const VImage& image, const std::string& suffix) {
  const Error error = error_of([&] { ImageFile::from_bytes(saved(image, suffix)).info(0); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

}  // namespace

TEST_CASE("kinds of pixels that are not read are refused by name, with a way out") {
  const VImage rgb = vips_of(blocks(3));
  const VImage gray = vips_of(blocks(1));
  const auto as = [](const VImage& image, VipsInterpretation kind) {
    return image.copy(VImage::option()->set("interpretation", kind));
  };
  CHECK(refused(as(rgb.bandjoin(0), VIPS_INTERPRETATION_CMYK), ".tif").find("CMYK") != std::string::npos);
  CHECK(refused(as(rgb.bandjoin(0), VIPS_INTERPRETATION_CMYK), ".jpg").find("CMYK") != std::string::npos);
  CHECK(refused(rgb.colourspace(VIPS_INTERPRETATION_LAB), ".tif").find("Lab") != std::string::npos);
  CHECK(refused(gray.cast(VIPS_FORMAT_FLOAT), ".tif").find("floating point") != std::string::npos);
  CHECK(refused(rgb.cast(VIPS_FORMAT_FLOAT), ".tif").find("floating point") != std::string::npos);
  CHECK(refused(gray.cast(VIPS_FORMAT_SHORT), ".tif").find("signed") != std::string::npos);
  CHECK(refused(gray.cast(VIPS_FORMAT_UINT), ".tif").find("32-bit") != std::string::npos);
  CHECK(
      refused(
          as(rgb.bandjoin(rgb), VIPS_INTERPRETATION_MULTIBAND).extract_band(0, VImage::option()->set("n", 5)),
          ".tif")
          .find("5 channels") != std::string::npos);
}

TEST_CASE("files cut short are errors in every format") {
  for (const char* suffix : {".jpg", ".jpg[interlace]", ".png", ".tif", ".tif[tile,compression=deflate]",
                             ".webp[lossless]", ".gif", ".ppm", ".jp2[lossless]"}) {
    const std::string whole = saved(vips_of(noise_image(300, 200, 3, 1)), suffix);
    for (const double share : {0.02, 0.3, 0.6, 0.95}) {
      const auto length = static_cast<std::size_t>(static_cast<double>(whole.size()) * share);
      INFO(suffix << " " << length << " of " << whole.size());
      CHECK(error_of([&] { ImageFile::from_bytes(whole.substr(0, length)).read(0); }).code() ==
            Errc::bad_input);
    }
  }
}

TEST_CASE("a damaged tile is an error each time that it is read, and other tiles are not") {
  const Image image = noise_image(512, 512, 1, 1);
  std::string tiff = saved(vips_of(image), ".tif[tile,tile-width=256,tile-height=256,compression=deflate]");
  // The tiles follow each other; the last is about the last quarter of the file.
  tiff.replace(tiff.size() * 7 / 8, 64, std::string(64, '\0'));
  const ImageFile file = ImageFile::from_bytes(tiff);
  for (int i = 0; i < 3; ++i) {
    CHECK(error_of([&] { file.read_region(0, {}, {256, 256, 256, 256}); }).code() == Errc::bad_input);
    CHECK((file.read_region(0, {}, {0, 0, 256, 256}).packed() == crop(image, {0, 0, 256, 256}).packed()));
  }
}

TEST_CASE("threads that read regions of one file get the pixels of one thread") {
  const Image image = noise_image(600, 400, 3, 1);
  const ImageFile file =
      ImageFile::from_bytes(saved(vips_of(image), ".tif[tile,tile-width=64,tile-height=64]"));
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t thread = 0; thread < wrong.size(); ++thread) {
    threads.emplace_back([&, thread] {
      SplitMix64 random(thread);
      for (int i = 0; i < 30; ++i) {
        const Box box = random_box(random, 600, 400);
        wrong[thread] += file.read_region(0, {}, box).packed() != crop(image, box).packed();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("why a file is refused does not depend on what else is read beside it") {
  const VImage picture = vips_of(noise_image(200, 200, 3, 1));
  std::vector<std::string> files;
  for (const char* suffix : {".jpg", ".png", ".tif[compression=deflate]", ".webp[lossless]"}) {
    const std::string whole = saved(picture, suffix);
    files.push_back(whole.substr(0, whole.size() / 2));
  }
  const auto why = [](const std::string& file) -> std::string {
    try {
      decode_image(file);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  std::vector<std::string> alone;
  for (const auto& file : files) alone.push_back(why(file));
  std::vector<std::thread> threads;
  std::vector<int> wrong(files.size(), 0);
  for (std::size_t i = 0; i < files.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int repeat = 0; repeat < 20; ++repeat) wrong[i] += why(files[i]) != alone[i];
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(files.size(), 0));
}
