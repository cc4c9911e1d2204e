#include "libfrag/image/raw_sets.h"

#include <libdeflate.h>

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

std::string idx(const std::vector<std::uint32_t>& sizes, const std::string& samples, int type = 8) {
  std::string file = {0, 0, static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (const int shift : {24, 16, 8, 0}) file += static_cast<char>(size >> shift & 255);
  }
  return file + samples;
}

std::string noise(std::size_t count, std::uint64_t seed) {
  SplitMix64 random(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

std::string gzip(const std::string& bytes) {
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
      libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
  return out;
}

std::string why_not(const std::string& file, const std::string& name = {}) {
  const Error error = error_of([&] { ImageFile::from_bytes(file, name); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

}  // namespace

TEST_CASE("each image of an IDX file is a page, plain or gzip") {
  const std::string samples = noise(3 * 5 * 4, 1);
  const bool packed = GENERATE(false, true);
  const std::string plain = idx({3, 5, 4}, samples);
  const ImageFile file = ImageFile::from_bytes(packed ? gzip(plain) : plain);
  REQUIRE(file.pages() == 3);
  CHECK(file.info(2).width == 4);
  CHECK(file.info(2).height == 5);
  for (std::uint32_t page = 0; page < 3; ++page)
    CHECK((file.read(page).packed() == samples.substr(page * 20, 20)));
  CHECK_FALSE(file.label(0));
}

TEST_CASE("channels of an IDX file lie together or in planes") {
  const std::string together = noise(2 * 3 * 4 * 3, 2);
  CHECK((ImageFile::from_bytes(idx({2, 3, 4, 3}, together)).read(1).packed() == together.substr(36)));

  std::string planes(36, '\0');
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t channel = 0; channel < 3; ++channel)
      planes[channel * 12 + i] = together[3 * i + channel];
  }
  CHECK((ImageFile::from_bytes(idx({1, 3, 3, 4}, planes)).read(0).packed() == together.substr(0, 36)));
}

TEST_CASE("an IDX file whose header and length disagree is refused") {
  const std::string good = idx({2, 3, 4}, noise(24, 3));
  CHECK(why_not(good.substr(0, good.size() - 1)).find("promises 24") != std::string::npos);
  CHECK(why_not(good + "x").find("25 bytes") != std::string::npos);
  for (std::size_t length = 4; length < 16; ++length) CHECK_FALSE(why_not(good.substr(0, length)).empty());
}

TEST_CASE("dimensions of an IDX file cannot overflow") {
  const std::uint32_t most = 0xffffffff;
  CHECK_FALSE(why_not(idx({most, most, most}, "")).empty());
  CHECK_FALSE(why_not(idx({most, most, most, 3}, "")).empty());
  // The product is 2^64: 0 in 64 bits.
  CHECK_FALSE(why_not(idx({1u << 31, 1u << 31, 4}, "")).empty());
  CHECK_FALSE(why_not(idx({0, 3, 4}, "")).empty());
  // One row of more pixels than an edge may have.
  CHECK_FALSE(why_not(idx({1, 1, (1u << 20) + 1}, std::string((1u << 20) + 1, 'x'))).empty());
}

TEST_CASE("IDX files of anything but images of unsigned bytes are refused by name") {
  CHECK(why_not(idx({3}, "abc")).find("labels") != std::string::npos);
  CHECK(why_not(idx({3, 1}, "abc")).find("2 dimensions") != std::string::npos);
  CHECK(why_not(idx({1, 2, 2, 5}, noise(20, 1))).find("channels") != std::string::npos);
  CHECK(why_not(idx({1, 1, 1}, "abcd", 0xd)).find("floating point") != std::string::npos);
}

TEST_CASE("a gzip file that is cut, damaged or not IDX is refused") {
  const std::string good = gzip(idx({2, 30, 40}, noise(2400, 4)));
  for (std::size_t length = 2; length < good.size(); length += 97)
    CHECK_FALSE(why_not(good.substr(0, length)).empty());
  std::string damaged = good;
  damaged[good.size() / 2] ^= 0x40;
  CHECK_FALSE(why_not(damaged).empty());
  CHECK_FALSE(why_not(good + good).empty());
  CHECK(why_not(gzip("path,class\n")).find("IDX") != std::string::npos);
}

TEST_CASE("a gzip file that claims to unpack to gigabytes is refused before it is unpacked") {
  std::string bomb = gzip(idx({1, 2, 2}, "abcd"));
  bomb.replace(bomb.size() - 4, 4, "\xff\xff\xff\xff");
  CHECK(why_not(bomb).find("more than the limit") != std::string::npos);
  bomb.replace(bomb.size() - 4, 4, std::string("\0\0\0\x40", 4));
  CHECK(why_not(bomb).find("damaged") != std::string::npos);
}

TEST_CASE("labels of an IDX file are read, and found beside the images") {
  CHECK(read_idx_labels(idx({3}, "\x01\x02\x09")) == std::vector<std::uint8_t>{1, 2, 9});
  CHECK(read_idx_labels(gzip(idx({2}, "\x05\x06"))) == std::vector<std::uint8_t>{5, 6});
  CHECK(error_of([] { read_idx_labels(idx({1, 1, 1}, "a")); }).code() == Errc::bad_input);
  CHECK(idx_labels_beside("set/t10k-images-idx3-ubyte.gz") == "set/t10k-labels-idx1-ubyte.gz");
  CHECK(idx_labels_beside("set/other.gz").empty());
}

TEST_CASE("a CIFAR batch gives pictures from planes, and labels") {
  const int labels = GENERATE(1, 2);
  const std::string planes = noise(2 * 3072, 5);
  std::string batch;
  for (std::size_t i = 0; i < 2; ++i) {
    if (labels == 2) batch += static_cast<char>(10 + i);
    batch += static_cast<char>(7 + i);
    batch += planes.substr(i * 3072, 3072);
  }
  const ImageFile file = ImageFile::from_bytes(batch, labels == 1 ? "data_batch_1.bin" : "test.bin");
  REQUIRE(file.pages() == 2);
  CHECK(file.label(1) == 8);
  CHECK(file.superclass(1) == (labels == 2 ? std::optional<int>(11) : std::nullopt));
  const Image image = file.read(1);
  REQUIRE(image.channels() == 3);
  for (std::size_t i = 0; i < 1024; ++i) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const char expected = planes[3072 + channel * 1024 + i];
      if (image.packed()[3 * i + channel] != expected) FAIL(i << " " << channel);
    }
  }
}

TEST_CASE("a file that only shares its name with a CIFAR batch is refused") {
  CHECK(why_not("", "train.bin").find("records of 3074") != std::string::npos);
  CHECK(why_not(std::string(3074, '\0'), "test_batch.bin").find("records of 3073") != std::string::npos);
  CHECK(why_not(std::string(3073, '\x0a'), "test_batch.bin").find("label 10") != std::string::npos);
}

TEST_CASE("Fashion-MNIST is read as published") {
  const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(folder)) {
    WARN("SKIPPED: install dataset-fashion-mnist");
    return;
  }
  const auto images = folder / "t10k-images-idx3-ubyte.gz";
  const ImageFile file = ImageFile::from_path(images);
  CHECK(file.format() == ImageFormat::idx);
  CHECK(file.pages() == 10000);
  CHECK(file.info(0).width == 28);
  CHECK(file.info(0).height == 28);
  const auto labels = read_idx_labels(read_file(idx_labels_beside(images)));
  REQUIRE(labels.size() == 10000);
  // As many of each of the ten classes.
  for (std::uint8_t label = 0; label < 10; ++label)
    CHECK(std::count(labels.begin(), labels.end(), label) == 1000);
}
