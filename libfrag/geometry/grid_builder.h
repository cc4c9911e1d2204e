// How the rows of one AngleGrid are laid: the arithmetic of the four fits. Private to libfrag/geometry.
#pragma once

#include <cstdint>

#include "libfrag/geometry/tiling.h"

namespace frag {

struct GridBuilder {
  GridBuilder(AngleGrid& target, std::int64_t source_width, std::int64_t source_height, const Angle& at,
              const TilingSpec& with);

  void build();

 private:
  void build_whole();
  void build_cover();
  // A full grid from the top-left of a centred rectangle; sizes in 1/4096 pixel.
  void build_rectangle(std::int64_t rect_width, std::int64_t rect_height);
  void build_inscribed();
  void build_largest();

  // Tiles that fit beside each other in `length` (1/4096 pixel).
  std::int64_t tiles_in(std::int64_t length) const;
  void add_row(std::int64_t left, std::int64_t tiles);

  AngleGrid& grid;
  const std::int64_t width, height;
  const std::int64_t cosine, sine;  // magnitudes: a turned rectangle looks the same in all four quadrants...
  const bool same_sign;             // ... except for the way it leans
  const TilingSpec& spec;
};

}  // namespace frag
