#include "libfrag/cutting/coverage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "libfrag/cutting/fragment_table.h"

namespace frag {
namespace {

// Points of the lattice along an edge: with 160 x 160 of them a share is good to a few thousandths.
constexpr std::int64_t kPointsAlong = 160;

// Turned-frame coordinates of a point of the source, in 1/4096 pixel: the inverse of the turn. `x` and `y`
// are its distances from the source's centre in half pixels.
struct TurnedPoint {
  TurnedPoint(const Angle& angle, std::int64_t from_x, std::int64_t from_y)
      : x((angle.cosine * from_x + angle.sine * from_y) >> kHalfPixelShift),
        y((angle.cosine * from_y - angle.sine * from_x) >> kHalfPixelShift) {}
  // From 1/2^31 pixel (2^30 is one, and half a pixel the unit) to 1/2^12.
  static constexpr int kHalfPixelShift = 31 - 12;
  std::int64_t x, y;
};

// The middle pixel of the index-th of `cells` equal parts of an edge, as its distance from the edge's middle
// in half pixels.
std::int64_t from_middle(std::int64_t index, std::int64_t cells, std::int64_t edge) {
  const std::int64_t pixel = (2 * index + 1) * edge / (2 * cells);
  return 2 * pixel + 1 - edge;
}

bool is_covered(const Tiling& tiling, std::span<const Angle> angles, std::int64_t x, std::int64_t y) {
  for (std::size_t i = 0; i < angles.size(); ++i) {
    const TurnedPoint point(angles[i], x, y);
    if (tiling.grids()[i].covers(point.x, point.y)) return true;
  }
  return false;
}

// The first cell whose centre does not lie before `position`, in cells.
std::int64_t first_centre(double position) {
  return static_cast<std::int64_t>(std::ceil(position - 0.5));
}

// Counts convex polygons over the centres of a map's cells: a row of a polygon is an interval, which costs
// two entries of a table of differences.
class PolygonCounter {
 public:
  PolygonCounter(std::int64_t columns, std::int64_t rows)
      : columns_(columns),
        rows_(rows),
        differences_(static_cast<std::size_t>((columns + 1) * rows)),
        ends_(static_cast<std::size_t>(rows)) {}

  // Corners in cells.
  void add(const std::array<std::pair<double, double>, 4>& corners) {
    double top = corners[0].second, bottom = top;
    for (const auto& [x, y] : corners) {
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
    // The centres of rows first..last - 1 lie within.
    const std::int64_t first = std::max<std::int64_t>(0, first_centre(top));
    const std::int64_t last = std::min(rows_, first_centre(bottom));
    for (std::int64_t row = first; row < last; ++row) ends_[static_cast<std::size_t>(row)] = {1e18, -1e18};
    for (std::size_t i = 0; i < corners.size(); ++i)
      add_edge(corners[i], corners[(i + 1) % corners.size()], first, last);
    for (std::int64_t row = first; row < last; ++row) close_row(row);
  }

  CoverageMap map() const {
    CoverageMap map{columns_, rows_, {}};
    map.counts.reserve(static_cast<std::size_t>(columns_ * rows_));
    for (std::int64_t row = 0; row < rows_; ++row) {
      std::int32_t count = 0;
      for (std::int64_t column = 0; column < columns_; ++column) {
        count += differences_[static_cast<std::size_t>(row * (columns_ + 1) + column)];
        map.counts.push_back(static_cast<std::uint32_t>(count));
      }
    }
    return map;
  }

 private:
  struct Interval {
    double left, right;
  };

  void add_edge(const std::pair<double, double>& from, const std::pair<double, double>& to,
                std::int64_t first, std::int64_t last) {
    const auto [upper, lower] = from.second <= to.second ? std::pair(from, to) : std::pair(to, from);
    if (upper.second == lower.second) return;
    const double slope = (lower.first - upper.first) / (lower.second - upper.second);
    const std::int64_t begin = std::max(first, first_centre(upper.second));
    const std::int64_t end = std::min(last, first_centre(lower.second));
    for (std::int64_t row = begin; row < end; ++row) {
      const double x = upper.first + slope * (static_cast<double>(row) + 0.5 - upper.second);
      Interval& interval = ends_[static_cast<std::size_t>(row)];
      interval.left = std::min(interval.left, x);
      interval.right = std::max(interval.right, x);
    }
  }

  void close_row(std::int64_t row) {
    const Interval& interval = ends_[static_cast<std::size_t>(row)];
    const auto cell = [this](double x) {
      return first_centre(std::clamp(x, 0.0, static_cast<double>(columns_)));
    };
    const std::int64_t begin = cell(interval.left), end = cell(interval.right);
    if (begin >= end) return;
    const std::int64_t base = row * (columns_ + 1);
    ++differences_[static_cast<std::size_t>(base + begin)];
    --differences_[static_cast<std::size_t>(base + end)];
  }

  const std::int64_t columns_, rows_;
  std::vector<std::int32_t> differences_;  // columns_ + 1 a row
  std::vector<Interval> ends_;             // of the polygon being added, a row
};

}  // namespace

double covered_share(std::int64_t width, std::int64_t height, std::span<const Angle> angles,
                     const TilingSpec& spec) {
  const Tiling tiling(width, height, angles, spec);
  const std::int64_t columns = std::min(width, kPointsAlong), rows = std::min(height, kPointsAlong);
  std::int64_t covered = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t y = from_middle(row, rows, height);
    for (std::int64_t column = 0; column < columns; ++column)
      covered += is_covered(tiling, angles, from_middle(column, columns, width), y) ? 1 : 0;
  }
  return static_cast<double>(covered) / static_cast<double>(columns * rows);
}

std::uint32_t CoverageMap::most() const {
  return *std::max_element(counts.begin(), counts.end());
}

double CoverageMap::share() const {
  const auto none = std::count(counts.begin(), counts.end(), 0u);
  return 1 - static_cast<double>(none) / static_cast<double>(counts.size());
}

CoverageMap map_coverage(const Catalog& catalog, std::uint32_t source, std::int64_t columns,
                         std::int64_t rows) {
  const Tiling& tiling = catalog.tiling(source);
  const double across = static_cast<double>(columns) / static_cast<double>(tiling.width());
  const double down = static_cast<double>(rows) / static_cast<double>(tiling.height());
  const FragmentId first = catalog.sources().first_fragment(source);
  PolygonCounter counter(columns, rows);
  for (std::uint64_t tile = 0; tile < tiling.tiles(); ++tile) {
    if (!catalog.class_of(first + tile)) continue;
    const TilePlace place = place_of(catalog, {source, tiling.locate(tile)});
    std::array<std::pair<double, double>, 4> cells;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i] = {static_cast<double>(place.corners[i].x) / double{kPositionUnit} * across,
                  static_cast<double>(place.corners[i].y) / double{kPositionUnit} * down};
    }
    counter.add(cells);
  }
  return counter.map();
}

}  // namespace frag
