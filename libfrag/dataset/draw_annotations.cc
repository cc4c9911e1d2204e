// Polygons to cells: an even-odd scan over cell centres, exact in integers.
#include <algorithm>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/dataset/label_map.h"

namespace frag {
namespace {

// The centres of the cells along one axis of the raster, in annotation units.
class CellAxis {
 public:
  CellAxis(std::int64_t pixels, std::int64_t cell, std::int64_t count)
      : pixels_(pixels), cell_(cell), count_(count) {}

  // The last cell may be cut short by the raster's end.
  std::int64_t centre(std::int64_t i) const {
    return (i * cell_ + std::min((i + 1) * cell_, pixels_)) * (kAnnotationUnit / 2);
  }
  // The first cell whose centre is at or after `place`; count where there is none.
  std::int64_t first_at(std::int64_t place) const {
    const std::int64_t step = cell_ * kAnnotationUnit;
    const std::int64_t beyond = place - step / 2;  // the centre of cell 0, where it is whole
    const std::int64_t i = beyond <= 0 ? 0 : std::min((beyond + step - 1) / step, count_ - 1);
    return centre(i) >= place ? i : count_;
  }

 private:
  const std::int64_t pixels_;
  const std::int64_t cell_;
  const std::int64_t count_;
};

// ceil(a / b), b > 0.
std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a / b + (a % b > 0 ? 1 : 0);
}

struct Range {
  std::int64_t first = 0;
  std::int64_t end = 0;
};

class Painter {
 public:
  explicit Painter(const CellGrid& grid)
      : cells(static_cast<std::size_t>(grid.cells()), LabelMap::kNone),
        columns_(grid.columns()),
        x_axis_(grid.raster_width(), grid.cell(), grid.columns()),
        y_axis_(grid.raster_height(), grid.cell(), grid.rows()) {}

  void paint(const Region& region, std::uint8_t class_number) {
    AnnotationPoint low = region.rings.front().front(), high = low;
    for (const auto& ring : region.rings) {
      for (const auto& point : ring) {
        low = {std::min(low.x, point.x), std::min(low.y, point.y)};
        high = {std::max(high.x, point.x), std::max(high.y, point.y)};
      }
    }
    rows_ = {y_axis_.first_at(low.y), y_axis_.first_at(high.y)};
    touched_ = {x_axis_.first_at(low.x), x_axis_.first_at(high.x)};
    if (rows_.first == rows_.end || touched_.first == touched_.end) return;
    flips_.assign(static_cast<std::size_t>((rows_.end - rows_.first) * width()), 0);
    for (const auto& ring : region.rings) {
      for (std::size_t i = 0; i < ring.size(); ++i) cross(ring[i], ring[(i + 1) % ring.size()]);
    }
    fill(class_number);
  }

  std::vector<std::uint8_t> cells;

 private:
  std::int64_t width() const { return touched_.end - touched_.first + 1; }

  // Marks, in every row that the edge crosses, the first cell to the right of the crossing. An edge crosses
  // the rows whose centre is at or below its upper end and above its lower one, so that a corner counts once.
  // Coordinates are below 2^30 in magnitude, their products below 2^62.
  void cross(AnnotationPoint a, AnnotationPoint b) {
    if (a.y > b.y) std::swap(a, b);
    const std::int64_t end = y_axis_.first_at(b.y);
    for (std::int64_t row = y_axis_.first_at(a.y); row < end; ++row) {
      const std::int64_t fall = y_axis_.centre(row) - a.y;
      const std::int64_t at = a.x + ceil_div(fall * (b.x - a.x), b.y - a.y);
      flips_[static_cast<std::size_t>((row - rows_.first) * width() + x_axis_.first_at(at) -
                                      touched_.first)] ^= 1;
    }
  }

  void fill(std::uint8_t class_number) {
    const std::uint8_t* flip = flips_.data();
    for (std::int64_t row = rows_.first; row < rows_.end; ++row, ++flip) {
      std::uint8_t* out = cells.data() + row * columns_;
      std::uint8_t inside = 0;
      for (std::int64_t column = touched_.first; column < touched_.end; ++column) {
        inside ^= *flip++;
        if (inside != 0) out[column] = class_number;
      }
    }
  }

  const std::int64_t columns_;
  const CellAxis x_axis_;
  const CellAxis y_axis_;
  // Of the region being painted: its rows, its columns, and where inside and outside change. One column more
  // takes the crossings to the right of all centres.
  Range rows_;
  Range touched_;
  std::vector<std::uint8_t> flips_;
};

}  // namespace

LabelMap draw_annotations(const CellGrid& grid, const Annotations& annotations,
                          std::span<const std::string> classes) {
  if (classes.size() > kMaxMapClasses) {
    throw Error(Errc::usage, "annotations of " + std::to_string(classes.size()) + " classes; " +
                                 std::to_string(kMaxMapClasses) +
                                 " are the most: list those that are wanted in labels.classes");
  }
  Painter painter(grid);
  for (const Region& region : annotations.regions) {
    const auto found = std::find(classes.begin(), classes.end(), region.class_name);
    if (found != classes.end()) painter.paint(region, static_cast<std::uint8_t>(found - classes.begin()));
  }
  return LabelMap(grid, std::move(painter.cells));
}

}  // namespace frag
