#include "server/sources.h"

#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/source_rows.h"
#include "libfrag/http/ranges.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/resize.h"
#include "server/fragments.h"
#include "server/samples.h"

namespace frag {
namespace {

using http::HttpError;
using http::Request;
using http::Response;

std::uint32_t source_of(const ServedDataset& dataset, const Request& request) {
  const std::string& text = request.captures.at("id");
  const auto number = parse_integer(text);
  if (!number || *number < 0) throw HttpError(400, "\"" + text + "\" is not a source's number");
  const std::size_t sources = dataset.catalog().sources().size();
  if (static_cast<std::uint64_t>(*number) >= sources)
    throw HttpError(404, "source " + text + " is not one of the " + std::to_string(sources) +
                             " of this dataset; they are numbered from 0");
  return static_cast<std::uint32_t>(*number);
}

std::optional<std::uint32_t> class_param(const Catalog& catalog, const Request& request) {
  const auto name = request.param("class");
  if (!name) return std::nullopt;
  const auto& classes = catalog.classes();
  const auto found = std::find(classes.begin(), classes.end(), *name);
  if (found == classes.end())
    throw HttpError(404, "class \"" + *name + "\" is none of " + join(classes, ", "));
  return static_cast<std::uint32_t>(found - classes.begin());
}

bool has_class(const SourceTable& sources, std::size_t i, std::uint32_t wanted) {
  const auto kept = sources.kept(i);
  if (kept.empty()) return sources.class_number(i) == wanted;
  return std::any_of(kept.begin(), kept.end(),
                     [wanted](const KeptClass& one) { return one.class_number == wanted; });
}

Json row_of(const SourceTable& sources, std::size_t i) {
  return parse_json(source_line(sources[i], i), "source");
}

}  // namespace

Response sources_answer(const ServedDataset& dataset, const Request& request) {
  const Catalog& catalog = dataset.catalog();
  const SourceTable& sources = catalog.sources();
  const std::uint64_t offset = number_param(request, "offset").value_or(0);
  const std::uint64_t limit = number_param(request, "limit").value_or(kUsualRows);
  if (limit > kMostRows)
    throw HttpError(400, "limit=" + std::to_string(limit) + " is more than the " + std::to_string(kMostRows) +
                             " of one page; ask for the rest with offset");
  const auto split = request.param("split");
  const auto class_number = class_param(catalog, request);
  Json rows = Json::array();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (split && sources.split(i) != *split) continue;
    if (class_number && !has_class(sources, i, *class_number)) continue;
    if (total >= offset && rows.size() < limit) rows.push_back(row_of(sources, i));
    ++total;
  }
  return Response::json({{"total", total}, {"offset", offset}, {"sources", rows}});
}

Response source_answer(const ServedDataset& dataset, const Request& request) {
  const Catalog& catalog = dataset.catalog();
  const std::uint32_t number = source_of(dataset, request);
  Json grids = Json::array();
  const auto tilings = catalog.tiling(number).grids();
  for (std::size_t i = 0; i < tilings.size(); ++i)
    grids.push_back({{"angle", catalog.angles()[i].degrees()},
                     {"rows", tilings[i].rows()},
                     {"tiles", tilings[i].tiles()}});
  return Response::json({{"source", row_of(catalog.sources(), number)}, {"grids", grids}});
}

Response tiles_answer(const ServedDataset& dataset, const Request& request) {
  const Catalog& catalog = dataset.catalog();
  const std::uint32_t source = source_of(dataset, request);
  const Tiling& tiling = catalog.tiling(source);
  const std::uint64_t number = number_param(request, "angle").value_or(0);
  if (number >= tiling.grids().size())
    throw HttpError(404, "angle=" + std::to_string(number) + " is not one of the " +
                             std::to_string(tiling.grids().size()) + " angles, numbered from 0");
  const AngleGrid& grid = tiling.grids()[number];
  const Angle& angle = catalog.angles()[number];
  const FragmentId first =
      catalog.sources().first_fragment(source) +
      (grid.tiles() == 0 ? 0 : tiling.number_of({static_cast<std::uint32_t>(number), 0, 0}));
  Json tiles = Json::array();
  for (std::uint32_t row = 0; row < grid.rows(); ++row) {
    for (std::uint32_t column = 0; column < grid.columns(row); ++column) {
      const FragmentId id = first + grid.first_of(row) + column;
      const std::string class_name = catalog.class_name(id);
      tiles.push_back({{"id", id},
                       {"corners", tile_corners(tiling, angle, grid.frame(row, column))},
                       {"kept", !class_name.empty()},
                       {"class", class_name.empty() ? Json(nullptr) : Json(class_name)}});
    }
  }
  return Response::json({{"source", source}, {"angle", angle.degrees()}, {"tiles", tiles}});
}

std::shared_ptr<const std::string> PictureCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, jpeg] : pictures_)
    if (name == key) return jpeg;
  return nullptr;
}

void PictureCache::add(const std::string& key, std::shared_ptr<const std::string> jpeg) {
  const std::lock_guard lock(mutex_);
  held_ += jpeg->size();
  pictures_.emplace_back(key, std::move(jpeg));
  while (held_ > bytes_ && pictures_.size() > 1) {
    held_ -= pictures_.front().second->size();
    pictures_.pop_front();
  }
}

namespace {

std::string draw_picture(const ServedDataset& dataset, std::uint32_t source, std::int64_t width) {
  const auto pixels = dataset.pixels(source);
  const SourceTable& sources = dataset.catalog().sources();
  const std::int64_t w = std::min(width, sources.width(source));
  const std::int64_t h = std::max<std::int64_t>(1, sources.height(source) * w / sources.width(source));
  const std::int64_t edge = std::max(w, h);
  const Image picture = pixels->whole ? resize_area(*pixels->whole, w, h) : pixels->by_region->overview(edge);
  return encode_jpeg(to_8_bit(picture), kSampleJpegQuality);
}

}  // namespace

Response picture_answer(const ServedDataset& dataset, RenderGate& gate, PictureCache& cache,
                        const Request& request) {
  const std::uint32_t source = source_of(dataset, request);
  const std::uint64_t width = number_param(request, "width").value_or(kUsualWidth);
  if (width < kLeastWidth || width > kMostWidth)
    throw HttpError(400, "width=" + std::to_string(width) + " is not within " + std::to_string(kLeastWidth) +
                             " to " + std::to_string(kMostWidth) + " pixels");
  const std::string key = dataset.catalog().id() + " " + std::to_string(source) + " " + std::to_string(width);
  auto jpeg = cache.find(key);
  if (!jpeg) {
    const RenderGate::Turn turn = gate.start(request.remote);
    jpeg =
        std::make_shared<const std::string>(draw_picture(dataset, source, static_cast<std::int64_t>(width)));
    cache.add(key, jpeg);
  }
  const auto read = [jpeg](std::uint64_t from, std::uint64_t count) { return jpeg->substr(from, count); };
  return serve(request, http::readable(jpeg->size(), xxh3_128_hex(*jpeg), "image/jpeg", read));
}

}  // namespace frag
