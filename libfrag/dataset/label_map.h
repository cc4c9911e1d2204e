// Which class lies where within a source, at low resolution, and so the class of each of its fragments.
//
// A cell of the map is of one class or of none: from a mask, what most of the cell's pixels are; from
// annotations, the last region that holds the cell's centre. A tile has the class that most points of its
// lattice (libfrag/dataset/cell_grid.h) lie on, where these are at least a given share of the 256. All of it
// is integer arithmetic. A LabelMap is immutable, any thread; a builder belongs to one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfrag/dataset/annotations.h"
#include "libfrag/dataset/cell_grid.h"
#include "libfrag/dataset/label_rule.h"
#include "libfrag/image/image.h"

namespace frag {

class LabelMap {
 public:
  // The cell of no class.
  static constexpr std::uint8_t kNone = 255;

  // `cells` row by row, each a class number below kMaxMapClasses or kNone.
  LabelMap(CellGrid grid, std::vector<std::uint8_t> cells);

  const CellGrid& grid() const { return grid_; }
  std::uint8_t at(std::int64_t column, std::int64_t row) const {
    return cells_[static_cast<std::size_t>(row * grid_.columns() + column)];
  }
  std::span<const std::uint8_t> cells() const { return cells_; }
  // One more than the highest class number on the map.
  std::size_t classes() const { return classes_; }

 private:
  CellGrid grid_;
  std::vector<std::uint8_t> cells_;
  std::size_t classes_ = 0;
};

// The class that lies under the most points of the tile's lattice, the lowest number on a tie; nothing where
// count * kMillion < min_share * kLatticePoints. `min_share` in millionths, in [1, kMillion].
std::optional<std::uint32_t> class_of_tile(const LabelMap& map, const Angle& angle, const TileFrame& frame,
                                           std::int64_t min_share);

// The grid of a mask that shows the whole original at its own resolution: as many pixels, or fewer in the
// same proportion. Errc::bad_input that names both sizes where the proportions differ by a pixel of either or
// more.
CellGrid mask_grid(const Placement& placement, std::int64_t mask_width, std::int64_t mask_height,
                   std::int64_t tile);

// A map from a mask that comes in bands of rows from top to bottom; the bands' heights change nothing.
class LabelMapBuilder {
 public:
  // The raster of `grid` is the mask. Class i is where the mask is `colours[i]`; any other value is none.
  LabelMapBuilder(CellGrid grid, std::span<const MaskColour> colours);

  // The rows [top, top + band.height()) of the mask: grey or RGB, as wide as the raster. 16-bit grey is taken
  // by its value, as label pictures have it. Errc::internal where rows are missing or come twice.
  void add_rows(std::int64_t top, const Image& band);

  // After the last row. A cell whose pixels are as often of no class as of any has none; else the lowest
  // number of the most frequent ones.
  LabelMap finish();

 private:
  const std::uint8_t* kinds_of_row(const Image& band, std::int64_t y);
  std::uint8_t kind_of(MaskColour colour) const;
  void count_row(const std::uint8_t* kinds);
  void close_cells();

  CellGrid grid_;
  std::vector<MaskColour> colours_;
  std::vector<std::uint8_t>
      gray_kinds_;  // the kind of each grey value: its class, or the count of classes for none
  std::vector<std::uint8_t> line_;     // the kinds of a row
  std::vector<std::uint32_t> counts_;  // of the open row of cells: pixels by column and kind
  std::vector<std::uint8_t> cells_;    // of the closed rows
  std::int64_t next_row_ = 0;
};

// The colours of a mask rule's classes, in the order of class numbers.
std::vector<MaskColour> mask_colours(const LabelRule& rule, std::span<const std::string> classes);

// A map from annotations. The raster of `grid` is the original itself, so that coordinates are pixels of it;
// a cell's centre is that of the part inside the raster. A centre on an edge counts as inside on the left and
// upper edges of a region only. Regions of classes that are not among `classes` are passed over.
LabelMap draw_annotations(const CellGrid& grid, const Annotations& annotations,
                          std::span<const std::string> classes);

}  // namespace frag
