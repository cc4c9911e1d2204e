// Fragments as rows of a CSV: what they are and where they lie in their source, for people and other tools.
//
// Positions are in pixels of the source as its fragments see it (upright, x to the right, y downwards, pixel
// (i, j) covering [i, i+1) x [j, j+1)), from the tiling's own integers, rounded to 1/10000 pixel. RFC 4180
// with "\n". Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/catalog.h"

namespace frag {

// A position in the source in 1/10000 pixel.
struct SourcePoint {
  std::int64_t x = 0;
  std::int64_t y = 0;

  bool operator==(const SourcePoint&) const = default;
};

// What place_of() counts in a pixel.
inline constexpr std::int64_t kPositionUnit = 10000;

// A tile's centre, and its corners in the order of the picture seen through it: top left, top right, bottom
// right, bottom left.
struct TilePlace {
  SourcePoint centre;
  std::array<SourcePoint, 4> corners;
};
TilePlace place_of(const Catalog& catalog, const FragmentAddress& address);
// Of a frame on a source of width x height pixels.
TilePlace place_of(std::int64_t width, std::int64_t height, const Angle& angle, const TileFrame& frame);

// 12345678 -> "1234.5678"
std::string format_position(std::int64_t ten_thousandths);

// The columns that every table has: id, split, class number, label (the class's name), source (its name),
// angle in degrees, row and column of the grid, x and y of the centre, w and h of the tile.
std::string fragment_columns();
std::string fragment_cells(const Catalog& catalog, FragmentId id);

// The four corners' columns, x0,y0 to x3,y3.
std::string corner_columns();
std::string corner_cells(const Catalog& catalog, FragmentId id);

// The next record of `text`, which is shortened by it. Quotes that do not end are Errc::bad_input.
std::vector<std::string> take_csv_record(std::string_view& text);

}  // namespace frag
