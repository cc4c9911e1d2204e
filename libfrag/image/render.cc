#include "libfrag/image/render.h"

#include <cstring>
#include <vector>

#include "libfrag/base/error.h"

namespace frag {
namespace {

// Positions: 42 binary places where a tile starts (12 of the frame and 30 of the sine), 16 within a tile, 11
// as weights.
constexpr int kOriginBits = 42;
constexpr int kStepBits = 16;
constexpr int kWeightBits = 11;
constexpr std::int32_t kWeightOne = 1 << kWeightBits;

// u * component for u = 0, 1, ..., n-1, from 30 binary places rounded to kStepBits.
std::vector<std::int32_t> steps(std::int64_t component, std::int64_t n) {
  std::vector<std::int32_t> table(static_cast<std::size_t>(n));
  constexpr int kDrop = 30 - kStepBits;
  for (std::int64_t u = 0; u < n; ++u) {
    table[static_cast<std::size_t>(u)] =
        static_cast<std::int32_t>((u * component + (1 << (kDrop - 1))) >> kDrop);
  }
  return table;
}

// Where the samples of a tile lie along one axis of the source: pixel `base` plus origin + column step + row
// step.
struct Axis {
  Axis(std::int64_t at_origin, std::int64_t per_column, std::int64_t per_row, const TileFrame& frame)
      : base(at_origin >> kOriginBits),
        origin(static_cast<std::int32_t>((at_origin - base * (std::int64_t{1} << kOriginBits)) >>
                                         (kOriginBits - kStepBits)) +
               (1 << (kStepBits - kWeightBits - 1))),
        column(steps(per_column, frame.width)),
        row(steps(per_row, frame.height)) {}

  std::int64_t base;
  std::int32_t origin;  // with half a weight unit, so that taking the upper bits rounds to nearest
  std::vector<std::int32_t> column, row;
};

template <int kChannels>
void render_turned(const Image& source, const Axis& x_axis, const Axis& y_axis, Image& out) {
  constexpr int kFractionDrop = kStepBits - kWeightBits;
  const std::int64_t stride = source.stride();
  const std::uint8_t* base = source.row(0) + y_axis.base * stride + x_axis.base * kChannels;
  for (std::int64_t v = 0; v < out.height(); ++v) {
    const std::int32_t row_x = x_axis.origin + x_axis.row[static_cast<std::size_t>(v)];
    const std::int32_t row_y = y_axis.origin + y_axis.row[static_cast<std::size_t>(v)];
    std::uint8_t* to = out.row(v);
    for (std::size_t u = 0; u < static_cast<std::size_t>(out.width()); ++u) {
      const std::int32_t x = row_x + x_axis.column[u];
      const std::int32_t y = row_y + y_axis.column[u];
      const std::int32_t fx = (x >> kFractionDrop) & (kWeightOne - 1);
      const std::int32_t fy = (y >> kFractionDrop) & (kWeightOne - 1);
      const std::uint8_t* p = base + (y >> kStepBits) * stride + (x >> kStepBits) * std::int64_t{kChannels};
      const std::uint8_t* q = p + stride;
      for (int channel = 0; channel < kChannels; ++channel, ++p, ++q) {
        const std::int32_t upper = (p[0] << kWeightBits) + fx * (p[kChannels] - p[0]);
        const std::int32_t lower = (q[0] << kWeightBits) + fx * (q[kChannels] - q[0]);
        const std::int32_t sum = (upper << kWeightBits) + fy * (lower - upper);
        *to++ = static_cast<std::uint8_t>((sum + (1 << (2 * kWeightBits - 1))) >> (2 * kWeightBits));
      }
    }
  }
}

void copy_upright(const Image& source, std::int64_t left, std::int64_t top, Image& out) {
  const auto row_bytes = static_cast<std::size_t>(out.width() * out.channels());
  for (std::int64_t v = 0; v < out.height(); ++v) {
    std::memcpy(out.row(v), source.row(top + v) + left * source.channels(), row_bytes);
  }
}

}  // namespace

void render_tile(const Image& source, const Angle& angle, const TileFrame& frame, Image& out) {
  const std::int64_t c = angle.cosine, s = angle.sine;
  const std::int64_t first_x = frame.x + kSubpixel / 2, first_y = frame.y + kSubpixel / 2;
  const std::int64_t half = std::int64_t{1} << (kOriginBits - 1);
  const std::int64_t x = (source.width() - 1) * half + c * first_x - s * first_y;
  const std::int64_t y = (source.height() - 1) * half + s * first_x + c * first_y;
  constexpr std::int64_t kFraction = (std::int64_t{1} << kOriginBits) - 1;
  if (c == kOne && (x & kFraction) == 0 && (y & kFraction) == 0) {
    return copy_upright(source, x >> kOriginBits, y >> kOriginBits, out);
  }
  if (frame.width > kMaxTile || frame.height > kMaxTile) {
    throw Error(Errc::internal, "a turned tile of more than " + std::to_string(kMaxTile) + " pixels");
  }
  const Axis x_axis(x, c, -s, frame);
  const Axis y_axis(y, s, c, frame);
  source.channels() == 1 ? render_turned<1>(source, x_axis, y_axis, out)
                         : render_turned<3>(source, x_axis, y_axis, out);
}

Image render_tile(const Image& source, const Angle& angle, const TileFrame& frame) {
  Image out(frame.width, frame.height, source.channels());
  render_tile(source, angle, frame, out);
  return out;
}

}  // namespace frag
