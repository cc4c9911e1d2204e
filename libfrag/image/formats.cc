#include "libfrag/image/formats.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace frag {
namespace {

using namespace std::string_view_literals;

struct FormatRow {
  ImageFormat format;
  const char* name;
  const char* extension;
};
constexpr FormatRow kFormats[] = {
    {ImageFormat::jpeg, "JPEG", ".jpg"},
    {ImageFormat::png, "PNG", ".png"},
    {ImageFormat::tiff, "TIFF", ".tif"},
    {ImageFormat::webp, "WebP", ".webp"},
    {ImageFormat::gif, "GIF", ".gif"},
    {ImageFormat::pnm, "PNM", ".pnm"},
    {ImageFormat::jpeg2000, "JPEG 2000", ".jp2"},
    {ImageFormat::slide, "whole slide", ".svs"},
    {ImageFormat::idx, "IDX", ".idx"},
    {ImageFormat::cifar, "CIFAR", ".bin"},
};

constexpr std::string_view kStoredCifar10 = ".cifar10.bin", kStoredCifar100 = ".cifar100.bin";

struct MagicRow {
  ImageFormat format;
  std::string_view magic;
};
constexpr MagicRow kMagics[] = {
    {ImageFormat::jpeg, "\xff\xd8\xff"sv},
    {ImageFormat::png, "\x89PNG\r\n\x1a\n"sv},
    {ImageFormat::tiff, "II\x2a\x00"sv},
    {ImageFormat::tiff, "MM\x00\x2a"sv},
    {ImageFormat::tiff, "II\x2b\x00"sv},  // BigTIFF
    {ImageFormat::tiff, "MM\x00\x2b"sv},
    {ImageFormat::gif, "GIF87a"sv},
    {ImageFormat::gif, "GIF89a"sv},
    {ImageFormat::jpeg2000, "\x00\x00\x00\x0cjP  \r\n\x87\n"sv},
    {ImageFormat::jpeg2000, "\xff\x4f\xff\x51"sv},
    {ImageFormat::idx, "\x1f\x8b"sv},
};

constexpr const char* kSaveAs = "save it as PNG or TIFF";
constexpr const char* kScale = "scale it to 8 or 16 bits and save it as PNG or TIFF";
constexpr const char* kExport = "export it as OME-TIFF or TIFF";

struct RefusedRow {
  std::size_t at;
  std::string_view magic;
  const char* what;
  const char* advice;
};
// Longer marks before shorter ones that would also fit.
constexpr RefusedRow kRefused[] = {
    {0, "%PDF"sv, "a PDF file", kSaveAs},
    {4, "ftyphei"sv, "a HEIC file", kSaveAs},
    {4, "ftyphev"sv, "a HEIC file", kSaveAs},
    {4, "ftypmif1"sv, "a HEIF file", kSaveAs},
    {4, "ftypavi"sv, "an AVIF file", kSaveAs},
    {4, "ftyp"sv, "a video", "save its frames as PNG or TIFF"},
    {128, "DICM"sv, "a DICOM file", kExport},
    {0, "ZISRAWFILE"sv, "a Zeiss CZI file", kExport},
    {0, "\xda\xce\xbe\x0a"sv, "a Nikon ND2 file", kExport},
    {0, "\x70\x00\x00\x00"sv, "a Leica LIF file", kExport},
    {0, "\x89HDF"sv, "an HDF5 file", kExport},
    {0, "SIMPLE  ="sv, "a FITS file", kExport},
    {0, "\x93NUMPY"sv, "a NumPy array", kSaveAs},
    {0, "8BPS"sv, "a Photoshop file", kSaveAs},
    {0, "\x00\x00\x00\x0cJXL "sv, "a JPEG XL file", kSaveAs},
    {0, "\xff\x0a"sv, "a JPEG XL file", kSaveAs},
    {0, "II\xbc\x01"sv, "a JPEG XR file", kSaveAs},
    {0, "v/1\x01"sv, "an OpenEXR file", kScale},
    {0, "#?RADIANCE"sv, "a Radiance HDR file", kScale},
    {0, "\x00\x00\x01\x00"sv, "a Windows icon", kSaveAs},
    {0, "PK\x03\x04"sv, "a ZIP archive", "unpack it"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive", "unpack it"},
    {0, "Rar!"sv, "a RAR archive", "unpack it"},
    {257, "ustar"sv, "a tar archive", "unpack it"},
    {0, "<svg"sv, "an SVG drawing", kSaveAs},
    {0, "%!PS"sv, "a PostScript file", kSaveAs},
    {0, "PF\n"sv, "a PFM file of floating point", kScale},
    {0, "Pf\n"sv, "a PFM file of floating point", kScale},
    {0, "P7\n"sv, "a PAM file", kSaveAs},
    {0, "BM"sv, "a BMP file", kSaveAs},
};

constexpr std::array kImageExtensions = {
    ".jpg"sv, ".jpeg"sv, ".png"sv, ".tif"sv, ".tiff"sv, ".gif"sv, ".webp"sv, ".jp2"sv, ".j2k"sv, ".jpx"sv,
    ".pbm"sv, ".pgm"sv, ".ppm"sv, ".pnm"sv,
    // Refused by their bytes, but the person who put them there should hear of it.
    ".bmp"sv, ".heic"sv, ".avif"sv, ".jxl"sv, ".psd"sv, ".dcm"sv, ".czi"sv, ".nd2"sv, ".lif"sv};
constexpr std::array kSlideExtensions = {".svs"sv, ".ndpi"sv, ".mrxs"sv,    ".scn"sv,
                                         ".vms"sv, ".vmu"sv,  ".svslide"sv, ".bif"sv};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return out;
}

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

template <class Endings>
bool ends_with_any(std::string_view text, const Endings& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return text.ends_with(ending); });
}

// "P1" to "P6" and white space, as every PNM file begins.
bool is_pnm(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         (bytes[2] == ' ' || bytes[2] == '\n' || bytes[2] == '\r' || bytes[2] == '\t');
}

// Two zero bytes, the sample's type (8 unsigned bytes, 9 signed, B to E wider) and the number of dimensions.
bool is_idx(std::string_view bytes) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0) return false;
  const int type = static_cast<unsigned char>(bytes[2]);
  const int dimensions = static_cast<unsigned char>(bytes[3]);
  return (type == 8 || type == 9 || (type >= 0xb && type <= 0xe)) && dimensions >= 1 && dimensions <= 8;
}

bool is_text(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](unsigned char letter) {
    return letter >= 0x80 || (letter >= 0x20 && letter != 0x7f) || letter == '\n' || letter == '\r' ||
           letter == '\t' || letter == '\f';
  });
}

}  // namespace

const char* name_of(ImageFormat format) {
  for (const auto& row : kFormats) {
    if (row.format == format) return row.name;
  }
  return "";
}

const char* extension_of(ImageFormat format) {
  for (const auto& row : kFormats) {
    if (row.format == format) return row.extension;
  }
  return "";
}

std::string stored_extension(ImageFormat format, std::string_view name) {
  const auto record = cifar_record(name);
  if (format != ImageFormat::cifar || !record) return extension_of(format);
  return std::string(record->label_bytes == 1 ? kStoredCifar10 : kStoredCifar100);
}

std::optional<ImageFormat> sniff_format(std::string_view bytes, std::string_view name) {
  if (cifar_record(name)) return ImageFormat::cifar;
  for (const auto& row : kMagics) {
    if (bytes.starts_with(row.magic)) return row.format;
  }
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP")
    return ImageFormat::webp;
  if (is_pnm(bytes)) return ImageFormat::pnm;
  if (is_idx(bytes)) return ImageFormat::idx;
  return std::nullopt;
}

std::string unknown_format(std::string_view bytes) {
  const std::string start = "not an image that frag reads: ";
  if (bytes.empty()) return start + "an empty file; copy it again from where it came";
  bytes = bytes.substr(0, kSniffedBytes);
  for (const auto& row : kRefused) {
    if (bytes.size() > row.at && bytes.substr(row.at).starts_with(row.magic)) {
      return start + row.what + " by its first bytes; " + row.advice;
    }
  }
  if (is_text(bytes)) {
    const bool drawing = bytes.find("<svg") != std::string_view::npos;
    return start + (drawing ? "an SVG drawing; " : "text by its first bytes; ") +
           (drawing ? kSaveAs : "copy the image again from where it came");
  }
  return start + "its first bytes belong to no known format; " + kSaveAs;
}

bool looks_like_image(const std::string& path) {
  const std::string name = lower(file_name(path));
  const bool raw_set =
      name.find("-idx3-ubyte") != std::string::npos || name.find("-idx4-ubyte") != std::string::npos;
  return raw_set || cifar_record(name) || named_like_slide(name) || ends_with_any(name, kImageExtensions);
}

bool named_like_slide(std::string_view name) {
  return ends_with_any(lower(name), kSlideExtensions);
}

std::optional<CifarRecord> cifar_record(std::string_view name) {
  name = file_name(name);
  if (name == "train.bin" || name == "test.bin" || name.ends_with(kStoredCifar100)) return CifarRecord{2};
  const bool numbered = name.starts_with("data_batch_") && name.ends_with(".bin");
  if (numbered || name == "test_batch.bin" || name.ends_with(kStoredCifar10)) return CifarRecord{1};
  return std::nullopt;
}

}  // namespace frag
