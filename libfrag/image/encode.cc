#include "libfrag/image/encode.h"

#include <libdeflate.h>
#include <turbojpeg.h>

#include <cstdint>
#include <memory>

#include "libfrag/base/error.h"

namespace frag {
namespace {

constexpr int kDeflateLevel = 1;
constexpr std::uint8_t kFilterSub = 1;

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

void put_chunk(std::string& png, const char* type, const std::string& data) {
  put_u32(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t from = png.size();
  png += type;
  png += data;
  put_u32(png, libdeflate_crc32(0, png.data() + from, png.size() - from));
}

// Each row behind its filter byte; "Sub" stores the difference from the pixel to the left.
std::string filtered_rows(const Image& image) {
  const auto channels = static_cast<std::size_t>(image.channels());
  const std::size_t row_bytes = static_cast<std::size_t>(image.width()) * channels;
  std::string rows((row_bytes + 1) * static_cast<std::size_t>(image.height()), '\0');
  auto* out = reinterpret_cast<std::uint8_t*>(rows.data());
  for (std::int64_t y = 0; y < image.height(); ++y) {
    const std::uint8_t* in = image.row(y);
    *out++ = kFilterSub;
    for (std::size_t x = 0; x < channels; ++x) *out++ = in[x];
    for (std::size_t x = channels; x < row_bytes; ++x)
      *out++ = static_cast<std::uint8_t>(in[x] - in[x - channels]);
  }
  return rows;
}

std::string zlib_compress(const std::string& data) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kDeflateLevel), libdeflate_free_compressor);
  if (!compressor) throw Error(Errc::internal, "libdeflate gives no compressor");
  std::string out(libdeflate_zlib_compress_bound(compressor.get(), data.size()), '\0');
  out.resize(libdeflate_zlib_compress(compressor.get(), data.data(), data.size(), out.data(), out.size()));
  return out;
}

}  // namespace

std::string encode_png(const Image& image) {
  std::string header;
  put_u32(header, static_cast<std::uint32_t>(image.width()));
  put_u32(header, static_cast<std::uint32_t>(image.height()));
  header.push_back(8);                                    // bits a sample
  header.push_back(image.channels() == 1 ? '\0' : '\2');  // grey or RGB
  header.append(3, '\0');                                 // deflate, the five filters, not interlaced

  std::string png("\x89PNG\r\n\x1a\n", 8);
  put_chunk(png, "IHDR", header);
  put_chunk(png, "IDAT", zlib_compress(filtered_rows(image)));
  put_chunk(png, "IEND", "");
  return png;
}

std::string encode_jpeg(const Image& image, int quality) {
  const std::unique_ptr<void, int (*)(tjhandle)> encoder(tjInitCompress(), tjDestroy);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const bool gray = image.channels() == 1;
  const int result = tjCompress2(encoder.get(), image.row(0), static_cast<int>(image.width()),
                                 static_cast<int>(image.stride()), static_cast<int>(image.height()),
                                 gray ? TJPF_GRAY : TJPF_RGB, &buffer, &size, gray ? TJSAMP_GRAY : TJSAMP_444,
                                 quality, TJFLAG_FASTDCT);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(buffer, tjFree);
  if (result != 0)
    throw Error(Errc::internal, std::string("libjpeg-turbo: ") + tjGetErrorStr2(encoder.get()));
  return std::string(reinterpret_cast<const char*>(buffer), size);
}

}  // namespace frag
