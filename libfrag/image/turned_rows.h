// All tiles of a turned source with the work shared where they overlap: a row of tiles is rendered as one
// strip and cut, and rows that start at the same place keep the lines that the row above has already
// rendered. What comes out is render_tile()'s pixels, byte for byte.
#pragma once

#include <cstdint>
#include <functional>

#include "libfrag/geometry/tiling.h"
#include "libfrag/image/image.h"
#include "libfrag/image/render.h"

namespace frag {

// Rows of tiles, as a range: [first, last).
struct TileRows {
  std::uint32_t first = 0, last = 0;
};

// Renders rows of one source at a time. Reuses its memory (a strip of tile height and a tile): give each
// thread one of its own, and rows that follow each other to the same one.
class TurnedRows {
 public:
  // The tile's number in the grid, and its pixels, which change after the call.
  using TakeTile = std::function<void(std::uint64_t tile, const Image& pixels)>;

  // Calls `take` for every tile of `rows`, in the grid's order. `grid` was made for the source's size and
  // `angle`. What `take` throws passes through.
  void render(const Image& source, const Angle& angle, const AngleGrid& grid, TileRows rows,
              const TakeTile& take);
  // All rows.
  void render(const Image& source, const Angle& angle, const AngleGrid& grid, const TakeTile& take) {
    render(source, angle, grid, {0, grid.rows()}, take);
  }

 private:
  Image strip_, lines_, tile_;
};

}  // namespace frag
