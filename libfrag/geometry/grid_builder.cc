#include "libfrag/geometry/grid_builder.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <tuple>
#include <utility>

namespace frag {
namespace {

// Products of lengths and sines that leave 64 bits live here; results are back in 64.
__extension__ using Wide = __int128;

std::int64_t floor_div(Wide numerator, Wide denominator) {
  Wide quotient = numerator / denominator;
  if (numerator % denominator != 0 && (numerator < 0) != (denominator < 0)) --quotient;
  return static_cast<std::int64_t>(quotient);
}

std::int64_t round_div(Wide numerator, Wide denominator) {
  return floor_div(2 * numerator + denominator, 2 * denominator);
}

struct Extent {
  std::int64_t width, height;
};

// k (w, h) with k = min(W / (w c + h s), H / (w s + h c)), rounded down to 1/4096 pixel: the largest
// rectangle of the shape w x h inside the turned W x H.
Extent scaled_to_fit(std::int64_t w, std::int64_t h, std::int64_t W, std::int64_t H, std::int64_t c,
                     std::int64_t s) {
  const Wide across = Wide{w} * c + Wide{h} * s;
  const Wide down = Wide{w} * s + Wide{h} * c;
  const bool across_limits = Wide{W} * down <= Wide{H} * across;
  const Wide edge = across_limits ? W : H;
  const Wide denominator = across_limits ? across : down;
  return {floor_div(edge * w * kOne * kSubpixel, denominator),
          floor_div(edge * h * kOne * kSubpixel, denominator)};
}

}  // namespace

GridBuilder::GridBuilder(AngleGrid& target, std::int64_t source_width, std::int64_t source_height,
                         const Angle& at, const TilingSpec& with)
    : grid(target),
      width(source_width),
      height(source_height),
      cosine(std::abs(std::int64_t{at.cosine})),
      sine(std::abs(std::int64_t{at.sine})),
      same_sign((at.cosine < 0) == (at.sine < 0)),
      spec(with) {}

void GridBuilder::build() {
  grid.tile_width_ = grid.tile_height_ = spec.tile;
  grid.stride_ = spec.stride * kSubpixel;
  switch (spec.fit) {
    case Fit::whole:
      return build_whole();
    case Fit::cover:
      return build_cover();
    case Fit::inscribed:
      return build_inscribed();
    case Fit::largest:
      return build_largest();
  }
}

void GridBuilder::build_whole() {
  grid.tile_width_ = width;
  grid.tile_height_ = height;
  add_row(-height * (kSubpixel / 2), -width * (kSubpixel / 2), 1, 0);
}

void GridBuilder::build_inscribed() {
  const auto [longer, shorter] = std::minmax(width, height, std::greater<>());
  const Extent landscape = scaled_to_fit(longer, shorter, width, height, cosine, sine);
  const Extent portrait = scaled_to_fit(shorter, longer, width, height, cosine, sine);
  // The larger of two that hold as many: at a right angle that is the whole image, and the grid meets its
  // pixels.
  const auto worth = [this](const Extent& extent) {
    return std::pair(tiles_in(extent.width) * tiles_in(extent.height), Wide{extent.width} * extent.height);
  };
  const Extent& best = worth(portrait) > worth(landscape) ? portrait : landscape;
  build_rectangle(best.width, best.height);
}

// Of all axis-parallel rectangles inside a turned one, the largest has either two corners on the long sides
// (the first case) or all four corners on a side each.
void GridBuilder::build_largest() {
  const Wide c = cosine, s = sine;
  const std::int64_t shorter = std::min(width, height), longer = std::max(width, height);
  if (Wide{shorter} * kOne * kOne <= 2 * s * c * longer || c == s) {
    const std::int64_t along = floor_div(Wide{shorter} * kOne * (kSubpixel / 2), s);
    const std::int64_t across = floor_div(Wide{shorter} * kOne * (kSubpixel / 2), c);
    return width >= height ? build_rectangle(along, across) : build_rectangle(across, along);
  }
  const Wide double_angle = c * c - s * s;
  const Wide unit = Wide{kOne} * kSubpixel;
  build_rectangle(floor_div((width * c - height * s) * unit, double_angle),
                  floor_div((height * c - width * s) * unit, double_angle));
}

void GridBuilder::build_rectangle(std::int64_t rect_width, std::int64_t rect_height) {
  const std::int64_t columns = tiles_in(rect_width);
  const std::int64_t rows = tiles_in(rect_height);
  if (rows == 0 || columns == 0) return;
  const std::int64_t tile = spec.tile * kSubpixel;
  const Run down = anchored(rows, rect_height - tile);
  for (std::int64_t row = 0; row < rows; ++row) {
    add_row(-(rect_height / 2) + down.shift + step_of(row, rows, down.span), -(rect_width / 2), columns,
            rect_width - tile);
  }
}

namespace {

// Row ends are worked out in 1/2^34 pixel: in 1/4096 pixel a row's own rounding, magnified up to 57,000 times
// where it meets an edge at a small angle, would move them, and decide ties such as those at 15 degrees
// (where 1 / (sin cos) is 4).
constexpr std::int64_t kFine = std::int64_t{1} << 22;

// The interval of x, in fine units, that constraints low <= denominator x <= high leave.
class RowEnds {
 public:
  void narrow(Wide low, Wide high, Wide denominator) {
    if (denominator == 0) return;
    if (left_over_ == 0 || low * left_over_ > left_ * denominator)
      std::tie(left_, left_over_) = std::tie(low, denominator);
    if (right_over_ == 0 || high * right_over_ < right_ * denominator) {
      std::tie(right_, right_over_) = std::tie(high, denominator);
    }
  }
  // Tiles `stride` apart (1/4096 pixel) that fit when the row may be longer by `slack`; at least one.
  std::int64_t tiles(std::int64_t stride, std::int64_t slack) const {
    const Wide length = right_ * left_over_ - left_ * right_over_;
    const Wide unit = left_over_ * right_over_ * kFine;
    return floor_div(std::max<Wide>(length + slack * unit, 0), stride * unit) + 1;
  }
  // In 1/4096 pixel, to the nearest.
  std::int64_t left() const { return round_div(left_, left_over_ * kFine); }
  std::int64_t right() const { return round_div(right_, right_over_ * kFine); }

 private:
  Wide left_ = 0, left_over_ = 0, right_ = 0, right_over_ = 0;  // fractions; over 0: not bounded yet
};

}  // namespace

// A tile is inside the turned image exactly if its centre is inside the turned rectangle with half-sides
//   a = W/2 - e, b = H/2 - e, e = T (c + s) / 2.
// With the picture leaning one way, the centres (x, y) satisfy |c x - s y| <= a and |s x + c y| <= b, c, s >=
// 0; leaning the other way is the mirror image. Rounding to the nearest 1/4096 pixel here cannot make a tile
// read outside the source: see the note on margins in docs/geometry.md.
void GridBuilder::build_cover() {
  const Wide c = cosine, s = sine;
  const Wide unit = kOne * kSubpixel;  // of a and b
  const Wide reach = (c + s) * spec.tile * (kSubpixel / 2);
  const Wide a = width * (unit / 2) - reach;
  const Wide b = height * (unit / 2) - reach;
  if (a < 0 || b < 0) return;

  // Where both constraints meet, y = (a s + b c) / (s^2 + c^2): rounded sines are not quite on the circle.
  const Wide lowest = a * s + b * c;
  const Wide norm = c * c + s * s;
  const std::int64_t rows = floor_div(2 * lowest, norm * grid.stride_) + 1;
  const std::int64_t topmost = -round_div(lowest, norm);
  const Run down = anchored(rows, floor_div(2 * lowest, norm));
  const Wide top = -round_div(lowest * kFine, norm);  // in fine units
  // The samples of a tile lie (c + s - 1) / 2 pixel inside its corners: where that is ample, a row whose
  // length is a whole number of strides but for the rounding of its sines gets its last tile.
  const std::int64_t slack = (c + s - kOne) * kSubpixel > 4 * kOne ? 1 : 0;
  const std::int64_t half_tile = spec.tile * (kSubpixel / 2);
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t below = down.shift + step_of(row, rows, down.span);
    const Wide y = top + Wide{below} * kFine;
    RowEnds ends;
    ends.narrow(s * y - a * kFine, s * y + a * kFine, c);
    ends.narrow(-b * kFine - c * y, b * kFine - c * y, s);
    const std::int64_t left = same_sign ? ends.left() : -ends.right();
    add_row(topmost + below - half_tile, left - half_tile, ends.tiles(grid.stride_, slack),
            ends.right() - ends.left());
  }
}

std::int64_t GridBuilder::tiles_in(std::int64_t length) const {
  const std::int64_t spare = length - spec.tile * kSubpixel;
  return spare < 0 ? 0 : spare / grid.stride_ + 1;
}

GridBuilder::Run GridBuilder::anchored(std::int64_t count, std::int64_t room) const {
  const std::int64_t packed = (count - 1) * grid.stride_;
  const std::int64_t spare = std::max<std::int64_t>(room - packed, 0) / kSubpixel * kSubpixel;
  const std::int64_t middle = spare / 2 / kSubpixel * kSubpixel;
  switch (spec.anchor) {
    case Anchor::start:
      break;
    case Anchor::center:
      return {middle, packed};
    case Anchor::spread:
      return count == 1 ? Run{middle, 0} : Run{0, packed + spare};
  }
  return {0, packed};
}

void GridBuilder::add_row(std::int64_t top, std::int64_t left, std::int64_t tiles, std::int64_t room) {
  const Run run = anchored(tiles, room);
  grid.top_.push_back(top);
  grid.left_.push_back(left + run.shift);
  grid.span_.push_back(run.span);
  grid.first_.push_back(grid.first_.back() + static_cast<std::uint64_t>(tiles));
}

}  // namespace frag
