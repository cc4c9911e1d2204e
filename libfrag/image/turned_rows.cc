#include "libfrag/image/turned_rows.h"

#include <cstring>

namespace frag {
namespace {

// An image of that size and of the source's kind; the old one where it fits.
void shape(Image& image, std::int64_t width, std::int64_t height, const Image& source) {
  if (image.width() == width && image.height() == height && image.channels() == source.channels() &&
      image.bits() == source.bits()) {
    return;
  }
  image = Image(width, height, source.channels(), source.bits());
}

// `to`'s lines from `first` on become `from`'s, starting with its pixel (left, top).
void copy_lines(const Image& from, std::int64_t left, std::int64_t top, Image& to, std::int64_t first,
                std::int64_t lines) {
  const auto bytes = static_cast<std::size_t>(to.width() * to.pixel_bytes());
  for (std::int64_t y = 0; y < lines; ++y)
    std::memcpy(to.row(first + y), from.row(top + y) + left * from.pixel_bytes(), bytes);
}

// The frame that all tiles of a row fill together, and the pixels from a tile to the next.
struct StripFrame {
  StripFrame(const AngleGrid& grid, std::uint32_t row) : frame(grid.frame(row, 0)) {
    const std::uint32_t columns = grid.columns(row);
    if (columns > 1) stride = (grid.frame(row, 1).x - frame.x) / kSubpixel;
    frame.width += (columns - 1) * stride;
  }
  TileFrame frame;
  std::int64_t stride = 0;
};

}  // namespace

void TurnedRows::render(const Image& source, const Angle& angle, const AngleGrid& grid, TileRows rows,
                        const TakeTile& take) {
  TileFrame above{};
  for (std::uint32_t row = rows.first; row < rows.last; ++row) {
    if (grid.columns(row) == 0) continue;
    const auto [frame, stride] = StripFrame(grid, row);
    const std::int64_t down = (frame.y - above.y) / kSubpixel;
    const bool continues =
        row > rows.first && frame.x == above.x && frame.width == above.width && down < frame.height;
    if (continues) {
      const std::int64_t kept = frame.height - down;
      copy_lines(strip_, 0, down, strip_, 0, kept);
      shape(lines_, frame.width, down, source);
      render_tile(source, angle, {frame.x, frame.y + kept * kSubpixel, frame.width, down}, lines_);
      copy_lines(lines_, 0, 0, strip_, kept, down);
    } else {
      shape(strip_, frame.width, frame.height, source);
      render_tile(source, angle, frame, strip_);
    }
    above = frame;

    const TileFrame first = grid.frame(row, 0);
    shape(tile_, first.width, first.height, source);
    for (std::uint32_t column = 0; column < grid.columns(row); ++column) {
      copy_lines(strip_, column * stride, 0, tile_, 0, first.height);
      take(grid.first_of(row) + column, tile_);
    }
  }
}

}  // namespace frag
