// How much there is to see where in a source, at low resolution: what background is left out by.
//
// A cell holds the count, the sum and the sum of squares of its pixels' grey levels (8 bits: luma as
// to_gray() has it, and the high byte of 16). A tile is described by the cells under its lattice
// (libfrag/dataset/cell_grid.h), a cell as often as points lie on it. All of it is integer arithmetic. A
// DetailMap is immutable, any thread; a builder belongs to one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "libfrag/dataset/cell_grid.h"
#include "libfrag/image/image.h"

namespace frag {

struct DetailCell {
  std::uint64_t squares = 0;
  std::uint32_t sum = 0;
  std::uint32_t pixels = 0;

  bool operator==(const DetailCell&) const = default;
};

class DetailMap {
 public:
  DetailMap(CellGrid grid, std::vector<DetailCell> cells);

  const CellGrid& grid() const { return grid_; }
  const DetailCell& at(std::int64_t column, std::int64_t row) const {
    return cells_[static_cast<std::size_t>(row * grid_.columns() + column)];
  }
  const std::vector<DetailCell>& cells() const { return cells_; }

  // Otsu's threshold over the cells' means ("A threshold selection method from gray-level histograms", 1979):
  // a cell is bright where floor(sum / pixels) is above it. The level from 0 to 254 that parts the means into
  // two classes with the largest variance between them, the lowest of equal ones; nothing where all means are
  // one level, and then no cell is bright or dark.
  std::optional<std::uint32_t> threshold() const { return threshold_; }

 private:
  CellGrid grid_;
  std::vector<DetailCell> cells_;
  std::optional<std::uint32_t> threshold_;
};

// A map of a source that comes in bands of rows from top to bottom; the bands' heights change nothing.
class DetailMapBuilder {
 public:
  // The raster of `grid` is the picture that fragments are cut from.
  explicit DetailMapBuilder(CellGrid grid);

  // The rows [top, top + band.height()) of the picture, as wide as the raster. Errc::internal where rows are
  // missing or come twice.
  void add_rows(std::int64_t top, const Image& band);
  // After the last row.
  DetailMap finish();

 private:
  const std::uint8_t* gray_row(const Image& band, std::int64_t y);
  void add_row(const std::uint8_t* gray);
  void close_cells();

  CellGrid grid_;
  std::vector<std::uint32_t> sums_;  // by column of pixels, over the rows of the open cells
  std::vector<std::uint32_t> squares_;
  std::vector<std::uint8_t> line_;  // a row as grey levels
  std::vector<DetailCell> cells_;   // of the closed rows
  std::int64_t next_row_ = 0;
  std::int64_t open_rows_ = 0;  // of pixels, in the open cells
};

// What the lattice of a tile sees.
struct TileDetail {
  std::uint64_t pixels = 0;
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  std::int64_t bright = 0;  // points on cells above the threshold
  std::int64_t dark = 0;    // points on the others; both are 0 without a threshold
};
TileDetail detail_of_tile(const DetailMap& map, const Angle& angle, const TileFrame& frame);

// The side of the threshold on which there is nothing to see.
enum class Background { bright, dark };

const char* name_of(Background background);
// Errc::usage that lists the names.
Background parse_background(std::string_view name);

// What a fragment must show to be kept; by default nothing.
struct DetailRule {
  std::int64_t min_detail = 0;      // standard deviation in 1/256 grey level, in [0, 32768]
  std::int64_t min_foreground = 0;  // share of the lattice on foreground in millionths, in [0, 1000000]
  Background background = Background::bright;

  bool operator==(const DetailRule&) const = default;
};

// True where variance * 65536 >= min_detail^2 and foreground points * 1000000 >= min_foreground * 256.
bool is_kept(const TileDetail& tile, const DetailRule& rule);

}  // namespace frag
