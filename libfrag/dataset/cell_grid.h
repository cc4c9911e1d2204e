// Rasters of low resolution over a source, and which of their cells a turned tile looks at. Integer
// arithmetic: every machine looks at the same cells.
//
// A tile looks at a lattice of 16 x 16 points of its own, turned with it: point (i, j) lies at
//     ((i + 1/2) width / 16, (j + 1/2) height / 16)
// from the tile's top-left in the turned frame, and libfrag/geometry/tiling.h says where that is in the
// picture. The pixel that holds it says the cell. What holds for so many of the 256 points holds for that
// share of the tile, whatever its angle. Immutable after construction; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "libfrag/geometry/box.h"
#include "libfrag/geometry/tiling.h"

namespace frag {

// Points of the lattice along an edge of a tile, and in all.
inline constexpr std::int64_t kLattice = 16;
inline constexpr std::int64_t kLatticePoints = kLattice * kLattice;

// Numbers of cells, row by row, for the points of the lattice, row by row.
using TileCells = std::array<std::uint32_t, kLatticePoints>;

// Where the picture that fragments are cut from lies in its original: a recipe may crop and scale.
struct Placement {
  std::int64_t width = 0;  // of the picture, in its own pixels
  std::int64_t height = 0;
  Box region;  // what it shows, in pixels of the original
  std::int64_t original_width = 0;
  std::int64_t original_height = 0;

  // The original as it is.
  static Placement whole(std::int64_t width, std::int64_t height);
};

class CellGrid {
 public:
  // Cells of `cell` x `cell` pixels of a raster that shows the whole original at a resolution of its own:
  // cell (i, j) covers [i cell, (i+1) cell) x [j cell, (j+1) cell) of it, as far as it goes. Edges in
  // [1, kMaxEdge], `cell` in [1, kMaxCell], the region inside the original, at most kMaxCells cells;
  // Errc::bad_input otherwise.
  CellGrid(const Placement& placement, std::int64_t raster_width, std::int64_t raster_height,
           std::int64_t cell);

  // The same with cells as fine as the lattice of tiles of `tile` pixels, or the finest above that of which
  // there are at most kMaxCells: tile / 16 pixels of the picture, at least one of the raster, doubled while
  // too many.
  static CellGrid for_tile(const Placement& placement, std::int64_t raster_width, std::int64_t raster_height,
                           std::int64_t tile);

  static constexpr std::int64_t kMaxCell = 512;
  // A 40,000 x 30,000 slide with tiles of 256 pixels has 4.7 million.
  static constexpr std::int64_t kMaxCells = std::int64_t{1} << 24;

  std::int64_t raster_width() const { return raster_width_; }
  std::int64_t raster_height() const { return raster_height_; }
  std::int64_t cell() const { return cell_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t cells() const { return columns_ * rows_; }

  // The cells under the lattice of a tile, which lies in the turned picture.
  void cells_of_tile(const Angle& angle, const TileFrame& frame, TileCells& cells) const;

 private:
  std::int64_t raster_width_;
  std::int64_t raster_height_;
  std::int64_t cell_;
  std::int64_t columns_;
  std::int64_t rows_;
  std::vector<std::uint32_t> column_of_;  // the column of each column of the picture's pixels
  std::vector<std::uint32_t> first_of_;   // the first cell of the row of each row of the picture's pixels
};

}  // namespace frag
