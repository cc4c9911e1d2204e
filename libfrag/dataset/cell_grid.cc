#include "libfrag/dataset/cell_grid.h"

#include <algorithm>

#include "libfrag/base/error.h"

namespace frag {
namespace {

// Binary places of a position in the picture: 12 of the turned frame and 30 of the sine.
constexpr int kPlaces = 42;

std::int64_t cells_along(std::int64_t pixels, std::int64_t cell) {
  return (pixels + cell - 1) / cell;
}

bool is_edge(std::int64_t value) {
  return value >= 1 && value <= kMaxEdge;
}

// The raster's pixel in which the centre of pixel `x` of the picture lies, along one axis. The picture's
// `size` pixels show [start, start + length) of the original's `original` pixels. All are at most 2^20, so
// the product is below 2^63.
std::int64_t raster_pixel(std::int64_t x, std::int64_t size, std::int64_t start, std::int64_t length,
                          std::int64_t original, std::int64_t raster) {
  return (start * 2 * size + (2 * x + 1) * length) * raster / (2 * size * original);
}

}  // namespace

Placement Placement::whole(std::int64_t width, std::int64_t height) {
  return {width, height, {0, 0, width, height}, width, height};
}

CellGrid::CellGrid(const Placement& placement, std::int64_t raster_width, std::int64_t raster_height,
                   std::int64_t cell)
    : raster_width_(raster_width), raster_height_(raster_height), cell_(cell) {
  const Box& region = placement.region;
  const bool edges = is_edge(placement.width) && is_edge(placement.height) &&
                     is_edge(placement.original_width) && is_edge(placement.original_height) &&
                     is_edge(raster_width) && is_edge(raster_height) && is_edge(region.width) &&
                     is_edge(region.height);
  const bool inside = region.x >= 0 && region.y >= 0 && region.x <= placement.original_width - region.width &&
                      region.y <= placement.original_height - region.height;
  if (!edges || !inside || cell < 1 || cell > kMaxCell) {
    throw Error(Errc::bad_input, "a raster of " + std::to_string(raster_width) + "x" +
                                     std::to_string(raster_height) + " pixels in cells of " +
                                     std::to_string(cell) + " for a picture of " +
                                     std::to_string(placement.width) + "x" +
                                     std::to_string(placement.height) + " is out of range");
  }
  columns_ = cells_along(raster_width, cell);
  rows_ = cells_along(raster_height, cell);
  if (cells() > kMaxCells) throw Error(Errc::bad_input, "a raster of more than 2^24 cells");
  column_of_.resize(static_cast<std::size_t>(placement.width));
  for (std::int64_t x = 0; x < placement.width; ++x) {
    column_of_[static_cast<std::size_t>(x)] = static_cast<std::uint32_t>(
        raster_pixel(x, placement.width, region.x, region.width, placement.original_width, raster_width) /
        cell);
  }
  first_of_.resize(static_cast<std::size_t>(placement.height));
  for (std::int64_t y = 0; y < placement.height; ++y) {
    first_of_[static_cast<std::size_t>(y)] = static_cast<std::uint32_t>(
        raster_pixel(y, placement.height, region.y, region.height, placement.original_height, raster_height) /
        cell * columns_);
  }
}

CellGrid CellGrid::for_tile(const Placement& placement, std::int64_t raster_width, std::int64_t raster_height,
                            std::int64_t tile) {
  // A step of the lattice in pixels of the raster; the product of three edges is at most 2^60.
  const std::int64_t step = tile * placement.region.width * raster_width /
                            std::max<std::int64_t>(1, kLattice * placement.width * placement.original_width);
  std::int64_t cell = std::clamp<std::int64_t>(step, 1, kMaxCell);
  while (cell < kMaxCell && cells_along(raster_width, cell) * cells_along(raster_height, cell) > kMaxCells) {
    cell = std::min(2 * cell, kMaxCell);
  }
  return CellGrid(placement, raster_width, raster_height, cell);
}

// No overflow: a tile lies within half a diagonal of the picture's centre, 2^19.5 pixels, so its coordinates
// p are below 2^31.5 in 1/4096 pixel and each product with a sine below 2^61.5. With half the picture's edge,
// at most 2^61, the sum of the magnitudes is 2^61 (1 + 2 sqrt(2)) < 2^63.
void CellGrid::cells_of_tile(const Angle& angle, const TileFrame& frame, TileCells& cells) const {
  const std::int64_t c = angle.cosine, s = angle.sine;
  const std::int64_t step_x = frame.width * (kSubpixel / kLattice);
  const std::int64_t step_y = frame.height * (kSubpixel / kLattice);
  const std::int64_t first_x = frame.x + step_x / 2, first_y = frame.y + step_y / 2;
  const auto width = static_cast<std::int64_t>(column_of_.size());
  const auto height = static_cast<std::int64_t>(first_of_.size());
  const std::int64_t half = std::int64_t{1} << (kPlaces - 1);
  std::uint32_t* out = cells.data();
  for (std::int64_t j = 0; j < kLattice; ++j) {
    const std::int64_t p_y = first_y + j * step_y;
    std::int64_t x = width * half + c * first_x - s * p_y;
    std::int64_t y = height * half + s * first_x + c * p_y;
    for (std::int64_t i = 0; i < kLattice; ++i, x += c * step_x, y += s * step_x) {
      // A tile may be outside by the rounding of its sines.
      const std::int64_t column = std::clamp<std::int64_t>(x >> kPlaces, 0, width - 1);
      const std::int64_t row = std::clamp<std::int64_t>(y >> kPlaces, 0, height - 1);
      *out++ = first_of_[static_cast<std::size_t>(row)] + column_of_[static_cast<std::size_t>(column)];
    }
  }
}

}  // namespace frag
