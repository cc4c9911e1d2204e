// Which files are images that frag reads: an allow-list, decided by the first bytes. Names decide only where
// bytes cannot: CIFAR's records have no header at all. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frag {

enum class ImageFormat {
  jpeg,
  png,
  tiff,  // BigTIFF too
  webp,
  gif,
  pnm,       // PBM, PGM and PPM, as text or binary
  jpeg2000,  // JP2 files and bare codestreams
  slide,     // what OpenSlide knows as a whole slide: SVS, NDPI, MRXS, SCN, ...
  idx,       // idx3-ubyte and idx4-ubyte, plain or gzip
  cifar,     // the binary batches of CIFAR-10 and CIFAR-100
};

// "JPEG", "TIFF", "whole slide", ...
const char* name_of(ImageFormat format);

// What a stored copy of such a file ends with: ".jpg", ".tif", ...
const char* extension_of(ImageFormat format);
// The same where the file's own name counts: a copy of "test_batch.bin" ends with ".cifar10.bin", and reads
// back as what it is.
std::string stored_extension(ImageFormat format, std::string_view name);

// The first bytes that sniff_format() and unknown_format() look at.
inline constexpr std::size_t kSniffedBytes = 1024;

// What the first bytes of a file say (kSniffedBytes, or the whole of a shorter file); nullopt for anything
// that is not on the allow-list. A whole slide that is a TIFF file is `tiff` here: only OpenSlide tells them
// apart. A gzip file is `idx`, the only kind read compressed. `name` is the file's name, needed for `cifar`
// alone.
std::optional<ImageFormat> sniff_format(std::string_view bytes, std::string_view name = {});

// Why a file that sniff_format() does not know is not read, and what to do: "not an image that frag reads: a
// PDF file by its first bytes; save it as PNG or TIFF".
std::string unknown_format(std::string_view bytes);

// True for a path that people would expect to be an image (by its name): what a folder scan reports when it
// cannot be read, while READMEs and hidden files pass unmentioned.
bool looks_like_image(const std::string& path);

// True where the name's extension is one that whole slides have.
bool named_like_slide(std::string_view name);

// A record of a CIFAR batch by the batch's name, without its folder: labels, then a 32x32 picture as planes
// of red, green and blue. nullopt for any other name than the publishers' and those that a store gives.
struct CifarRecord {
  static constexpr std::int64_t kEdge = 32;
  static constexpr std::int64_t kPixelBytes = 3 * kEdge * kEdge;
  int label_bytes = 1;  // 1 (CIFAR-10: the class), or 2 (CIFAR-100: the superclass, then the class)
  std::int64_t bytes() const { return label_bytes + kPixelBytes; }
};
std::optional<CifarRecord> cifar_record(std::string_view name);

}  // namespace frag
