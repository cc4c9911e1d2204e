// How much of a source its fragments see: shares for plans, and maps for heat maps.
//
// Pure functions of the geometry and the labels; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libfrag/dataset/catalog.h"
#include "libfrag/geometry/tiling.h"

namespace frag {

// The share, in [0, 1], of the pixels of a source of width x height that at least one tile covers: asked of
// the pixels of a lattice, at most 160 along an edge and evenly spread. Errors as Tiling's.
double covered_share(std::int64_t width, std::int64_t height, std::span<const Angle> angles,
                     const TilingSpec& spec);

// How many fragments cover each cell of a source that is divided into columns x rows equal cells, counted
// where the cell has its centre.
struct CoverageMap {
  std::int64_t columns = 0;
  std::int64_t rows = 0;
  std::vector<std::uint32_t> counts;  // rows * columns, row by row

  std::uint32_t at(std::int64_t column, std::int64_t row) const {
    return counts[static_cast<std::size_t>(row * columns + column)];
  }
  std::uint32_t most() const;
  // The share, in [0, 1], of the cells that at least one fragment covers.
  double share() const;
};

// Of the kept fragments of a source, at all angles. columns, rows in [1, 4096].
CoverageMap map_coverage(const Catalog& catalog, std::uint32_t source, std::int64_t columns,
                         std::int64_t rows);

}  // namespace frag
