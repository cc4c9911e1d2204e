#include "libfrag/cutting/panels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/coverage.h"
#include "libfrag/cutting/fragment_table.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/resize.h"
#include "libfrag/sampling/sampler.h"

namespace frag {
namespace {

constexpr Colour kTile{230, 159, 0}, kFirst{0, 114, 178}, kLeftOut{60, 60, 66};
constexpr double kPreferredDegrees = 30;
constexpr std::int64_t kMapEdge = 450;  // cells of a heat map along its longer edge

// A source's size when its longer edge is `edge`.
PixelSize panel_size(const Tiling& tiling, std::int64_t edge) {
  const std::int64_t longer = std::max(tiling.width(), tiling.height());
  return {std::max<std::int64_t>(1, tiling.width() * edge / longer),
          std::max<std::int64_t>(1, tiling.height() * edge / longer)};
}

// The tiles of one source at one angle, drawn on it.
class TileDrawing {
 public:
  TileDrawing(const DatasetFolder& folder, std::uint32_t source, std::uint32_t angle, std::int64_t edge)
      : catalog_(folder.catalog()),
        source_(source),
        angle_(angle),
        tiling_(catalog_.tiling(source)),
        size_(panel_size(tiling_, edge)),
        scale_(static_cast<double>(size_.width) / static_cast<double>(tiling_.width())),
        canvas_(size_.width, size_.height, kPaper) {
    canvas_.paste(folder.open_source(source).overview(edge), 0, 0, size_.width, size_.height);
    count_fates();
  }

  Panel panel() {
    draw_tiles();
    Panel panel;
    const std::uint64_t here = tiling_.grids()[angle_].tiles();
    panel.title = catalog_.sources()[source_].name + ": " + format_count(here) + " of " +
                  format_count(tiling_.tiles()) + " fragments, at " +
                  format_degrees(catalog_.angles()[angle_].millidegrees) + " degrees";
    for (const auto& [number, count] : kept_) {
      panel.legend.push_back({colour_of(number), catalog_.classes()[number] + " " + format_count(count)});
    }
    if (left_out_ > 0) panel.legend.push_back({kLeftOut, "left out " + format_count(left_out_)});
    if (!several() && here > 0) panel.legend.push_back({kFirst, "the first fragment"});
    panel.picture = canvas_.image().clone();
    return panel;
  }

 private:
  using Fate = std::optional<std::uint32_t>;  // a class, or left out

  template <class Visit>
  void for_each_tile(const Visit& visit) const {
    const AngleGrid& grid = tiling_.grids()[angle_];
    const FragmentId first = catalog_.sources().first_fragment(source_);
    for (std::uint32_t row = 0; row < grid.rows(); ++row) {
      for (std::uint32_t column = 0; column < grid.columns(row); ++column) {
        const TileAddress tile{angle_, row, column};
        visit(tile, catalog_.class_of(first + tiling_.number_of(tile)));
      }
    }
  }

  void count_fates() {
    for_each_tile([this](const TileAddress&, const Fate& fate) { ++(fate ? kept_[*fate] : left_out_); });
  }

  // Whether tiles have to be told apart.
  bool several() const { return left_out_ > 0 || kept_.size() > 1; }
  Colour colour_of(std::uint32_t number) const { return kept_.size() > 1 ? class_colour(number) : kTile; }

  // The tile's corners on the canvas, drawn together about its centre to `share` of its edges.
  std::vector<Point> corners_of(const TileAddress& tile, double share = 1) const {
    const TilePlace place = place_of(catalog_, {source_, tile});
    std::vector<Point> corners;
    for (const SourcePoint& corner : place.corners) {
      const auto towards = [&](std::int64_t from, std::int64_t to) {
        return scale_ / double{kPositionUnit} *
               (static_cast<double>(from) + share * static_cast<double>(to - from));
      };
      corners.push_back({towards(place.centre.x, corner.x), towards(place.centre.y, corner.y)});
    }
    return corners;
  }

  // What was left out lies below what was kept.
  void draw_tiles() {
    if (several()) {
      const TilingSpec spec = catalog_.recipe().tiling();
      const double share = std::min(1.0, static_cast<double>(spec.stride) / static_cast<double>(spec.tile));
      for_each_tile([&](const TileAddress& tile, const Fate& fate) {
        canvas_.fill(corners_of(tile, share), fate ? colour_of(*fate) : kLeftOut,
                     fate ? kept_.size() > 1 ? 0.25 : 0.1 : 0.55);
      });
      for_each_tile([&](const TileAddress& tile, const Fate& fate) {
        if (!fate) canvas_.outline(corners_of(tile), kLeftOut);
      });
    }
    for_each_tile([&](const TileAddress& tile, const Fate& fate) {
      if (fate) canvas_.outline(corners_of(tile), colour_of(*fate));
    });
    if (!several() && !kept_.empty()) canvas_.outline(corners_of({angle_, 0, 0}), kFirst, 3);
  }

  const Catalog& catalog_;
  const std::uint32_t source_, angle_;
  const Tiling& tiling_;
  const PixelSize size_;
  const double scale_;  // canvas pixels to a pixel of the source
  Canvas canvas_;
  std::map<std::uint32_t, std::uint64_t> kept_;  // tiles of this angle by class
  std::uint64_t left_out_ = 0;
};

Panel panel_of_pixels(std::string title, const Image& pixels, const PixelSize& size) {
  Panel panel;
  panel.title = std::move(title);
  const Image small = to_8_bit(pixels);
  panel.levels.assign(256, 0);
  for (std::int64_t y = 0; y < small.height(); ++y) {
    const std::uint8_t* row = small.row(y);
    for (std::int64_t i = 0; i < small.width() * small.channels(); ++i) ++panel.levels[row[i]];
  }
  panel.picture = to_rgb(resize_area(small, size.width, size.height));
  return panel;
}

}  // namespace

std::uint32_t choose_angle(const Catalog& catalog, std::optional<std::int32_t> millidegrees) {
  const auto& angles = catalog.angles();
  if (millidegrees) {
    for (std::uint32_t i = 0; i < angles.size(); ++i) {
      if (angles[i].millidegrees == *millidegrees) return i;
    }
    throw Error(Errc::usage, format_degrees(*millidegrees) +
                                 " degrees is not one of the dataset's angles, which are " +
                                 catalog.recipe().angles);
  }
  const auto away = [](const Angle& angle) { return std::abs(angle.degrees() - kPreferredDegrees); };
  const auto nearest = std::min_element(angles.begin(), angles.end(),
                                        [&](const Angle& a, const Angle& b) { return away(a) < away(b); });
  return static_cast<std::uint32_t>(nearest - angles.begin());
}

Panel tiles_panel(const DatasetFolder& folder, std::uint32_t source, std::uint32_t angle, std::int64_t edge) {
  return TileDrawing(folder, source, angle, edge).panel();
}

Panel coverage_panel(const DatasetFolder& folder, std::uint32_t source, std::int64_t edge) {
  const Catalog& catalog = folder.catalog();
  const PixelSize size = panel_size(catalog.tiling(source), edge);
  const std::int64_t columns = std::max<std::int64_t>(1, size.width * kMapEdge / edge);
  const std::int64_t rows = std::max<std::int64_t>(1, size.height * kMapEdge / edge);
  const CoverageMap map = map_coverage(catalog, source, columns, rows);
  const std::uint32_t most = map.most();
  std::array<Colour, 256> scale{};
  for (std::size_t i = 0; i < scale.size(); ++i) scale[i] = heat_colour(static_cast<double>(i) / 255);
  Image heat(columns, rows, 3);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::uint64_t count = map.at(column, row);
      const Colour colour = count == 0 ? kLeftOut : scale[count * 255 / most];
      std::uint8_t* pixel = heat.row(row) + 3 * column;
      pixel[0] = colour.red, pixel[1] = colour.green, pixel[2] = colour.blue;
    }
  }
  Canvas canvas(size.width, size.height, kPaper);
  canvas.paste(heat, 0, 0, size.width, size.height);
  Panel panel;
  panel.title = catalog.sources()[source].name + ": " + format_fixed(map.share() * 100, 1) + " % shown";
  panel.picture = canvas.image().clone();
  panel.heat_most = most;
  if (map.share() < 1) panel.legend.push_back({kLeftOut, "shown by none"});
  return panel;
}

ContrastPanels contrast_panels(const DatasetFolder& folder, std::uint32_t source, std::int64_t edge) {
  const Catalog& catalog = folder.catalog();
  const Contrast contrast = catalog.recipe().contrast;
  if (contrast == Contrast::none) {
    throw Error(Errc::usage,
                "the recipe of this dataset leaves the contrast as it is, so there is no before and after; "
                "cut with --contrast stretch, equalise or clahe to have one");
  }
  const SourcePixels pixels = folder.open_source(source);
  const std::string name = catalog.sources()[source].name;
  if (pixels.by_region()) {
    throw Error(Errc::usage, name + ": too large to be shown before and after; choose another --source");
  }
  const PixelSize size = panel_size(catalog.tiling(source), edge);
  return {panel_of_pixels(name + " as it is stored", pixels.as_stored(), size),
          panel_of_pixels(std::string("after ") + name_of(contrast), pixels.whole(), size)};
}

std::vector<ClassRow> draw_class_rows(const DatasetFolder& folder, std::uint64_t seed, std::size_t each,
                                      std::size_t most_classes) {
  const Catalog& catalog = folder.catalog();
  const std::size_t classes = catalog.classes().size();
  std::vector<ClassRow> rows(std::min(classes, most_classes));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].class_number = static_cast<std::uint32_t>(i);
  const Sampler sampler(catalog);
  SampleSpec spec;
  spec.split = catalog.splits().front();
  spec.seed = seed;
  spec.count = classes * each;
  spec.repeats = Repeats::allow;
  const SampleList list = sampler.draw(spec);
  FragmentRenderer renderer(folder);
  for (std::uint64_t position = 0; position < list.size(); ++position) {
    const FragmentId id = list.at(position);
    const std::uint32_t number = catalog.class_of(id).value();
    if (number >= rows.size() || rows[number].fragments.size() == each) continue;
    rows[number].fragments.push_back(to_rgb(renderer.render(id)));
  }
  return rows;
}

}  // namespace frag
