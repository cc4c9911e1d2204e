#include "libfrag/image/read.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/image/encode.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

TEST_CASE("formats are told by their bytes, not by their names") {
  CHECK(sniff_format(encode_png(test::noise_image(4, 4, 1, 1))) == ImageFormat::png);
  CHECK(sniff_format(encode_jpeg(test::noise_image(8, 8, 1, 1))) == ImageFormat::jpeg);
  CHECK(sniff_format(std::string("II\x2a\0rest", 8)) == ImageFormat::tiff);
  CHECK_FALSE(sniff_format("GIF89a"));
  CHECK_FALSE(sniff_format(""));
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

TEST_CASE("a picture of too many pixels is refused by its header") {
  // A PNG header that promises 100,000 x 100,000 pixels, with nothing behind it worth decoding.
  std::string png = encode_png(test::noise_image(4, 4, 1, 1));
  const auto put = [&png](std::size_t at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i)
      png[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
  };
  put(16, 100000);
  put(20, 100000);
  CHECK(error_of([&] { decode_image(png); }).code() == Errc::bad_input);
}

TEST_CASE("every file of the formats folder is decoded, or refused with a reason") {
  REQUIRE_TEST_DATA(data);
  const auto outcome = [&](const std::string& name) -> std::string {
    try {
      const Image image = decode_image(read_file(data / "formats" / name));
      return std::to_string(image.width()) + "x" + std::to_string(image.height()) + "x" +
             std::to_string(image.channels());
    } catch (const Error& error) {
      REQUIRE(error.code() == Errc::bad_input);
      return error.what();
    }
  };
  CHECK(outcome("brick.png") == "512x512x1");
  CHECK(outcome("ihc.png") == "512x512x3");
  CHECK(outcome("retina.jpg") == "1411x1411x3");
  CHECK(outcome("palette_color.png").find("x3") != std::string::npos);
  CHECK(outcome("checker_bilevel.png").find("x1") != std::string::npos);
  CHECK(outcome("chessboard_GRAY_U16.tif").find("x1") != std::string::npos);
  CHECK(outcome("multipage.tif").find("pages") != std::string::npos);
  CHECK(outcome("no_time_for_that_tiny.gif").find("not a JPEG, PNG or TIFF") != std::string::npos);
  CHECK(outcome("truncated.jpg").find("x") != 0);
  CHECK_FALSE(outcome("broken.svs").empty());
}

TEST_CASE("the header says what decoding gives") {
  REQUIRE_TEST_DATA(data);
  for (const char* name :
       {"brick.png", "ihc.png", "retina.jpg", "palette_color.png", "chessboard_GRAY_U16.tif"}) {
    const std::string file = read_file(data / "formats" / name);
    const ImageHeader header = read_header(file);
    const Image image = decode_image(file);
    INFO(name);
    CHECK(header.width == image.width());
    CHECK(header.height == image.height());
    CHECK(header.channels == image.channels());
  }
}
