// A tile turned about its own centre, to an angle that no grid has: what augmentation renders from the source
// itself, so that no corner is black. Integers; pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "libfrag/geometry/tiling.h"

namespace frag {

// What becomes of a turned tile that would reach beyond the source.
enum class BeyondEdge {
  move_inwards,  // by as little as it takes: at most (sqrt(2) - 1) / 2 of its edge
  refuse,        // for tiles whose class depends on where they lie
};

// The frame at angle `to` with the size of `frame`, which lies at angle `from`, and its centre at the same
// point of the source of width x height pixels. It lies inside the source, to 1/4096 pixel. Nullopt where it
// reaches beyond and may not move, or where the source is too small for it at that angle.
std::optional<TileFrame> turned_frame(std::int64_t width, std::int64_t height, const Angle& from,
                                      const TileFrame& frame, const Angle& to, BeyondEdge beyond);

}  // namespace frag
