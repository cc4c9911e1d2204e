#include "trainer/predicting/class_map.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/text.h"
#include "libfrag/cutting/fragment_table.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/draw.h"
#include "libfrag/image/resize.h"

namespace frag::trainer {
namespace {

constexpr std::int64_t kLeastEdge = 800;  // smaller pictures are enlarged to it: tiles want to be seen
constexpr std::int64_t kMargin = 16, kLine = 34, kSwatch = 20;
constexpr double kOpacity = 0.4, kTextScale = 1.3;
constexpr Colour kInk{40, 44, 52};

// The picture in grey at the size of its map, as RGB.
Image grey_overview(const Picture& picture, std::int64_t width, std::int64_t height) {
  const DecodedSource& pixels = *picture.pixels;
  const std::int64_t edge = std::max(width, height);
  const Image seen =
      pixels.whole ? resize_area(*pixels.whole, width, height) : pixels.by_region->overview(edge);
  return to_rgb(to_gray(to_8_bit(seen)));
}

// The part of a tile that is nearer to its centre than to another's; up to its edge where there is no other.
TileFrame own_part(const Picture& picture, const TileAddress& tile) {
  const AngleGrid& grid = picture.tiling.grids()[tile.angle];
  TileFrame frame = grid.frame(tile.row, tile.column);
  const auto cut = [&picture](std::int64_t& from, std::int64_t& length, bool first, bool last) {
    const std::int64_t overlap = std::max<std::int64_t>(0, length - picture.stride);
    const std::int64_t before = first ? 0 : overlap / 2, after = last ? 0 : overlap - overlap / 2;
    from += before * kSubpixel;
    length -= before + after;
  };
  cut(frame.x, frame.width, tile.column == 0, tile.column + 1 == grid.columns(tile.row));
  cut(frame.y, frame.height, tile.row == 0, tile.row + 1 == grid.rows());
  return frame;
}

// `above` laid over `below` with kOpacity; both of one size, RGB.
Image laid_over(const Image& below, const Image& above) {
  Image out(below.width(), below.height(), 3);
  for (std::int64_t y = 0; y < out.height(); ++y) {
    for (std::int64_t i = 0; i < 3 * out.width(); ++i) {
      out.row(y)[i] = static_cast<std::uint8_t>(
          std::lround((1 - kOpacity) * below.row(y)[i] + kOpacity * above.row(y)[i]));
    }
  }
  return out;
}

struct LegendLine {
  Colour colour;
  std::string text;
};

class ClassMap {
 public:
  ClassMap(const Picture& picture, const PicturePrediction& prediction, const ModelCard& card)
      : picture_(picture), prediction_(prediction), card_(card) {
    const Tiling& tiling = picture.tiling;
    const std::int64_t longer = std::max(tiling.width(), tiling.height());
    scale_ = static_cast<double>(std::clamp(longer, kLeastEdge, kMapEdge)) / static_cast<double>(longer);
    width_ = std::max<std::int64_t>(1, std::llround(static_cast<double>(tiling.width()) * scale_));
    height_ = std::max<std::int64_t>(1, std::llround(static_cast<double>(tiling.height()) * scale_));
  }

  Image draw() {
    const std::vector<LegendLine> legend = this->legend();
    const auto rows = static_cast<std::int64_t>(legend.size()) + 1;
    Canvas canvas(std::max(width_, legend_width(legend)), height_ + 2 * kMargin + rows * kLine, kPaper);
    canvas.paste(coloured_picture(), 0, 0, width_, height_);
    std::int64_t y = height_ + kMargin + kSwatch;
    canvas.text(kMargin, y, picture_.name, kInk, kTextScale);
    for (const LegendLine& line : legend) {
      y += kLine;
      canvas.rectangle(kMargin, y - kSwatch + 3, kSwatch, kSwatch, line.colour);
      canvas.text(kMargin + kSwatch + 10, y, line.text, kInk, kTextScale);
    }
    return canvas.image().clone();
  }

 private:
  template <class Visit>
  void for_each_tile(const Visit& visit) const {
    const std::uint32_t angle = picture_.tiling.locate(picture_.tiles.front()).angle;
    for (std::size_t i = 0; i < picture_.tiles.size(); ++i) {
      const TileAddress tile = picture_.tiling.locate(picture_.tiles[i]);
      if (tile.angle == angle) visit(tile, prediction_.called[i]);
    }
  }

  // Opaque tiles first and then all at once over the picture: where tiles touch, no line shows.
  Image coloured_picture() const {
    const Image grey = grey_overview(picture_, width_, height_);
    Canvas tiles(width_, height_, kPaper);
    tiles.paste(grey, 0, 0, width_, height_);
    const Image plain = tiles.image().clone();
    for_each_tile([&](const TileAddress& tile, std::uint32_t called) {
      tiles.fill(corners_of(own_part(picture_, tile), tile.angle), class_colour(called), 1);
    });
    return laid_over(plain, tiles.image());
  }

  std::vector<Point> corners_of(const TileFrame& frame, std::uint32_t angle) const {
    const Tiling& tiling = picture_.tiling;
    std::vector<Point> corners;
    for (const SourcePoint& at :
         place_of(tiling.width(), tiling.height(), picture_.angles[angle], frame).corners)
      corners.push_back({static_cast<double>(at.x) * scale_ / double{kPositionUnit},
                         static_cast<double>(at.y) * scale_ / double{kPositionUnit}});
    return corners;
  }

  std::vector<LegendLine> legend() const {
    std::vector<std::uint64_t> counts(card_.classes.size(), 0);
    std::uint64_t all = 0;
    for_each_tile([&](const TileAddress&, std::uint32_t called) {
      ++counts[called];
      ++all;
    });
    std::vector<LegendLine> lines;
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (counts[c] == 0) continue;
      const double share = static_cast<double>(counts[c]) / static_cast<double>(all);
      lines.push_back({class_colour(c), card_.classes[c] + "  " + format_fixed(share * 100, 1) + " % of " +
                                            count_of(all, "fragment")});
    }
    return lines;
  }

  std::int64_t legend_width(const std::vector<LegendLine>& legend) const {
    std::int64_t width = Canvas::text_width(picture_.name, kTextScale);
    for (const LegendLine& line : legend)
      width = std::max(width, kSwatch + 10 + Canvas::text_width(line.text, kTextScale));
    return width + 2 * kMargin;
  }

  const Picture& picture_;
  const PicturePrediction& prediction_;
  const ModelCard& card_;
  double scale_ = 1;  // map pixels to a pixel of the picture
  std::int64_t width_ = 0, height_ = 0;
};

}  // namespace

Image draw_class_map(const Picture& picture, const PicturePrediction& prediction, const ModelCard& card) {
  return ClassMap(picture, prediction, card).draw();
}

}  // namespace frag::trainer
