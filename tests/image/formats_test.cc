#include "libfrag/image/formats.h"

#include <catch2/catch.hpp>

using namespace frag;
using namespace std::string_view_literals;

TEST_CASE("formats are told by their bytes, not by their names") {
  struct Row {
    std::string_view bytes;
    ImageFormat format;
  };
  const auto row = GENERATE(values<Row>({
      {"\xff\xd8\xff\xe0"sv, ImageFormat::jpeg},
      {"\x89PNG\r\n\x1a\nrest"sv, ImageFormat::png},
      {"II\x2a\0rest"sv, ImageFormat::tiff},
      {"MM\0\x2arest"sv, ImageFormat::tiff},
      {"II\x2b\0\x08\0\0\0"sv, ImageFormat::tiff},
      {"MM\0\x2b\0\x08\0\0"sv, ImageFormat::tiff},
      {"RIFF\x10\0\0\0WEBPVP8L"sv, ImageFormat::webp},
      {"GIF87a"sv, ImageFormat::gif},
      {"GIF89a"sv, ImageFormat::gif},
      {"P1\n2 2"sv, ImageFormat::pnm},
      {"P6 2 2"sv, ImageFormat::pnm},
      {"\0\0\0\x0cjP  \r\n\x87\n"sv, ImageFormat::jpeg2000},
      {"\xff\x4f\xff\x51"sv, ImageFormat::jpeg2000},
      {"\0\0\x08\x03"sv, ImageFormat::idx},
      {"\x1f\x8b\x08"sv, ImageFormat::idx},
  }));
  CHECK(sniff_format(row.bytes, "picture.bmp") == row.format);
  // No prefix of a mark may be taken for the whole of it.
  CHECK_FALSE(sniff_format(row.bytes.substr(0, 1)));
}

TEST_CASE("a CIFAR batch has no mark and is told by its name") {
  CHECK(sniff_format("any", "cifar/data_batch_3.bin") == ImageFormat::cifar);
  CHECK(cifar_record("test_batch.bin")->bytes() == 3073);
  CHECK(cifar_record("train.bin")->bytes() == 3074);
  CHECK_FALSE(cifar_record("batches.bin"));
  CHECK_FALSE(cifar_record("my_train.bin"));
}

TEST_CASE("what is not on the list is refused by its own name, with a way out") {
  struct Row {
    std::string bytes;
    const char* name;
  };
  std::string dicom(140, '\0');
  dicom.replace(128, 4, "DICM");
  const auto row = GENERATE_REF(values<Row>({
      {"%PDF-1.7", "a PDF file"},
      {"BM6\x10", "a BMP file"},
      {"<svg xmlns", "an SVG drawing"},
      {"<?xml version='1.0'?>\n<svg", "an SVG drawing"},
      {std::string("\0\0\0\x18"
                   "ftypheic",
                   12),
       "a HEIC file"},
      {dicom, "a DICOM file"},
      {"ZISRAWFILE", "a Zeiss CZI file"},
      {"8BPS", "a Photoshop file"},
      {"Pf\n4 4\n-1.0\n", "a PFM file of floating point"},
      {"P7\nWIDTH 4", "a PAM file"},
      {"path,class\na.jpg,b\n", "text"},
      {"", "an empty file"},
      {"\x01\x02\x03\x04", "no known format"},
  }));
  REQUIRE_FALSE(sniff_format(row.bytes));
  const std::string why = unknown_format(row.bytes);
  INFO(why);
  CHECK(why.starts_with("not an image that frag reads: "));
  CHECK(why.find(row.name) != std::string::npos);
  CHECK(why.find("; ") != std::string::npos);
}

TEST_CASE("a folder scan expects images behind image names and raw sets behind theirs") {
  for (const char* name : {"a.JPG", "x/b.tiff", "slide.ndpi", "t10k-images-idx3-ubyte.gz", "data_batch_1.bin",
                           "old.bmp", "scan.dcm", "p.pgm"}) {
    INFO(name);
    CHECK(looks_like_image(name));
  }
  for (const char* name : {"README", "notes.txt", "t10k-labels-idx1-ubyte.gz", "weights.bin", "jpg"}) {
    INFO(name);
    CHECK_FALSE(looks_like_image(name));
  }
}
