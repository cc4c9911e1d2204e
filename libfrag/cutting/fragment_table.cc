#include "libfrag/cutting/fragment_table.h"

#include "libfrag/archive/sample_tar.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

// Where a point of the turned frame, in 1/4096 pixel, lies along one axis of the source: half the edge plus
// a px + b py with a and b in 2^-30, rounded to 1/10000 pixel. In 128 bits, because a slide's products
// leave 64.
std::int64_t along(std::int64_t edge, std::int64_t a, std::int64_t px, std::int64_t b, std::int64_t py) {
  __extension__ using Wide = __int128;
  constexpr int kBits = 42;  // 2^30 times 4096
  const Wide at = (Wide{edge} << (kBits - 1)) + Wide{a} * px + Wide{b} * py;
  return static_cast<std::int64_t>((at * kPositionUnit + (Wide{1} << (kBits - 1))) >> kBits);
}

}  // namespace

TilePlace place_of(const Catalog& catalog, const FragmentAddress& address) {
  const Tiling& tiling = catalog.tiling(address.source);
  return place_of(tiling.width(), tiling.height(), catalog.angles()[address.tile.angle],
                  tiling.frame(address.tile));
}

TilePlace place_of(std::int64_t width, std::int64_t height, const Angle& angle, const TileFrame& frame) {
  const auto point = [&](std::int64_t px, std::int64_t py) {
    return SourcePoint{along(width, angle.cosine, px, -std::int64_t{angle.sine}, py),
                       along(height, angle.sine, px, angle.cosine, py)};
  };
  const std::int64_t right = frame.x + frame.width * kSubpixel, bottom = frame.y + frame.height * kSubpixel;
  return {point(frame.x + frame.width * kSubpixel / 2, frame.y + frame.height * kSubpixel / 2),
          {point(frame.x, frame.y), point(right, frame.y), point(right, bottom), point(frame.x, bottom)}};
}

std::string format_position(std::int64_t ten_thousandths) {
  const std::int64_t size = ten_thousandths < 0 ? -ten_thousandths : ten_thousandths;
  const std::string fraction = std::to_string(size % kPositionUnit);
  return (ten_thousandths < 0 ? "-" : "") + std::to_string(size / kPositionUnit) + "." +
         std::string(4 - fraction.size(), '0') + fraction;
}

std::string fragment_columns() {
  return "id,split,class,label,source,angle,row,column,x,y,w,h";
}

std::string fragment_cells(const Catalog& catalog, FragmentId id) {
  const FragmentAddress address = catalog.locate(id);
  const Source& source = catalog.sources()[address.source];
  const std::uint32_t number = fragment_class(catalog, id);
  const TileFrame frame = catalog.tiling(address.source).frame(address.tile);
  const SourcePoint centre = place_of(catalog, address).centre;
  return join(
      {std::to_string(id), csv_field(source.split), std::to_string(number),
       csv_field(catalog.classes()[number]), csv_field(source.name),
       format_degrees(catalog.angles()[address.tile.angle].millidegrees), std::to_string(address.tile.row),
       std::to_string(address.tile.column), format_position(centre.x), format_position(centre.y),
       std::to_string(frame.width), std::to_string(frame.height)},
      ",");
}

std::string corner_columns() {
  return "x0,y0,x1,y1,x2,y2,x3,y3";
}

std::string corner_cells(const Catalog& catalog, FragmentId id) {
  std::vector<std::string> cells;
  for (const SourcePoint& corner : place_of(catalog, catalog.locate(id)).corners) {
    cells.push_back(format_position(corner.x));
    cells.push_back(format_position(corner.y));
  }
  return join(cells, ",");
}

std::vector<std::string> take_csv_record(std::string_view& text) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char letter = text[at];
    if (quoted) {
      if (letter != '"') {
        cells.back().push_back(letter);
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        cells.back().push_back(text[++at]);
      } else {
        quoted = false;
      }
    } else if (letter == '"') {
      quoted = true;
    } else if (letter == ',') {
      cells.emplace_back();
    } else if (letter == '\n') {
      ++at;
      break;
    } else {
      cells.back().push_back(letter);
    }
  }
  if (quoted) throw Error(Errc::bad_input, "a quote in a CSV that does not end");
  text.remove_prefix(at);
  return cells;
}

}  // namespace frag
