#include "tests/support/support.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/image/encode.h"

namespace frag::test {

namespace fs = std::filesystem;

#ifdef __SANITIZE_THREAD__
// Debian builds oneTBB without ThreadSanitizer, which then takes every piece of work handed from one of its
// threads to another for a race: what is looked for is in our own threads, so oneTBB works on one.
const ThreadLimit one_tbb_thread(1);
#endif

TempDir::TempDir() : path_(fs::temp_directory_path() / ("libfrag-test-" + random_hex(8))) {
  fs::create_directories(path_);
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Image noise_image(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint64_t seed,
                  int bits) {
  SplitMix64 random(seed);
  Image image(width, height, channels, bits);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width * channels; ++x) {
      if (bits == 16) {
        image.row16(y)[x] = static_cast<std::uint16_t>(random.below(65536));
      } else {
        image.row(y)[x] = static_cast<std::uint8_t>(random.below(256));
      }
    }
  }
  return image;
}

Image crop(const Image& image, const Box& box) {
  Image part(box.width, box.height, image.channels(), image.bits());
  for (std::int64_t y = 0; y < box.height; ++y) {
    const std::uint8_t* in = image.row(box.y + y) + box.x * image.pixel_bytes();
    std::copy(in, in + box.width * image.pixel_bytes(), part.row(y));
  }
  return part;
}

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void write_png(const fs::path& path, const Image& image) {
  write_text(path, encode_png(image));
}

void write_image_set(const fs::path& folder, int classes, int per_class, std::int64_t width,
                     std::int64_t height, std::uint64_t seed) {
  for (int c = 0; c < classes; ++c) {
    for (int i = 0; i < per_class; ++i) {
      const auto picture = seed * 1000 + static_cast<std::uint64_t>(c * 100 + i);
      write_png(folder / ("class" + std::to_string(c)) / (std::to_string(i) + ".png"),
                noise_image(width, height, 1, picture));
    }
  }
}

Recipe small_recipe() {
  Recipe recipe;
  recipe.tile = 32;
  recipe.angles = "0,30,90,200";
  recipe.split = "50/25/25";
  return recipe;
}

CutOptions small_cut(const TempDir& dir, const std::string& dataset) {
  CutOptions options;
  options.images = dir / "images";
  options.dataset = dir / dataset;
  options.recipe = small_recipe();
  return options;
}

fs::path small_dataset(const TempDir& folder, int classes, int per_class, std::uint64_t seed) {
  const fs::path images = folder / ("images" + std::to_string(seed));
  write_image_set(images, classes, per_class, 120, 96, seed);
  CutOptions options;
  options.images = images;
  options.dataset = folder / ("dataset" + std::to_string(seed));
  options.recipe = small_recipe();
  const ThreadLimit alone(1);  // ThreadSanitizer cannot see how oneTBB orders its stages
  cut(options);
  return options.dataset;
}

fs::path test_data() {
  const char* place = std::getenv("FRAG_TEST_DATA");
  const fs::path folder = place != nullptr ? place : FRAG_SOURCE_DIR "/../shared/data";
  return fs::is_directory(folder) ? folder : fs::path();
}

Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {Errc::internal, ""};
}

}  // namespace frag::test
