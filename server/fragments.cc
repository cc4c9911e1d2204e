#include "server/fragments.h"

#include <memory>

#include "libfrag/base/digest.h"
#include "libfrag/base/text.h"
#include "libfrag/http/ranges.h"

namespace frag {
namespace {

using http::HttpError;
using http::Request;
using http::Response;

FragmentId id_of(const Request& request) {
  const std::string& text = request.captures.at("id");
  const auto id = parse_integer(text);
  if (!id || *id < 0) throw HttpError(400, "\"" + text + "\" is not a fragment's number");
  return static_cast<FragmentId>(*id);
}

const char* content_type(SampleFormat format) {
  switch (format) {
    case SampleFormat::png:
      return "image/png";
    case SampleFormat::jpg:
      return "image/jpeg";
    case SampleFormat::raw:
      break;
  }
  return "application/octet-stream";
}

// To a thousandth of a pixel.
double rounded(double pixels) {
  return static_cast<double>(static_cast<std::int64_t>(pixels * 1000 + (pixels < 0 ? -0.5 : 0.5))) / 1000;
}

}  // namespace

Response fragment_answer(const ServedDataset& dataset, RenderGate& gate, const Request& request,
                         SampleFormat format) {
  const FragmentAddress address = dataset.catalog().locate(id_of(request));
  std::string bytes;
  {
    const RenderGate::Turn turn = gate.start(request.remote);
    Image pixels;
    dataset.render(address, pixels);
    bytes = encode_pixels(pixels, format);
    gate.count_fragment();
  }
  const auto shared = std::make_shared<const std::string>(std::move(bytes));
  const auto read = [shared](std::uint64_t from, std::uint64_t count) { return shared->substr(from, count); };
  return serve(request, http::readable(shared->size(), xxh3_128_hex(*shared), content_type(format), read));
}

Json tile_corners(const Tiling& tiling, const Angle& angle, const TileFrame& frame) {
  const double left = static_cast<double>(frame.x) / kSubpixel,
               top = static_cast<double>(frame.y) / kSubpixel;
  const double right = left + static_cast<double>(frame.width),
               bottom = top + static_cast<double>(frame.height);
  const double c = static_cast<double>(angle.cosine) / kOne, s = static_cast<double>(angle.sine) / kOne;
  const double x = static_cast<double>(tiling.width()) / 2, y = static_cast<double>(tiling.height()) / 2;
  Json corners = Json::array();
  for (const auto& [u, v] : {std::pair(left, top), {right, top}, {right, bottom}, {left, bottom}})
    corners.push_back({rounded(x + c * u - s * v), rounded(y + s * u + c * v)});
  return corners;
}

Response fragment_address_answer(const ServedDataset& dataset, const Request& request) {
  const FragmentId id = id_of(request);
  const Catalog& catalog = dataset.catalog();
  const FragmentAddress address = catalog.locate(id);
  const Tiling& tiling = catalog.tiling(address.source);
  const Angle& angle = catalog.angles()[address.tile.angle];
  const TileFrame frame = tiling.frame(address.tile);
  const Source source = catalog.sources()[address.source];
  const std::string class_name = catalog.class_name(id);
  return Response::json({{"id", id},
                         {"class", class_name.empty() ? Json(nullptr) : Json(class_name)},
                         {"source", address.source},
                         {"name", source.name},
                         {"split", source.split},
                         {"angle", angle.degrees()},
                         {"row", address.tile.row},
                         {"column", address.tile.column},
                         {"width", frame.width},
                         {"height", frame.height},
                         {"channels", source.channels},
                         {"bits", source.bits},
                         {"corners", tile_corners(tiling, angle, frame)}});
}

}  // namespace frag
