// What several tests need: a temporary folder, seeded pictures, small datasets cut for real.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "libfrag/base/error.h"
#include "libfrag/dataset/recipe.h"
#include "libfrag/geometry/box.h"
#include "libfrag/image/image.h"

namespace frag {
struct CutOptions;
}

namespace frag::test {

// A folder of its own, gone with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Every sample independent and uniform over all levels: the hardest picture for an interpolation.
Image noise_image(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint64_t seed,
                  int bits = 8);

// The pixels of a box that lies inside the image.
Image crop(const Image& image, const Box& box);

void write_text(const std::filesystem::path& path, const std::string& text);
void write_png(const std::filesystem::path& path, const Image& image);

// FOLDER/CLASS/N.png: `per_class` noise pictures of each class, named class0, class1, ...
void write_image_set(const std::filesystem::path& folder, int classes, int per_class, std::int64_t width,
                     std::int64_t height, std::uint64_t seed = 1);

// A dataset of small noise pictures, cut with 32 px tiles at 4 angles.
std::filesystem::path small_dataset(const TempDir& folder, int classes = 3, int per_class = 4,
                                    std::uint64_t seed = 1);
Recipe small_recipe();
// DIR/images into DIR/dataset (or another name) with that recipe; include libfrag/cutting/cut.h.
CutOptions small_cut(const TempDir& dir, const std::string& dataset = "dataset");

// The real images' folder: FRAG_TEST_DATA, else ../shared/data beside the project; empty where there is none.
// A test without it says SKIPPED.
std::filesystem::path test_data();

// What `work` throws as an Error; fails the test where it throws nothing or something else.
Error error_of(const std::function<void()>& work);

}  // namespace frag::test

// Ends the test, visibly, where the real images are missing.
#define REQUIRE_TEST_DATA(folder)                                     \
  const auto folder = frag::test::test_data();                        \
  if (folder.empty()) {                                               \
    WARN("SKIPPED: set FRAG_TEST_DATA to the folder of real images"); \
    return;                                                           \
  }
