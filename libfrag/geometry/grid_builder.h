// How the rows of one AngleGrid are laid: the arithmetic of the four fits. Private to libfrag/geometry.
#pragma once

#include <cstdint>

#include "libfrag/geometry/tiling.h"

namespace frag {

// Where the index-th of `count` tiles lies in a run whose last one is `span` behind its first (1/4096 pixel):
// floor(index span / (count - 1)), down to a whole pixel. Runs that are not spread have the stride exactly.
constexpr std::int64_t step_of(std::int64_t index, std::int64_t count, std::int64_t span) {
  return count < 2 ? 0 : index * span / (count - 1) / kSubpixel * kSubpixel;
}

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

  // A run of tiles in 1/4096 pixel: how far the first lies from the beginning, and the last from the first.
  struct Run {
    std::int64_t shift, span;
  };
  // `count` tiles where their first corners may move over `room`.
  Run anchored(std::int64_t count, std::int64_t room) const;
  // A row that begins at `left`, with its last tile at most `room` further on.
  void add_row(std::int64_t top, std::int64_t left, std::int64_t tiles, std::int64_t room);

  AngleGrid& grid;
  const std::int64_t width, height;
  const std::int64_t cosine, sine;  // magnitudes: a turned rectangle looks the same in all four quadrants...
  const bool same_sign;             // ... except for the way it leans
  const TilingSpec& spec;
};

}  // namespace frag
