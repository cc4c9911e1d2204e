#include "libfrag/image/encode.h"

#include <libdeflate.h>
#include <turbojpeg.h>

#include "libfrag/base/error.h"
#include "libfrag/image/deflate_literals.h"
#include "libfrag/image/png_filter.h"

namespace frag {
namespace {

constexpr int kDeflateLevel = 1;
// Where literals take less than a byte in this many, libdeflate is asked whether matches do better.
constexpr std::size_t kRepetitive = 4;

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

// A chunk whose data the caller appends in between; the length and the checksum are filled in when it ends.
class Chunk {
 public:
  Chunk(std::string& png, const char* type) : png_(png), start_(png.size()) {
    png_.append(4, '\0');
    png_ += type;
  }
  void end() {
    const std::size_t typed = png_.size() - start_ - 4;
    std::string length;
    put_u32(length, static_cast<std::uint32_t>(typed - 4));
    png_.replace(start_, 4, length);
    put_u32(png_, libdeflate_crc32(0, png_.data() + start_ + 4, typed));
  }

 private:
  std::string& png_;
  std::size_t start_;
};

}  // namespace

void PngEncoder::Deleter::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

PngEncoder::PngEncoder() = default;
PngEncoder::~PngEncoder() = default;

std::string_view PngEncoder::encode(const Image& image) {
  file_.assign("\x89PNG\r\n\x1a\n", 8);
  Chunk header(file_, "IHDR");
  put_u32(file_, static_cast<std::uint32_t>(image.width()));
  put_u32(file_, static_cast<std::uint32_t>(image.height()));
  file_.push_back(static_cast<char>(image.bits()));
  file_.push_back(image.channels() == 1 ? '\0' : '\2');  // grey or RGB
  file_.append(3, '\0');                                 // deflate, the five filters, not interlaced
  header.end();

  Chunk data(file_, "IDAT");
  filter_rows(image, rows_);
  append_compressed();
  data.end();
  Chunk(file_, "IEND").end();
  return file_;
}

void PngEncoder::append_compressed() {
  const std::size_t start = file_.size();
  append_zlib_literals(rows_, file_);
  const std::size_t literals = file_.size() - start;
  if (literals > rows_.size() / kRepetitive) return;

  if (!compressor_) compressor_.reset(libdeflate_alloc_compressor(kDeflateLevel));
  if (!compressor_) throw Error(Errc::internal, "libdeflate gives no compressor");
  // No room for more than the literals took: then it answers 0.
  std::string matched(literals, '\0');
  const std::size_t size =
      libdeflate_zlib_compress(compressor_.get(), rows_.data(), rows_.size(), matched.data(), matched.size());
  if (size > 0) file_.replace(start, literals, matched, 0, size);
}

void JpegEncoder::Deleter::operator()(void* handle) const {
  tjDestroy(handle);
}

JpegEncoder::JpegEncoder() : handle_(tjInitCompress()) {
  if (!handle_) throw Error(Errc::internal, "libjpeg-turbo gives no compressor");
}
JpegEncoder::~JpegEncoder() = default;

std::string_view JpegEncoder::encode(const Image& image, int quality) {
  if (image.bits() != 8)
    throw Error(Errc::usage, "a JPEG holds 8 bits a sample, not 16: write PNG, or convert first");
  const bool gray = image.channels() == 1;
  const int sampling = gray ? TJSAMP_GRAY : quality < kFullColourQuality ? TJSAMP_420 : TJSAMP_444;
  const auto width = static_cast<int>(image.width()), height = static_cast<int>(image.height());
  const std::size_t bound = tjBufSize(width, height, sampling);
  if (file_.size() < bound) file_.resize(bound);
  unsigned char* to = file_.data();
  unsigned long size = file_.size();
  const int flags = TJFLAG_FASTDCT | TJFLAG_NOREALLOC, stride = static_cast<int>(image.stride());
  // A grey image is a Y plane as it is; as pixels it would be copied first, byte by byte.
  const unsigned char* plane = image.row(0);
  const int result = gray ? tjCompressFromYUVPlanes(handle_.get(), &plane, width, &stride, height, sampling,
                                                    &to, &size, quality, flags)
                          : tjCompress2(handle_.get(), plane, width, stride, height, TJPF_RGB, &to, &size,
                                        sampling, quality, flags);
  if (result != 0)
    throw Error(Errc::internal, std::string("libjpeg-turbo: ") + tjGetErrorStr2(handle_.get()));
  return {reinterpret_cast<const char*>(to), size};
}

std::string encode_png(const Image& image) {
  thread_local PngEncoder encoder;
  return std::string(encoder.encode(image));
}

std::string encode_jpeg(const Image& image, int quality) {
  thread_local JpegEncoder encoder;
  return std::string(encoder.encode(image, quality));
}

const char* png_encoder_name() {
  return "libfrag " FRAG_VERSION ", libdeflate " LIBDEFLATE_VERSION_STRING;
}

const char* jpeg_encoder_name() {
  return "libfrag " FRAG_VERSION ", libjpeg-turbo " FRAG_TURBOJPEG_VERSION;
}

}  // namespace frag
