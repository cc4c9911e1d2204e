// Rendering a tile of a turned source: bilinear, in fixed point, the same integers on every machine and
// instruction set (kRendererVersion).
//
// The sample for tile pixel (u, v) is the point (X, Y) = (x + u + 1/2, y + v + 1/2) of the turned frame, (x,
// y) being the frame's top-left. Its place among the source's pixel centres is, in units of 1/2^P pixel,
//     px = (W - 1) 2^(P-1) + r(c X) - r(s Y),    py = (H - 1) 2^(P-1) + r(s X) + r(c Y)
// where W x H is the source's size, c and s are the angle's integers, X and Y are in 1/4096 pixel, and
// r(a) = (a + 2^(41-P)) >> (42-P) rounds their products. The place depends on (X, Y) alone, never on the
// tile: tiles that lie a whole number of pixels apart share the pixels of their overlap.
//
// Places are rounded to 1/2^B pixel, (p + 2^(P-B-1)) >> (P-B), and clamped into [0, (W-1) 2^B] x [0, (H-1)
// 2^B]. With (fx, fy) the fractions in 1/2^B and p the four neighbours, a sample of
//   - 8 bits (P = B = 12, nothing is left to round) is (u + ((8 fy (l - u) + 2^14) >> 15) + 64) >> 7 with
//     u = ((4096-fx) p00 + fx p01) >> 5 and l = ((4096-fx) p10 + fx p11) >> 5: every step fits 16 bits but
//     the first products;
//   - 16 bits (P = 20, B = 16) is ((65536-fy) u + fy l + 2^31) >> 32 with u = (65536-fx) p00 + fx p01 and
//     l = (65536-fx) p10 + fx p11.
// That differs from exact bilinear interpolation by less than one level of 255, or two of 65,535. At
// multiples of 90 degrees places are whole pixels and pixels are copied. Pure functions; any thread.
#pragma once

#include <cstdint>

#include "libfrag/geometry/box.h"
#include "libfrag/geometry/tiling.h"
#include "libfrag/image/image.h"

namespace frag {

// Changes whenever any rendered pixel changes; dataset.json carries it.
inline constexpr int kRendererVersion = 2;

// The longest tile edge in pixels that a recipe may ask for.
inline constexpr std::int64_t kMaxTile = 8192;

// A part of a source, as it is read by region: `pixels` are the box whose top-left is (x, y) of a source of
// source_width x source_height pixels.
struct SourceWindow {
  explicit SourceWindow(const Image& source)
      : pixels(source), source_width(source.width()), source_height(source.height()) {}
  SourceWindow(const Image& part, std::int64_t left, std::int64_t top, std::int64_t width,
               std::int64_t height)
      : pixels(part), x(left), y(top), source_width(width), source_height(height) {}

  const Image& pixels;
  std::int64_t x = 0, y = 0;
  std::int64_t source_width, source_height;
};

// The source's pixels that rendering `frame` may use: a box inside the source of width x height, of at least
// one pixel, at most one pixel larger than necessary on each side.
Box window_of_tile(std::int64_t width, std::int64_t height, const Angle& angle, const TileFrame& frame);

// Renders into `out`, which has the frame's size and the source's channels and bits. The frame may have any
// size: a row of tiles is a frame too. It lies inside the turned source; what lies outside repeats the
// source's edge. Equal pixels whatever the window; Errc::internal where the window lacks pixels that the
// frame needs.
void render_tile(const SourceWindow& source, const Angle& angle, const TileFrame& frame, Image& out);
void render_tile(const Image& source, const Angle& angle, const TileFrame& frame, Image& out);

Image render_tile(const SourceWindow& source, const Angle& angle, const TileFrame& frame);
Image render_tile(const Image& source, const Angle& angle, const TileFrame& frame);

}  // namespace frag
