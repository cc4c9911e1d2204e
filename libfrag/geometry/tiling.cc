#include "libfrag/geometry/tiling.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/geometry/grid_builder.h"

namespace frag {
namespace {

struct FitName {
  Fit fit;
  const char* name;
};
constexpr FitName kFits[] = {
    {Fit::inscribed, "inscribed"}, {Fit::largest, "largest"}, {Fit::cover, "cover"}, {Fit::whole, "whole"}};

struct AnchorName {
  Anchor anchor;
  const char* name;
};
constexpr AnchorName kAnchors[] = {
    {Anchor::start, "start"}, {Anchor::center, "center"}, {Anchor::spread, "spread"}};

// The index of the last element of the ascending `first` (whose last entry is the end) that is at most
// `number`.
std::uint32_t slot_of(const std::vector<std::uint64_t>& first, std::uint64_t number) {
  const auto after = std::upper_bound(first.begin(), first.end(), number);
  return static_cast<std::uint32_t>(std::distance(first.begin(), after) - 1);
}

}  // namespace

const char* name_of(Fit fit) {
  for (const auto& row : kFits) {
    if (row.fit == fit) return row.name;
  }
  return "";
}

Fit parse_fit(std::string_view name) {
  for (const auto& row : kFits) {
    if (row.name == name) return row.fit;
  }
  throw Error(Errc::usage, "fit " + is_none_of(name, {"inscribed", "largest", "cover", "whole"}));
}

const char* name_of(Anchor anchor) {
  for (const auto& row : kAnchors) {
    if (row.anchor == anchor) return row.name;
  }
  return "";
}

Anchor parse_anchor(std::string_view name) {
  for (const auto& row : kAnchors) {
    if (row.name == name) return row.anchor;
  }
  throw Error(Errc::usage, "anchor " + is_none_of(name, {"start", "center", "spread"}));
}

AngleGrid::AngleGrid(std::int64_t width, std::int64_t height, const Angle& angle, const TilingSpec& spec) {
  GridBuilder(*this, width, height, angle, spec).build();
}

std::uint32_t AngleGrid::row_of(std::uint64_t tile) const {
  return slot_of(first_, tile);
}

TileFrame AngleGrid::frame(std::uint32_t row, std::uint32_t column) const {
  return {left_[row] + step_of(column, columns(row), span_[row]), top_[row], tile_width_, tile_height_};
}

bool AngleGrid::row_covers(std::uint32_t row, std::int64_t x) const {
  const std::int64_t behind = x - left_[row];
  if (behind < 0 || behind >= span_[row] + tile_width_ * kSubpixel) return false;
  // Tiles are equally wide, so of those that begin before the point the last reaches furthest.
  std::int64_t last = 0, end = columns(row);
  while (end - last > 1) {
    const std::int64_t middle = (last + end) / 2;
    (step_of(middle, columns(row), span_[row]) <= behind ? last : end) = middle;
  }
  return behind < step_of(last, columns(row), span_[row]) + tile_width_ * kSubpixel;
}

bool AngleGrid::covers(std::int64_t x, std::int64_t y) const {
  const auto below = std::upper_bound(top_.begin(), top_.end(), y);
  for (auto row = below; row != top_.begin();) {
    --row;
    if (*row + tile_height_ * kSubpixel <= y) return false;
    if (row_covers(static_cast<std::uint32_t>(row - top_.begin()), x)) return true;
  }
  return false;
}

Tiling::Tiling(std::int64_t width, std::int64_t height, std::span<const Angle> angles, const TilingSpec& spec)
    : width_(width), height_(height) {
  if (width < 1 || height < 1 || width > kMaxEdge || height > kMaxEdge) {
    throw Error(Errc::bad_input, "a source of " + std::to_string(width) + "x" + std::to_string(height) +
                                     " pixels; an edge has between 1 and " + std::to_string(kMaxEdge));
  }
  if (spec.fit == Fit::whole && (angles.size() != 1 || angles[0].millidegrees != 0)) {
    throw Error(Errc::usage, "fit \"whole\" does not turn the source: its only angle is 0");
  }
  grids_.reserve(angles.size());
  for (const Angle& angle : angles) {
    grids_.emplace_back(width, height, angle, spec);
    first_.push_back(first_.back() + grids_.back().tiles());
  }
}

TileAddress Tiling::locate(std::uint64_t number) const {
  const std::uint32_t angle = slot_of(first_, number);
  const std::uint64_t tile = number - first_[angle];
  const std::uint32_t row = grids_[angle].row_of(tile);
  return {angle, row, static_cast<std::uint32_t>(tile - grids_[angle].first_of(row))};
}

std::uint64_t Tiling::number_of(const TileAddress& tile) const {
  return first_[tile.angle] + grids_[tile.angle].first_of(tile.row) + tile.column;
}

}  // namespace frag
