#include "libfrag/cutting/tile_classes.h"

#include <algorithm>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag {
namespace {

// Where the pixels of `row` lie in level 0 of its page, which masks and annotations speak of.
Placement placement_of(const ImageFile& file, const Source& row) {
  const PageInfo page = file.info(row.page);
  const PageLevel& level = page.levels[row.level];
  Placement placement;
  placement.width = row.width;
  placement.height = row.height;
  placement.region = row.box.value_or(Box{0, 0, level.width, level.height});
  placement.original_width = level.width;
  placement.original_height = level.height;
  return placement;
}

LabelMap read_mask(const LabelledFile& entry, const Recipe& recipe, const Placement& placement,
                   const std::vector<std::string>& classes) {
  const ImageFile mask = ImageFile::from_path(entry.labels);
  const PageInfo info = mask.info(0);
  const CellGrid grid = mask_grid(placement, info.width, info.height, recipe.tile);
  LabelMapBuilder builder(grid, mask_colours(recipe.labels, classes));
  ReadOptions options;
  options.bits = info.bits;
  constexpr std::int64_t kRows = 1024;
  const std::int64_t step = info.by_region ? kRows : info.height;
  for (std::int64_t top = 0; top < info.height; top += step) {
    builder.add_rows(top,
                     mask.read_region(0, options, {0, top, info.width, std::min(step, info.height - top)}));
  }
  return builder.finish();
}

// Annotations are in pixels of level 0: a level's cells are found through its scale.
Placement at_full_resolution(Placement placement, const PageInfo& page) {
  const auto scale = [](std::int64_t at, std::int64_t from, std::int64_t to) {
    return (2 * at * to + from) / (2 * from);
  };
  const std::int64_t w = placement.original_width, h = placement.original_height;
  Box& region = placement.region;
  const std::int64_t right = scale(region.x + region.width, w, page.width);
  const std::int64_t bottom = scale(region.y + region.height, h, page.height);
  region.x = scale(region.x, w, page.width);
  region.y = scale(region.y, h, page.height);
  region.width = std::max<std::int64_t>(1, right - region.x);
  region.height = std::max<std::int64_t>(1, bottom - region.y);
  placement.original_width = page.width;
  placement.original_height = page.height;
  return placement;
}

}  // namespace

TileClasses::TileClasses(const LabelledFile& entry, const ImageFile& file, const Recipe& recipe,
                         const std::vector<Angle>& angles, const Tiling& tiling, const Source& row)
    : recipe_(recipe), angles_(angles), tiling_(tiling) {
  const std::int64_t tile = recipe.fit == Fit::whole ? std::min(row.width, row.height) : recipe.tile;
  if (recipe.leaves_out())
    detail_.emplace(CellGrid::for_tile(Placement::whole(row.width, row.height), row.width, row.height, tile));
  if (!recipe.labels.within_sources()) return;
  const Placement placement = placement_of(file, row);
  if (recipe.labels.from == LabelsFrom::mask) {
    for (const auto& [name, colour] : recipe.labels.values) classes_.push_back(name);
    labels_.emplace(read_mask(entry, recipe, placement, classes_));
    return;
  }
  const Annotations annotations = read_annotations(entry.labels);
  std::set<std::string> names;
  for (const Region& region : annotations.regions) names.insert(region.class_name);
  classes_ = recipe.labels.classes;
  if (classes_.empty()) classes_.assign(names.begin(), names.end());
  const PageInfo page = file.info(row.page);
  const CellGrid grid =
      CellGrid::for_tile(at_full_resolution(placement, page), page.width, page.height, tile);
  labels_.emplace(draw_annotations(grid, annotations, classes_));
}

void TileClasses::add_rows(std::int64_t top, const Image& band) {
  if (detail_) detail_->add_rows(top, band);
}

void TileClasses::decide(ExaminedSource& source) {
  if (!detail_ && !labels_) return;
  std::optional<DetailMap> detail;
  if (detail_) detail.emplace(detail_->finish());
  const DetailRule rule = recipe_.detail_rule();
  std::vector<std::string> names = classes_;
  if (!labels_) names = {source.class_name};
  std::vector<ClassBits> kept;
  for (const std::string& name : names)
    kept.push_back({name, std::vector<bool>(static_cast<std::size_t>(tiling_.tiles()), false)});
  std::uint64_t left = 0;
  for (std::uint64_t number = 0; number < tiling_.tiles(); ++number) {
    const TileAddress at = tiling_.locate(number);
    const TileFrame frame = tiling_.frame(at);
    const Angle& angle = angles_[at.angle];
    std::optional<std::uint32_t> chosen = 0;
    if (labels_) chosen = class_of_tile(*labels_, angle, frame, recipe_.labels.min_share);
    if (chosen && detail && !is_kept(detail_of_tile(*detail, angle, frame), rule)) chosen.reset();
    if (!chosen) continue;
    kept[*chosen].bits[number] = true;
    ++left;
  }
  if (left == 0) {
    throw Error(Errc::bad_input,
                std::string("none of its ") + std::to_string(tiling_.tiles()) + " fragments " +
                    (labels_ ? "is of a class" : "shows enough to be kept (min_detail, min_foreground)"));
  }
  if (!labels_ && left == tiling_.tiles()) return;
  for (ClassBits& entry : kept) {
    if (std::find(entry.bits.begin(), entry.bits.end(), true) != entry.bits.end())
      source.kept.push_back(std::move(entry));
  }
  if (labels_) source.class_name.clear();
}

}  // namespace frag
