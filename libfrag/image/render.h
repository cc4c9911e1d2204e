// Rendering a tile of a turned source: bilinear, in fixed point, the same integers on every machine
// (kRendererVersion).
//
// The sample for tile pixel (u, v) lies at the turned frame's (x + u + 1/2, y + v + 1/2);
// libfrag/geometry/tiling.h says where that is in the source. Its position is rounded to 1/2048 pixel, and
// with (fx, fy) the fraction in 1/2048 and p the four neighbours the value is
//     ((2048-fy) ((2048-fx) p00 + fx p01) + fy ((2048-fx) p10 + fx p11) + 2^21) >> 22
// which differs from exact bilinear interpolation by less than one grey level. Positions are exact at
// multiples of 90 degrees. Pure functions; any thread.
#pragma once

#include <cstdint>

#include "libfrag/geometry/tiling.h"
#include "libfrag/image/image.h"

namespace frag {

// Changes whenever any rendered pixel changes; dataset.json carries it.
inline constexpr int kRendererVersion = 1;

// The longest tile edge in pixels: positions inside a tile fit 32 bits.
inline constexpr std::int64_t kMaxTile = 8192;

// Renders into `out`, which has the frame's size and the source's channels. The tile lies inside the turned
// source, and the frame is at most kMaxTile on an edge unless the angle is 0.
void render_tile(const Image& source, const Angle& angle, const TileFrame& frame, Image& out);

Image render_tile(const Image& source, const Angle& angle, const TileFrame& frame);

}  // namespace frag
