#include "libfrag/image/metadata.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/image/encode.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string entry(std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
  return number(tag, 2) + number(type, 2) + number(count, 4) + number(value, 4);
}

// A TIFF's directory with an artist, and one of places behind it: what EXIF is, too.
std::string tags(const std::string& artist) {
  const std::string text = artist + '\0';
  const std::uint32_t places = 8 + 2 + 2 * 12 + 4;
  const std::uint32_t artist_at = places + 2 + 2 * 12 + 4, degrees_at = artist_at + 64;
  std::string block = std::string("II\x2a\0", 4) + number(8, 4) + number(2, 2) +
                      entry(0x013b, 2, static_cast<std::uint32_t>(text.size()), artist_at) +
                      entry(0x8825, 4, 1, places) + number(0, 4) + number(2, 2) + entry(1, 2, 2, 'N') +
                      entry(2, 5, 3, degrees_at) + number(0, 4);
  block += text;
  block.resize(degrees_at);
  for (const std::uint32_t part : {55u, 1u, 45u, 1u, 30u, 1u}) block += number(part, 4);
  return block;
}

std::string jpeg_with(const std::string& exif) {
  const std::string picture = encode_jpeg(test::noise_image(32, 32, 3, 1));
  const std::string payload = std::string("Exif\0\0", 6) + exif;
  const auto size = static_cast<std::uint32_t>(payload.size() + 2);
  return picture.substr(0, 2) + "\xff\xe1" + static_cast<char>(size >> 8) + static_cast<char>(size) +
         payload + picture.substr(2);
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a JPEG's place and artist are named, not told") {
  const FileMetadata metadata = read_metadata(jpeg_with(tags("Anna Meyer")));
  CHECK(metadata.location == Names{"GPSLatitude"});
  CHECK(metadata.owner == Names{"Artist"});
}

TEST_CASE("fields that are there and blank say nothing") {
  CHECK(read_metadata(jpeg_with(tags("        "))).owner.empty());
}

TEST_CASE("a TIFF's own directory is read, also where its pixels cannot be") {
  const FileMetadata metadata = read_metadata(tags("Anna Meyer"));
  CHECK(metadata.location == Names{"GPS directory"});
  CHECK(metadata.owner == Names{"Artist"});
}

TEST_CASE("a file cut short anywhere is read without harm") {
  const std::string whole = tags("Anna Meyer");
  for (std::size_t size = 0; size < whole.size(); ++size) read_metadata(whole.substr(0, size));
  std::string circle = whole;
  circle.replace(8 + 2 + 2 * 12, 4, number(8, 4));  // the next directory is itself
  CHECK(read_metadata(circle).owner == Names{"Artist"});
}

TEST_CASE("a plain picture says nothing") {
  const FileMetadata metadata = read_metadata(encode_png(test::noise_image(20, 20, 1, 2)));
  CHECK(metadata.location.empty());
  CHECK(metadata.owner.empty());
  CHECK(metadata.date.empty());
  CHECK(metadata.slide_images.empty());
}

TEST_CASE("a slide's label and overview are named") {
  REQUIRE_TEST_DATA(data);
  const FileMetadata metadata = read_metadata(read_file(data / "formats/cmu-1-small-region.svs"));
  CHECK(metadata.slide_images == Names{"label", "macro", "thumbnail"});
}
