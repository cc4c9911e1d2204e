// Opening one picture of a file with the loader that our allow-list names. For the image room alone.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vips/vips8>

#include "libfrag/base/file.h"
#include "libfrag/image/formats.h"

namespace frag {

// Where a loader finds the file: in memory, in part of a file, or, for OpenSlide, at a path.
struct VipsInput {
  ImageFormat format{};
  std::string_view bytes;
  std::shared_ptr<const void> owner;  // of `bytes`
  std::shared_ptr<const FileReader> file;
  std::uint64_t offset = 0;  // of the part of `file`
  std::uint64_t count = 0;
  std::filesystem::path slide;
};

// Which of a file's pictures.
struct VipsPart {
  int page = 0;
  int subifd = -1;  // TIFF: of the page, -1 for the page itself
  int level = 0;    // whole slides and JPEG 2000: halvings and the like that the loader knows of itself

  bool operator==(const VipsPart&) const = default;
};

// The trouble of a disk that libvips only saw as a failed read.
struct DiskTrouble {
  std::exception_ptr failure;
};

// A picture that is ready to be read. One thread at a time.
struct VipsPicture {
  vips::VImage image;
  bool by_region = false;  // rows and columns in any order, each for its own cost; else rows from the top
  std::shared_ptr<DiskTrouble> trouble;

  // After a VError: throws what the disk said, if that was the cause.
  void rethrow_trouble() const;
};

// VIPS_ACCESS_RANDOM where only the header matters, or for pictures read by region; else the rows must be
// asked for from the top, VIPS_ACCESS_SEQUENTIAL. Throws VError; or Errc::io where the disk is the cause.
VipsPicture open_picture(const VipsInput& input, const VipsPart& part, VipsAccess access);

}  // namespace frag
