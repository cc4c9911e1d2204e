#include "libfrag/cutting/preview.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/image/draw.h"
#include "libfrag/sampling/sampler.h"

namespace frag {
namespace {

constexpr Colour kPaper{250, 250, 248}, kInk{40, 44, 52}, kTile{255, 176, 0}, kFirst{0, 114, 178};
constexpr std::int64_t kSourceWidth = 900, kMargin = 24, kCaption = 44;
constexpr std::int64_t kThumb = 104, kGap = 6, kColumns = 6, kLabelHeight = 22;
constexpr double kPreferredDegrees = 30;

// A tile's corners on the source as drawn, `scale` canvas pixels to a source pixel.
std::vector<Point> corners_of(const TileFrame& frame, const Angle& angle, const Tiling& tiling,
                              double scale) {
  const double c = angle.cosine / static_cast<double>(kOne), s = angle.sine / static_cast<double>(kOne);
  const double left = static_cast<double>(frame.x) / kSubpixel,
               top = static_cast<double>(frame.y) / kSubpixel;
  const double right = left + static_cast<double>(frame.width),
               bottom = top + static_cast<double>(frame.height);
  std::vector<Point> corners;
  for (const auto& [x, y] :
       {std::pair(left, top), std::pair(right, top), std::pair(right, bottom), std::pair(left, bottom)}) {
    corners.push_back({kMargin + scale * (static_cast<double>(tiling.width()) / 2 + c * x - s * y),
                       kCaption + scale * (static_cast<double>(tiling.height()) / 2 + s * x + c * y)});
  }
  return corners;
}

std::uint32_t choose_angle(const Catalog& catalog, const PreviewOptions& options) {
  const auto& angles = catalog.angles();
  const auto at = [&](std::uint32_t i) { return angles[i].degrees(); };
  if (options.millidegrees) {
    for (std::uint32_t i = 0; i < angles.size(); ++i) {
      if (angles[i].millidegrees == *options.millidegrees) return i;
    }
    throw Error(Errc::usage,
                format_degrees(*options.millidegrees) + " degrees is not one of the dataset's angles");
  }
  std::uint32_t best = 0;
  for (std::uint32_t i = 1; i < angles.size(); ++i) {
    if (std::abs(at(i) - kPreferredDegrees) < std::abs(at(best) - kPreferredDegrees)) best = i;
  }
  return best;
}

void draw_source(Canvas& canvas, FragmentRenderer& renderer, const Catalog& catalog, std::uint32_t source,
                 std::uint32_t angle, double scale) {
  const Tiling& tiling = catalog.tiling(source);
  const auto height = static_cast<std::int64_t>(static_cast<double>(tiling.height()) * scale);
  canvas.paste(*renderer.pixels(source), kMargin, kCaption, kSourceWidth, height);
  const AngleGrid& grid = tiling.grids()[angle];
  for (std::uint32_t row = 0; row < grid.rows(); ++row) {
    for (std::uint32_t column = 0; column < grid.columns(row); ++column) {
      canvas.outline(corners_of(grid.frame(row, column), catalog.angles()[angle], tiling, scale), kTile);
    }
  }
  if (grid.tiles() > 0) {
    canvas.outline(corners_of(grid.frame(0, 0), catalog.angles()[angle], tiling, scale), kFirst, 3);
  }
  canvas.text(kMargin, kCaption - 16,
              catalog.sources()[source].name + ": " + format_count(grid.tiles()) + " of its " +
                  format_count(tiling.tiles()) + " fragments, those at " +
                  format_degrees(catalog.angles()[angle].millidegrees) + " degrees",
              kInk);
}

// A row of fragments for each class, drawn at random from the whole dataset's first split.
void draw_sheet(Canvas& canvas, FragmentRenderer& renderer, const Catalog& catalog, std::uint64_t seed,
                std::int64_t left) {
  const Sampler sampler(catalog);
  SampleSpec spec;
  spec.split = catalog.splits().front();
  spec.seed = seed;
  spec.count = catalog.classes().size() * kColumns;
  spec.repeats = Repeats::allow;
  const SampleList list = sampler.draw(spec);
  std::vector<std::int64_t> drawn(catalog.classes().size(), 0);
  for (std::uint64_t position = 0; position < list.size(); ++position) {
    const FragmentId id = list.at(position);
    const std::uint32_t number = catalog.sources()[catalog.source_of(id)].class_number;
    if (drawn[number] == kColumns) continue;
    const std::int64_t x = left + drawn[number]++ * (kThumb + kGap);
    const std::int64_t y = kCaption + number * (kThumb + kGap + kLabelHeight);
    canvas.paste(renderer.render(id), x, y + kLabelHeight, kThumb, kThumb);
  }
  for (std::size_t number = 0; number < catalog.classes().size(); ++number) {
    const auto y = kCaption + static_cast<std::int64_t>(number) * (kThumb + kGap + kLabelHeight);
    canvas.text(left, y + kLabelHeight - 7, catalog.classes()[number], kInk, 1.1);
  }
  canvas.text(left, kCaption - 16, "fragments of split \"" + spec.split + "\" by class", kInk);
}

}  // namespace

Image draw_preview(const DatasetFolder& folder, const PreviewOptions& options) {
  const Catalog& catalog = folder.catalog();
  const std::uint32_t source = options.source.value_or(0);
  if (source >= catalog.sources().size()) {
    throw Error(Errc::usage, "source " + std::to_string(source) + " is not one of the dataset's " +
                                 std::to_string(catalog.sources().size()) + " (numbered from 0)");
  }
  FragmentRenderer renderer(folder);
  const Tiling& tiling = catalog.tiling(source);
  const double scale = static_cast<double>(kSourceWidth) / static_cast<double>(tiling.width());
  const auto source_height = static_cast<std::int64_t>(static_cast<double>(tiling.height()) * scale);
  const std::int64_t sheet_height =
      static_cast<std::int64_t>(catalog.classes().size()) * (kThumb + kGap + kLabelHeight);
  const std::int64_t sheet_left = kMargin * 2 + kSourceWidth;
  Canvas canvas(sheet_left + kColumns * (kThumb + kGap) + kMargin,
                kCaption + std::max(source_height, sheet_height) + kMargin, kPaper);
  draw_source(canvas, renderer, catalog, source, choose_angle(catalog, options), scale);
  draw_sheet(canvas, renderer, catalog, options.seed, sheet_left);
  return canvas.image().clone();
}

}  // namespace frag
