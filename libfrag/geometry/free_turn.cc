#include "libfrag/geometry/free_turn.h"

#include <algorithm>
#include <cstdlib>

namespace frag {
namespace {

// In 1/4096 pixel, from the centre of the source or of the turned frame.
struct Point {
  std::int64_t x, y;
};

std::int64_t scaled(std::int64_t product) {
  return (product + kOne / 2) >> 30;
}

Point to_source(const Angle& angle, Point p) {
  const std::int64_t c = angle.cosine, s = angle.sine;
  return {scaled(c * p.x - s * p.y), scaled(s * p.x + c * p.y)};
}

Point from_source(const Angle& angle, Point p) {
  const std::int64_t c = angle.cosine, s = angle.sine;
  return {scaled(c * p.x + s * p.y), scaled(c * p.y - s * p.x)};
}

// Half the sides of the smallest box of the source that holds a tile of that size at that angle.
Point half_reach(const Angle& angle, const TileFrame& frame) {
  const std::int64_t c = std::abs(std::int64_t{angle.cosine}), s = std::abs(std::int64_t{angle.sine});
  constexpr std::int64_t kHalf = kSubpixel / 2;
  const auto up = [](std::int64_t product) { return (product + kOne - 1) >> 30; };
  return {up(kHalf * (frame.width * c + frame.height * s)), up(kHalf * (frame.width * s + frame.height * c))};
}

}  // namespace

std::optional<TileFrame> turned_frame(std::int64_t width, std::int64_t height, const Angle& from,
                                      const TileFrame& frame, const Angle& to, BeyondEdge beyond) {
  constexpr std::int64_t kHalf = kSubpixel / 2;
  const Point centre = to_source(from, {frame.x + frame.width * kHalf, frame.y + frame.height * kHalf});
  const Point reach = half_reach(to, frame);
  const Point room{width * kHalf - reach.x, height * kHalf - reach.y};
  if (room.x < 0 || room.y < 0) return std::nullopt;
  const Point inside{std::clamp(centre.x, -room.x, room.x), std::clamp(centre.y, -room.y, room.y)};
  const bool moved = inside.x != centre.x || inside.y != centre.y;
  if (moved && beyond == BeyondEdge::refuse) return std::nullopt;
  const Point turned = from_source(to, inside);
  return TileFrame{turned.x - frame.width * kHalf, turned.y - frame.height * kHalf, frame.width,
                   frame.height};
}

}  // namespace frag
