// Where the tiles lie on a turned image: the fit, the grid and the numbering. Integer arithmetic, no pixels.
//
// Coordinates: pixel (i, j) of the source covers [i, i+1) x [j, j+1), y downwards. The turned frame has its
// origin at the image's centre and is axis-parallel with the tiles; a point p of it lies in the source at
//     x = W/2 + c p.x - s p.y,    y = H/2 + s p.x + c p.y
// with (c, s) the angle's cosine and sine: the picture seen through the tile is the source turned
// counter-clockwise. Positions in the turned frame are in units of 1/4096 pixel (kSubpixel). docs/geometry.md
// draws the fits.
//
// Everything here is immutable after construction and may be used from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/geometry/angle.h"

namespace frag {

// Units of the turned frame in a pixel.
inline constexpr std::int64_t kSubpixel = 4096;

// The longest edge of a source in pixels: beyond it the products of positions and sines leave 64 bits.
inline constexpr std::int64_t kMaxEdge = std::int64_t{1} << 20;

enum class Fit {
  // The grid fills the largest centred rectangle of the source's aspect ratio, as landscape or as portrait:
  // the one
  // that holds more tiles, else the larger, else landscape.
  inscribed,
  // The grid fills the centred rectangle of the largest area.
  largest,
  // Every row of tiles that lies wholly inside the turned image, packed from its left end.
  cover,
  // The source is one fragment, not turned.
  whole,
};

const char* name_of(Fit fit);
// Errc::usage that lists the names.
Fit parse_fit(std::string_view name);

// Where a run of tiles lies in a length that it does not fill. Shifts are whole pixels, so that right angles
// still meet the source's pixels.
enum class Anchor {
  start,   // at the length's beginning: left, top
  center,  // in its middle
  spread,  // from end to end: the tiles move apart
};

const char* name_of(Anchor anchor);
// Errc::usage that lists the names.
Anchor parse_anchor(std::string_view name);

struct TilingSpec {
  Fit fit = Fit::cover;
  std::int64_t tile = 256;    // edge in pixels; ignored by `whole`
  std::int64_t stride = 128;  // pixels from a tile to the next, at least 1; more than the tile leaves gaps
  Anchor anchor = Anchor::start;

  bool operator==(const TilingSpec&) const = default;
};

// A tile of one source.
struct TileAddress {
  std::uint32_t angle = 0;  // index into the angles
  std::uint32_t row = 0;
  std::uint32_t column = 0;

  bool operator==(const TileAddress&) const = default;
};

// A tile's top-left corner in the turned frame, in 1/4096 pixel, and its size in pixels.
struct TileFrame {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
};

// The rows of tiles of one source size at one angle.
class AngleGrid {
 public:
  AngleGrid(std::int64_t width, std::int64_t height, const Angle& angle, const TilingSpec& spec);

  std::uint64_t tiles() const { return first_.back(); }
  std::uint32_t rows() const { return static_cast<std::uint32_t>(left_.size()); }
  std::uint32_t columns(std::uint32_t row) const {
    return static_cast<std::uint32_t>(first_[row + 1] - first_[row]);
  }
  // The row and column of a tile's number in [0, tiles()); the inverse of first-of-row + column.
  std::uint32_t row_of(std::uint64_t tile) const;
  std::uint64_t first_of(std::uint32_t row) const { return first_[row]; }
  TileFrame frame(std::uint32_t row, std::uint32_t column) const;
  // True where a tile covers the point (x, y) of the turned frame, in 1/4096 pixel. A tile covers its left
  // and top edges, not its right and bottom ones. O(rows of tiles over the point, times log of their tiles).
  bool covers(std::int64_t x, std::int64_t y) const;

 private:
  friend struct GridBuilder;

  bool row_covers(std::uint32_t row, std::int64_t x) const;

  std::int64_t tile_width_ = 0;
  std::int64_t tile_height_ = 0;
  std::int64_t stride_ = 0;              // in 1/4096 pixel
  std::vector<std::int64_t> top_;        // y of each row
  std::vector<std::int64_t> left_;       // x of each row's first tile
  std::vector<std::int64_t> span_;       // from each row's first tile to its last
  std::vector<std::uint64_t> first_{0};  // number of each row's first tile, and the end
};

// All tiles of one source size: angles, then rows, then columns, numbered densely from 0.
class Tiling {
 public:
  // width, height in [1, kMaxEdge]; Errc::bad_input otherwise. `whole` needs the single angle 0
  // (Errc::usage).
  Tiling(std::int64_t width, std::int64_t height, std::span<const Angle> angles, const TilingSpec& spec);

  std::int64_t width() const { return width_; }
  std::int64_t height() const { return height_; }
  std::uint64_t tiles() const { return first_.back(); }
  std::span<const AngleGrid> grids() const { return grids_; }

  // `number` in [0, tiles()).
  TileAddress locate(std::uint64_t number) const;
  // The inverse of locate().
  std::uint64_t number_of(const TileAddress& tile) const;
  TileFrame frame(const TileAddress& tile) const { return grids_[tile.angle].frame(tile.row, tile.column); }

 private:
  std::int64_t width_;
  std::int64_t height_;
  std::vector<AngleGrid> grids_;
  std::vector<std::uint64_t> first_{0};  // number of each angle's first tile, and the end
};

}  // namespace frag
