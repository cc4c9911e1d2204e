#include "libfrag/dataset/label_map.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "libfrag/base/error.h"

namespace frag {

LabelMap::LabelMap(CellGrid grid, std::vector<std::uint8_t> cells)
    : grid_(std::move(grid)), cells_(std::move(cells)) {
  if (static_cast<std::int64_t>(cells_.size()) != grid_.cells()) {
    throw Error(Errc::internal, "a label map of " + std::to_string(cells_.size()) + " cells for a grid of " +
                                    std::to_string(grid_.cells()));
  }
  for (const std::uint8_t cell : cells_) {
    if (cell != kNone) classes_ = std::max<std::size_t>(classes_, cell + std::size_t{1});
  }
}

std::optional<std::uint32_t> class_of_tile(const LabelMap& map, const Angle& angle, const TileFrame& frame,
                                           std::int64_t min_share) {
  TileCells cells;
  map.grid().cells_of_tile(angle, frame, cells);
  // Neighbouring points are mostly of one class: four counts of each, in turn, do not wait for one another.
  constexpr std::size_t kTurns = 4;
  std::uint16_t counts[kTurns][LabelMap::kNone + 1];
  for (auto& turn : counts) {
    std::fill_n(turn, map.classes(), std::uint16_t{0});
    turn[LabelMap::kNone] = 0;
  }
  const std::uint8_t* classes = map.cells().data();
  for (std::size_t i = 0; i < cells.size(); i += kTurns) {
    for (std::size_t turn = 0; turn < kTurns; ++turn) ++counts[turn][classes[cells[i + turn]]];
  }
  std::int64_t most = 0;
  std::uint32_t best = 0;
  for (std::uint32_t number = 0; number < map.classes(); ++number) {
    std::int64_t count = 0;
    for (const auto& turn : counts) count += turn[number];
    if (count <= most) continue;
    most = count;
    best = number;
  }
  if (most * kMillion < std::max<std::int64_t>(1, min_share) * kLatticePoints) return std::nullopt;
  return best;
}

CellGrid mask_grid(const Placement& placement, std::int64_t mask_width, std::int64_t mask_height,
                   std::int64_t tile) {
  const std::int64_t width = placement.original_width, height = placement.original_height;
  // At 1/k of the size each edge is off width / k and height / k by less than a pixel of its own.
  const std::int64_t skew = std::abs(mask_width * height - mask_height * width);
  if (mask_width > width || mask_height > height || skew >= std::max(width, height)) {
    throw Error(Errc::bad_input, "the mask has " + std::to_string(mask_width) + "x" +
                                     std::to_string(mask_height) + " pixels and its source " +
                                     std::to_string(width) + "x" + std::to_string(height) +
                                     "; it shows the whole source, at the same scale or a smaller one");
  }
  return CellGrid::for_tile(placement, mask_width, mask_height, tile);
}

LabelMapBuilder::LabelMapBuilder(CellGrid grid, std::span<const MaskColour> colours)
    : grid_(std::move(grid)),
      colours_(colours.begin(), colours.end()),
      counts_(static_cast<std::size_t>(grid_.columns()) * (colours.size() + 1)) {
  if (colours_.size() > kMaxMapClasses) {
    throw Error(Errc::usage, "a mask of " + std::to_string(colours_.size()) + " classes; " +
                                 std::to_string(kMaxMapClasses) + " are the most");
  }
  for (MaskColour gray = 0; gray < 256; ++gray) gray_kinds_.push_back(kind_of(gray * 0x010101));
  cells_.reserve(static_cast<std::size_t>(grid_.cells()));
}

std::uint8_t LabelMapBuilder::kind_of(MaskColour colour) const {
  return static_cast<std::uint8_t>(std::find(colours_.begin(), colours_.end(), colour) - colours_.begin());
}

void LabelMapBuilder::add_rows(std::int64_t top, const Image& band) {
  if (top != next_row_ || band.width() != grid_.raster_width() ||
      band.height() > grid_.raster_height() - top) {
    throw Error(Errc::internal, "rows of a mask out of order: " + std::to_string(band.height()) + " of " +
                                    std::to_string(band.width()) + " pixels at " + std::to_string(top));
  }
  for (std::int64_t y = 0; y < band.height(); ++y) {
    count_row(kinds_of_row(band, y));
    ++next_row_;
    if (next_row_ % grid_.cell() == 0 || next_row_ == grid_.raster_height()) close_cells();
  }
}

// The kinds of a row's pixels: class numbers, and the count of classes for none.
const std::uint8_t* LabelMapBuilder::kinds_of_row(const Image& band, std::int64_t y) {
  line_.resize(static_cast<std::size_t>(band.width()));
  std::uint8_t* out = line_.data();
  const std::uint8_t* row = band.row(y);
  const std::uint16_t* deep = band.row16(y);
  const auto none = static_cast<std::uint8_t>(colours_.size());
  if (band.bits() == 16) {
    for (std::size_t x = 0; x < line_.size(); ++x) out[x] = deep[x] < 256 ? gray_kinds_[deep[x]] : none;
  } else if (band.channels() == 1) {
    for (std::size_t x = 0; x < line_.size(); ++x) out[x] = gray_kinds_[row[x]];
  } else {
    // Masks are flat: the pixel before is nearly always of the same colour.
    MaskColour last = 0;
    std::uint8_t kind = gray_kinds_[0];
    for (std::size_t x = 0; x < line_.size(); ++x, row += 3) {
      const auto colour = static_cast<MaskColour>(row[0] << 16 | row[1] << 8 | row[2]);
      if (colour != last) kind = kind_of(last = colour);
      out[x] = kind;
    }
  }
  return out;
}

// Counts by runs, because a mask's cells are mostly of one kind.
void LabelMapBuilder::count_row(const std::uint8_t* kinds) {
  const std::size_t width = line_.size();
  const auto cell = static_cast<std::size_t>(grid_.cell());
  std::uint32_t* counts = counts_.data();
  for (std::size_t x = 0; x < width; counts += colours_.size() + 1) {
    const std::size_t right = std::min(x + cell, width);
    while (x < right) {
      const std::size_t first = x;
      while (x < right && kinds[x] == kinds[first]) ++x;
      counts[kinds[first]] += static_cast<std::uint32_t>(x - first);
    }
  }
}

void LabelMapBuilder::close_cells() {
  const std::size_t kinds = colours_.size() + 1;
  for (std::size_t at = 0; at < counts_.size(); at += kinds) {
    std::uint8_t best = LabelMap::kNone;
    std::uint32_t most = counts_[at + kinds - 1];
    for (std::size_t i = 0; i + 1 < kinds; ++i) {
      if (counts_[at + i] <= most) continue;
      most = counts_[at + i];
      best = static_cast<std::uint8_t>(i);
    }
    cells_.push_back(best);
  }
  std::fill(counts_.begin(), counts_.end(), 0);
}

LabelMap LabelMapBuilder::finish() {
  return LabelMap(std::move(grid_), std::move(cells_));
}

std::vector<MaskColour> mask_colours(const LabelRule& rule, std::span<const std::string> classes) {
  std::vector<MaskColour> colours;
  for (const std::string& name : classes) {
    const auto found = rule.values.find(name);
    if (found == rule.values.end()) {
      throw Error(Errc::usage, "labels.values has no value for the class \"" + name + "\"; add one");
    }
    colours.push_back(found->second);
  }
  return colours;
}

}  // namespace frag
