#include "libfrag/image/picture_hash.h"

#include <bit>
#include <catch2/catch.hpp>

#include "libfrag/base/random.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/read.h"
#include "libfrag/image/resize.h"
#include "libfrag/image/synth.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

Image picture_of(std::uint32_t structure, std::uint32_t index, std::int64_t width = 480,
                 std::int64_t height = 352) {
  SynthSpec spec;
  spec.width = width;
  spec.height = height;
  spec.structure = structure;
  spec.index = index;
  spec.per_class = 8;
  return synthesise(spec);
}

// Pixel by pixel, from what the numbers of symmetries mean.
Image turned(const Image& image, int symmetry) {
  const bool transposed = (symmetry & 4) != 0;
  const std::int64_t width = transposed ? image.height() : image.width();
  const std::int64_t height = transposed ? image.width() : image.height();
  Image out(width, height, 1);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t from_x = (symmetry & 1) != 0 ? width - 1 - x : x;
      const std::int64_t from_y = (symmetry & 2) != 0 ? height - 1 - y : y;
      out.row(y)[x] = transposed ? image.row(from_x)[from_y] : image.row(from_y)[from_x];
    }
  }
  return out;
}

Image cropped(const Image& image, std::int64_t left, std::int64_t right, std::int64_t top,
              std::int64_t bottom) {
  Image out(image.width() - left - right, image.height() - top - bottom, 1);
  for (std::int64_t y = 0; y < out.height(); ++y)
    std::copy_n(image.row(y + top) + left, out.width(), out.row(y));
  return out;
}

Image toned(const Image& image, int percent, int offset) {
  Image out = image.clone();
  for (std::int64_t y = 0; y < out.height(); ++y) {
    for (std::int64_t x = 0; x < out.width(); ++x)
      out.row(y)[x] = static_cast<std::uint8_t>(std::clamp(image.row(y)[x] * percent / 100 + offset, 0, 255));
  }
  return out;
}

int distance(const PictureHash& a, const PictureHash& b, int symmetry = 0) {
  return std::popcount(a.bits[symmetry] ^ b.bits[0]);
}

}  // namespace

TEST_CASE("a turned or mirrored picture has exactly the hash and the detail that its symmetry foretells") {
  const Image image = picture_of(0, 1, 300, 211);
  const PictureHash hash = hash_picture(image);
  for (int symmetry = 0; symmetry < kSymmetries; ++symmetry) {
    INFO(name_of_symmetry(symmetry));
    const PictureHash other = hash_picture(turned(image, symmetry));
    CHECK(other.bits[0] == hash.bits[symmetry]);
    CHECK(likeness(hash, other, symmetry) >= 999);
  }
}

TEST_CASE("symmetries are named as they turn: a picture's top-left corner goes where the name says") {
  Image corner(64, 64, 1);
  corner.row(0)[0] = 255;
  CHECK(turned(corner, 6).row(63)[0] == 255);  // counter-clockwise: to the bottom-left
  CHECK(std::string(name_of_symmetry(6)) == "turned by 90 degrees");
  CHECK(turned(corner, 5).row(0)[63] == 255);
  CHECK(std::string(name_of_symmetry(5)) == "turned by 270 degrees");
  CHECK(turned(corner, 1).row(0)[63] == 255);
  CHECK(std::string(name_of_symmetry(1)) == "mirrored");
}

TEST_CASE("copies in another encoding, size, brightness or contrast stay near and alike") {
  const auto structure = GENERATE(0u, 1u, 2u, 3u);
  const Image image = picture_of(structure, 2);
  const PictureHash hash = hash_picture(image);
  const Image copies[] = {
      decode_image(encode_jpeg(image, 60)),
      decode_image(encode_jpeg(image, 90)),
      resize_area(image, 240, 176),
      resize_area(image, 456, 334),
      resize_area(image, 514, 377),
      toned(image, 75, 10),
      toned(image, 130, -20),
      toned(image, 100, 25),
      decode_image(encode_jpeg(resize_area(image, 240, 176), 70)),
  };
  for (const Image& copy : copies) {
    const PictureHash other = hash_picture(copy);
    CHECK(distance(hash, other) <= 8);
    CHECK(likeness(hash, other, 0) >= 950);
  }
}

TEST_CASE("a crop of 2 percent is found by moving the edges") {
  const auto structure = GENERATE(0u, 1u, 2u);
  const Image image = picture_of(structure, 3);
  const PictureHash hash = hash_picture(image);
  const PictureHash corner = hash_picture(cropped(image, 9, 0, 7, 0));
  const PictureHash around = hash_picture(cropped(image, 5, 5, 3, 4));
  CHECK(aligned_likeness(hash, corner, 0) >= 850);
  CHECK(aligned_likeness(corner, hash, 0) >= 850);
  CHECK(aligned_likeness(hash, around, 0) >= 850);
  const PictureHash turned_corner = hash_picture(turned(cropped(image, 9, 0, 7, 0), 6));
  CHECK(aligned_likeness(hash, turned_corner, 6) >= 850);
}

TEST_CASE("pictures of the same structure are not alike, in any symmetry, even after moving the edges") {
  std::vector<PictureHash> hashes;
  for (std::uint32_t structure = 0; structure < 4; ++structure) {
    for (std::uint32_t index = 0; index < 5; ++index)
      hashes.push_back(hash_picture(picture_of(structure, index, 320, 240)));
  }
  int most = -1000;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    for (std::size_t j = i + 1; j < hashes.size(); ++j) {
      for (int symmetry = 0; symmetry < kSymmetries; ++symmetry)
        most = std::max(most, likeness(hashes[i], hashes[j], symmetry));
    }
  }
  CHECK(most < 400);
}

TEST_CASE("a picture in 16 bits has the hash that it has in 8") {
  const Image image = picture_of(1, 0);
  Image deep(image.width(), image.height(), 1, 16);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width(); ++x)
      deep.row16(y)[x] = static_cast<std::uint16_t>(image.row(y)[x] * 256);
  }
  CHECK(hash_picture(deep).bits == hash_picture(image).bits);
  CHECK(hash_picture(deep).thumbnail == hash_picture(image).thumbnail);
}

TEST_CASE("a picture without structure is even, and like nothing") {
  Image blank(200, 100, 1);
  for (std::int64_t y = 0; y < 100; ++y) std::fill_n(blank.row(y), 200, std::uint8_t{200});
  Image gradient(256, 256, 1);
  for (std::int64_t y = 0; y < 256; ++y) {
    for (std::int64_t x = 0; x < 256; ++x) gradient.row(y)[x] = static_cast<std::uint8_t>(x);
  }
  const PictureHash hash = hash_picture(blank);
  CHECK(hash.even);
  CHECK(likeness(hash, hash, 0) == 0);
  CHECK(aligned_likeness(hash, hash, 0) == 0);
  CHECK_FALSE(hash_picture(picture_of(0, 0)).even);
}

TEST_CASE("pictures smaller than the thumbnail, or one pixel wide, have a hash") {
  CHECK_FALSE(hash_picture(test::noise_image(7, 5, 1, 3)).even);
  CHECK_FALSE(hash_picture(test::noise_image(1, 500, 3, 4)).even);
  CHECK(hash_picture(test::noise_image(1, 1, 1, 5)).even);
  CHECK(hash_picture(test::noise_image(28, 40, 1, 6)).shorter_edge == 28);
}

TEST_CASE("a hash is the same number on every machine") {
  // A picture of integers alone, so that nothing but the hash can differ.
  const PictureHash hash = hash_picture(test::noise_image(150, 130, 3, 11));
  CHECK(hash.bits[0] == 0x876099873512db51ULL);
  CHECK(hash.detail_norm == 1532);
}
