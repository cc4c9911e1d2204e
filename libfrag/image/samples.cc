#include "libfrag/image/samples.h"

#include <cstring>
#include <limits>
#include <type_traits>

#include "libfrag/image/convert.h"

namespace frag {
namespace {

template <class Sample>
constexpr std::uint32_t kWhite = std::numeric_limits<Sample>::max();

// `value` of 0..white as a sample of type Out, rounded to nearest.
template <class Out>
Out scaled(std::uint32_t value, std::uint32_t white) {
  if (white == kWhite<Out>) return static_cast<Out>(value);
  // A damaged file may hold more than the white it declares.
  if (value >= white) return static_cast<Out>(kWhite<Out>);
  // The product fits: a value has 16 bits, and so has the largest sample.
  return static_cast<Out>((value * kWhite<Out> + white / 2) / white);
}

template <class Out>
Out flattened(Out value, Out alpha) {
  if constexpr (sizeof(Out) == 1) {
    return over_white(value, alpha);
  } else {
    const std::uint64_t white = kWhite<Out>;
    return static_cast<Out>((value * std::uint64_t{alpha} + white * (white - alpha) + white / 2) / white);
  }
}

// to_gray()'s formula; the sum of 16-bit samples just fits 32 bits.
template <class Out>
Out luma(const Out* rgb) {
  return static_cast<Out>((19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 32768u) >> 16);
}

template <class In, class Out>
void convert(const SampleKind& kind, bool gray, const In* in, std::int64_t width, Out* out) {
  const int samples = kind.colours + (kind.alpha ? 1 : 0);
  const bool to_one = gray && kind.colours == 3;
  for (std::int64_t x = 0; x < width; ++x, in += samples) {
    Out pixel[4] = {};
    for (int i = 0; i < samples; ++i) pixel[i] = scaled<Out>(in[i], kind.white);
    if (kind.alpha) {
      for (int i = 0; i < kind.colours; ++i) pixel[i] = flattened(pixel[i], pixel[kind.colours]);
    }
    if (to_one) {
      *out++ = luma(pixel);
    } else {
      for (int i = 0; i < kind.colours; ++i) *out++ = pixel[i];
    }
  }
}

// The bulk of all files, in loops that a compiler turns into vector code.
bool convert_plain(const SampleKind& kind, bool gray, const std::uint8_t* in, std::int64_t width,
                   std::uint8_t* out) {
  if (kind.wide || kind.alpha || kind.white != 255) return false;
  if (gray && kind.colours == 3) {
    for (std::int64_t x = 0; x < width; ++x) out[x] = luma(in + 3 * x);
  } else {
    std::memcpy(out, in, static_cast<std::size_t>(width * kind.colours));
  }
  return true;
}

template <std::size_t kBytes>
void gather(std::uint8_t* out, const std::uint8_t* in, std::int64_t step, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i, in += step, out += kBytes) std::memcpy(out, in, kBytes);
}

}  // namespace

std::int64_t channels_out(const SampleKind& kind, const ReadOptions& options) {
  return options.gray ? 1 : kind.colours;
}

int bits_out(const SampleKind& kind, const ReadOptions& options) {
  return kind.wide && options.bits == 16 && channels_out(kind, options) == 1 ? 16 : 8;
}

void convert_row(const SampleKind& kind, const ReadOptions& options, const void* in, std::int64_t width,
                 std::uint8_t* out) {
  const auto* narrow = static_cast<const std::uint8_t*>(in);
  const auto* wide = static_cast<const std::uint16_t*>(in);
  if (convert_plain(kind, options.gray, narrow, width, out)) return;
  if (bits_out(kind, options) == 16) {
    convert(kind, options.gray, wide, width, reinterpret_cast<std::uint16_t*>(out));
  } else if (kind.wide) {
    convert(kind, options.gray, wide, width, out);
  } else {
    convert(kind, options.gray, narrow, width, out);
  }
}

Orientation::Orientation(int tag) {
  if (tag < 2 || tag > 8) return;
  transposed_ = tag >= 5;
  flip_x_ = tag == 2 || tag == 3 || tag == 7 || tag == 8;
  flip_y_ = tag == 3 || tag == 4 || tag == 6 || tag == 7;
}

Box Orientation::stored_box(const Box& box, std::int64_t width, std::int64_t height) const {
  Box stored = transposed_ ? Box{box.y, box.x, box.height, box.width} : box;
  if (flip_x_) stored.x = width - stored.x - stored.width;
  if (flip_y_) stored.y = height - stored.y - stored.height;
  return stored;
}

Image Orientation::apply(const Image& stored) const {
  const std::int64_t width = transposed_ ? stored.height() : stored.width();
  const std::int64_t height = transposed_ ? stored.width() : stored.height();
  Image image(width, height, stored.channels(), stored.bits());
  const std::int64_t along_x = flip_x_ ? -stored.pixel_bytes() : stored.pixel_bytes();
  const std::int64_t along_y = flip_y_ ? -stored.stride() : stored.stride();
  const std::uint8_t* first = stored.row(flip_y_ ? stored.height() - 1 : 0) +
                              (flip_x_ ? stored.width() - 1 : 0) * stored.pixel_bytes();
  const std::int64_t step = transposed_ ? along_y : along_x;
  const std::int64_t next_row = transposed_ ? along_x : along_y;
  for (std::int64_t y = 0; y < height; ++y) {
    const std::uint8_t* in = first + y * next_row;
    switch (stored.pixel_bytes()) {
      case 1:
        gather<1>(image.row(y), in, step, width);
        break;
      case 2:
        gather<2>(image.row(y), in, step, width);
        break;
      default:
        gather<3>(image.row(y), in, step, width);
    }
  }
  return image;
}

}  // namespace frag
