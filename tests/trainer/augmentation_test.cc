#include "trainer/augmentation.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "libfrag/image/blur.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;
using frag::test::error_of;
using frag::test::noise_image;

namespace {

Image changed(const Image& image, const Augmentation& augmentation, std::uint64_t seed) {
  Image copy = image.clone();
  change_pixels(copy, augmentation, seed);
  return copy;
}

Image grey_square(std::uint8_t value) {
  Image image(64, 64, 1);
  for (std::int64_t y = 0; y < 64; ++y) std::fill_n(image.row(y), 64, value);
  return image;
}

double mean_of(const Image& image) {
  double sum = 0;
  for (const char sample : image.packed()) sum += static_cast<std::uint8_t>(sample);
  return sum / static_cast<double>(image.packed().size());
}

double deviation_of(const Image& image) {
  const double mean = mean_of(image);
  double sum = 0;
  for (const char sample : image.packed()) sum += std::pow(static_cast<std::uint8_t>(sample) - mean, 2);
  return std::sqrt(sum / static_cast<double>(image.packed().size()));
}

}  // namespace

TEST_CASE("an augmentation's words come back") {
  for (const char* text :
       {"none", "turns", "mirror,rotate", "light:0.2", "turns,rotate,light:0.3,blur:1.5,noise:0.01"}) {
    CHECK(to_text(parse_augmentation(text)) == text);
  }
  CHECK(to_text(parse_augmentation(" noise , turns,blur")) == "turns,blur:1,noise:0.05");
}

TEST_CASE("words that are no augmentation are refused by name") {
  for (const auto& [text, part] : {std::pair{"flips", "\"flips\" is none of them"},
                                   {"light:0", "light:0 is not a strength above 0 and up to 1"},
                                   {"blur:x", "blur:x is not"},
                                   {"turns,none", "\"none\" is none of them"},
                                   {"", "\"\" is none of them"}}) {
    const Error error = error_of([text = text] { parse_augmentation(text); });
    CHECK(error.code() == Errc::usage);
    CHECK(std::string(error.what()).find(part) != std::string::npos);
  }
}

TEST_CASE("turns are all eight symmetries, a mirror is one of two") {
  std::set<std::uint8_t> turns, mirrors;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    turns.insert(drawn_symmetry({.turns = true}, seed));
    mirrors.insert(drawn_symmetry({.mirror = true}, seed));
    CHECK(drawn_symmetry({}, seed) == 0);
  }
  CHECK(turns.size() == 8);
  CHECK(mirrors == std::set<std::uint8_t>{0, kMirrorX});
}

TEST_CASE("changed pixels are a function of the seed") {
  const Image image = noise_image(24, 24, 3, 1);
  const Augmentation all{.light = 0.3, .blur = 1, .noise = 0.1};
  CHECK(changed(image, all, 5).packed() == changed(image, all, 5).packed());
  CHECK(changed(image, all, 5).packed() != changed(image, all, 6).packed());
  CHECK(changed(image, {.turns = true, .rotate = true}, 5).packed() == image.packed());
}

TEST_CASE("light moves a grey level by its strength at most") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Image image = changed(grey_square(200), {.light = 0.2}, seed);
    CHECK(deviation_of(image) == 0);
    CHECK(std::abs(mean_of(image) - 200) <= 0.2 * 127.5 + 0.2 * 72.5 + 1);
  }
}

TEST_CASE("noise has no mean, and a deviation up to its strength") {
  double most = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Image image = changed(grey_square(128), {.noise = 0.1}, seed);
    CHECK(std::abs(mean_of(image) - 128) < 2);
    most = std::max(most, deviation_of(image));
  }
  CHECK(most < 26.5);
  CHECK(most > 22);
}

TEST_CASE("a blur keeps what is flat and evens what is not") {
  CHECK(gaussian_blur(grey_square(77), 2).packed() == grey_square(77).packed());
  const Image noise = noise_image(64, 64, 1, 3);
  CHECK(gaussian_blur(noise, 0).packed() == noise.packed());
  CHECK(deviation_of(gaussian_blur(noise, 1.5)) < deviation_of(noise) / 3);
}
