// The cells of a source that is taken whole and not scaled.
#pragma once

#include "libfrag/dataset/cell_grid.h"

namespace frag::test {

inline CellGrid whole_grid(std::int64_t width, std::int64_t height, std::int64_t cell) {
  return CellGrid(Placement::whole(width, height), width, height, cell);
}

}  // namespace frag::test
