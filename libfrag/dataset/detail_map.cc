#include "libfrag/dataset/detail_map.h"

#include <algorithm>
#include <array>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/label_rule.h"

namespace frag {
namespace {

__extension__ using Wide = unsigned __int128;

// to_gray()'s products: compilers make plain loads faster than multiplications of interleaved samples.
struct LumaTable {
  std::array<std::uint32_t, 256> red{}, green{}, blue{};
  constexpr LumaTable() {
    for (std::uint32_t level = 0; level < 256; ++level) {
      red[level] = 19595 * level + 32768;
      green[level] = 38470 * level;
      blue[level] = 7471 * level;
    }
  }
};
constexpr LumaTable kLuma;

using Histogram = std::array<std::uint64_t, 256>;

Histogram histogram_of(const std::vector<DetailCell>& cells) {
  Histogram histogram{};
  for (const DetailCell& cell : cells) ++histogram[cell.sum / cell.pixels];
  return histogram;
}

// With n0 and s0 the count and sum at or below a level and n1, s1 above it, the variance between the two is
// (s1 n0 - s0 n1)^2 / (n0 n1) over n^2, which all levels share. There are at most 2^24 cells of levels below
// 2^8, so the difference is below 2^56 and its square below 2^112; taking the quotient's floor loses less
// than one part in the count of cells.
std::optional<std::uint32_t> otsu(const Histogram& histogram) {
  std::uint64_t count = 0, sum = 0;
  for (std::uint64_t level = 0; level < histogram.size(); ++level) {
    count += histogram[level];
    sum += histogram[level] * level;
  }
  std::optional<std::uint32_t> best;
  Wide most = 0;
  std::uint64_t n0 = 0, s0 = 0;
  for (std::uint32_t level = 0; level + 1 < histogram.size(); ++level) {
    n0 += histogram[level];
    s0 += histogram[level] * level;
    const std::uint64_t n1 = count - n0, s1 = sum - s0;
    if (n0 == 0 || n1 == 0) continue;
    const Wide apart = s1 * n0 - s0 * n1;  // not negative: what is above the level has the higher mean
    const Wide between = apart * apart / (static_cast<Wide>(n0) * n1);
    if (best && between <= most) continue;
    best = level;
    most = between;
  }
  return best;
}

}  // namespace

DetailMap::DetailMap(CellGrid grid, std::vector<DetailCell> cells)
    : grid_(std::move(grid)), cells_(std::move(cells)) {
  if (static_cast<std::int64_t>(cells_.size()) != grid_.cells()) {
    throw Error(Errc::internal, "a detail map of " + std::to_string(cells_.size()) + " cells for a grid of " +
                                    std::to_string(grid_.cells()));
  }
  threshold_ = otsu(histogram_of(cells_));
}

DetailMapBuilder::DetailMapBuilder(CellGrid grid)
    : grid_(std::move(grid)),
      sums_(static_cast<std::size_t>(grid_.raster_width())),
      squares_(static_cast<std::size_t>(grid_.raster_width())) {
  cells_.reserve(static_cast<std::size_t>(grid_.cells()));
}

void DetailMapBuilder::add_rows(std::int64_t top, const Image& band) {
  if (top != next_row_ || band.width() != grid_.raster_width() ||
      band.height() > grid_.raster_height() - top) {
    throw Error(Errc::internal, "rows of a source out of order: " + std::to_string(band.height()) + " of " +
                                    std::to_string(band.width()) + " pixels at " + std::to_string(top));
  }
  for (std::int64_t y = 0; y < band.height(); ++y) {
    add_row(gray_row(band, y));
    ++next_row_;
    ++open_rows_;
    if (open_rows_ == grid_.cell() || next_row_ == grid_.raster_height()) close_cells();
  }
}

// The grey levels of a row: its own bytes, or converted into line_.
const std::uint8_t* DetailMapBuilder::gray_row(const Image& band, std::int64_t y) {
  const auto width = static_cast<std::size_t>(band.width());
  const std::uint8_t* row = band.row(y);
  if (band.channels() == 1 && band.bits() == 8) return row;
  line_.resize(width);
  std::uint8_t* out = line_.data();
  if (band.bits() == 16) {
    const std::uint16_t* deep = band.row16(y);
    for (std::size_t x = 0; x < width; ++x) out[x] = static_cast<std::uint8_t>(deep[x] >> 8);
  } else {
    for (std::size_t x = 0; x < width; ++x, row += 3) {
      out[x] =
          static_cast<std::uint8_t>((kLuma.red[row[0]] + kLuma.green[row[1]] + kLuma.blue[row[2]]) >> 16);
    }
  }
  return line_.data();
}

// Sums stay by column of pixels until the cells are full: long plain loops, which compilers vectorise. 512
// rows of 255^2 fit 32 bits.
void DetailMapBuilder::add_row(const std::uint8_t* gray) {
  for (std::size_t x = 0; x < sums_.size(); ++x) {
    const std::uint32_t level = gray[x];
    sums_[x] += level;
    squares_[x] += level * level;
  }
}

void DetailMapBuilder::close_cells() {
  for (std::int64_t left = 0; left < grid_.raster_width(); left += grid_.cell()) {
    const std::int64_t right = std::min(left + grid_.cell(), grid_.raster_width());
    DetailCell cell;
    cell.pixels = static_cast<std::uint32_t>((right - left) * open_rows_);
    for (auto x = static_cast<std::size_t>(left); x < static_cast<std::size_t>(right); ++x) {
      cell.sum += sums_[x];
      cell.squares += squares_[x];
    }
    cells_.push_back(cell);
  }
  std::fill(sums_.begin(), sums_.end(), 0);
  std::fill(squares_.begin(), squares_.end(), 0);
  open_rows_ = 0;
}

DetailMap DetailMapBuilder::finish() {
  return DetailMap(std::move(grid_), std::move(cells_));
}

TileDetail detail_of_tile(const DetailMap& map, const Angle& angle, const TileFrame& frame) {
  TileCells numbers;
  map.grid().cells_of_tile(angle, frame, numbers);
  TileDetail tile;
  // floor(sum / pixels) > threshold exactly where sum >= (threshold + 1) pixels.
  const std::uint64_t first_bright = map.threshold().value_or(0) + 1;
  for (const std::uint32_t number : numbers) {
    const DetailCell& cell = map.cells()[number];
    tile.pixels += cell.pixels;
    tile.sum += cell.sum;
    tile.squares += cell.squares;
    tile.bright += cell.sum >= first_bright * cell.pixels;
  }
  tile.dark = kLatticePoints - tile.bright;
  if (!map.threshold()) tile.bright = tile.dark = 0;
  return tile;
}

const char* name_of(Background background) {
  return background == Background::bright ? "bright" : "dark";
}

Background parse_background(std::string_view name) {
  for (const Background background : {Background::bright, Background::dark}) {
    if (name == name_of(background)) return background;
  }
  throw Error(Errc::usage, "background " + is_none_of(name, {"bright", "dark"}));
}

// 256 cells of at most 2^18 pixels: pixels^2 variance is below 2^26 2^42, and all products below 2^98.
bool is_kept(const TileDetail& tile, const DetailRule& rule) {
  const std::int64_t foreground = rule.background == Background::bright ? tile.dark : tile.bright;
  if (foreground * kMillion < rule.min_foreground * kLatticePoints) return false;
  const Wide variance =
      static_cast<Wide>(tile.pixels) * tile.squares - static_cast<Wide>(tile.sum) * tile.sum;
  const auto least = static_cast<Wide>(rule.min_detail) * static_cast<Wide>(rule.min_detail);
  return variance * 65536 >= least * tile.pixels * tile.pixels;
}

}  // namespace frag
