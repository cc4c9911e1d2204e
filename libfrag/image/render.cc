#include "libfrag/image/render.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <span>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/image/render_kernel.h"

namespace frag {
namespace {

// Among the source's pixel centres, in 1/2^P pixel.
struct Place {
  std::int64_t x, y;
};

Place operator+(Place a, Place b) {
  return {a.x + b.x, a.y + b.y};
}

// Where the samples of a frame lie: px and py of render.h.
class Places {
 public:
  Places(std::int64_t width, std::int64_t height, int sample_bits, const Angle& angle, const TileFrame& frame)
      : bits_(place_bits(sample_bits)),
        c_(angle.cosine),
        s_(angle.sine),
        left_(frame.x + kSubpixel / 2),
        top_(frame.y + kSubpixel / 2),
        middle_{(width - 1) << (bits_ - 1), (height - 1) << (bits_ - 1)} {}

  // P, and its unit: a pixel.
  int bits() const { return bits_; }
  std::int64_t one() const { return std::int64_t{1} << bits_; }

  // Of the frame's pixel (u, v): what its column and what its row contribute.
  Place at(std::int64_t u, std::int64_t v) const { return column(u) + row(v); }
  Place column(std::int64_t u) const {
    const std::int64_t x = left_ + u * kSubpixel;
    return {rounded(c_ * x), rounded(s_ * x)};
  }
  Place row(std::int64_t v) const {
    const std::int64_t y = top_ + v * kSubpixel;
    return {middle_.x - rounded(s_ * y), middle_.y + rounded(c_ * y)};
  }

 private:
  // From the 42 binary places of a product: 12 of the frame and 30 of the sine.
  std::int64_t rounded(std::int64_t product) const {
    const int drop = 42 - bits_;
    return (product + (std::int64_t{1} << (drop - 1))) >> drop;
  }

  int bits_;
  std::int64_t c_, s_;
  std::int64_t left_, top_;
  Place middle_;
};

struct Reach {
  Place least, most;
};

Reach reach_of(std::initializer_list<Place> places) {
  Reach reach{*places.begin(), *places.begin()};
  for (const Place& place : places) {
    reach.least = {std::min(reach.least.x, place.x), std::min(reach.least.y, place.y)};
    reach.most = {std::max(reach.most.x, place.x), std::max(reach.most.y, place.y)};
  }
  return reach;
}

// Places are monotonous along rows and columns, so that the outermost samples bound all.
Reach reach_of(const Places& places, std::int64_t width, std::int64_t height) {
  const std::int64_t right = width - 1, bottom = height - 1;
  return reach_of({places.at(0, 0), places.at(right, 0), places.at(0, bottom), places.at(right, bottom)});
}

bool holds(const SourceWindow& window, const Box& box) {
  return box.x >= window.x && box.y >= window.y && box.x + box.width <= window.x + window.pixels.width() &&
         box.y + box.height <= window.y + window.pixels.height();
}

// Renders at any angle: columns of runs, one column of at most kRunLength samples after another.
class RunRenderer {
 public:
  RunRenderer(const SourceWindow& source, const Places& places, Image& out)
      : source_(source),
        places_(places),
        out_(out),
        layout_{source.pixels.row(0), source.pixels.stride(), source.pixels.channels(), source.pixels.bits(),
                source.pixels.height() + Image::kPadRows},
        half_(half_weight(layout_.bits)),
        all_inside_(inside(reach_of(places, out.width(), out.height()))) {}

  void render() {
    for (std::int64_t u = 0; u < out_.width(); u += kRunLength) {
      render_column(u, std::min(kRunLength, out_.width() - u));
    }
  }

 private:
  void render_column(std::int64_t first, std::int64_t count) {
    const Place from = places_.column(first), to = places_.column(first + count - 1);
    const Place least = reach_of({from, to}).least;
    tabulate(first, count, least);
    std::array<Run, kRunLength> runs;
    std::size_t ready = 0;
    const auto flush = [&] {
      render_runs(layout_, columns_, std::span(runs).first(std::exchange(ready, 0)));
    };
    for (std::int64_t v = 0; v < out_.height(); ++v) {
      const Place row = places_.row(v);
      if (all_inside_ || inside(reach_of({from + row, to + row}))) {
        runs[ready++] = run_at(least + row, out_.row(v) + first * out_.pixel_bytes());
        if (ready == runs.size()) flush();
      } else {
        flush();
        render_clamped(first, count, v);
      }
    }
    flush();
  }

  Run run_at(Place least, std::uint8_t* out) const {
    const Place at = {least.x + half_, least.y + half_};
    const std::int64_t fraction = places_.one() - 1;
    return {(at.x >> places_.bits()) - source_.x, (at.y >> places_.bits()) - source_.y,
            static_cast<std::int32_t>(at.x & fraction), static_cast<std::int32_t>(at.y & fraction), out};
  }

  void tabulate(std::int64_t first, std::int64_t count, Place least) {
    columns_.count = count;
    for (std::int64_t u = 0; u < count + kMaxLanes; ++u) {
      const Place place = places_.column(first + std::min(u, count - 1));
      columns_.x[u] = static_cast<std::int32_t>(place.x - least.x);
      columns_.y[u] = static_cast<std::int32_t>(place.y - least.y);
    }
  }

  // Whether no rounded place has to be clamped.
  bool inside(const Reach& reach) const {
    const std::int64_t weight = places_.one() >> weight_bits(layout_.bits);
    const auto fits = [this, weight](std::int64_t least, std::int64_t most, std::int64_t edge) {
      return least + half_ >= 0 && most + half_ < (edge - 1) * places_.one() + weight;
    };
    return fits(reach.least.x, reach.most.x, source_.source_width) &&
           fits(reach.least.y, reach.most.y, source_.source_height);
  }

  // A run that meets the source's edge, which happens within 1/50 degree of a right angle only.
  void render_clamped(std::int64_t first, std::int64_t count, std::int64_t v) {
    const int bits = weight_bits(layout_.bits);
    const auto clamped = [this, bits](std::int64_t place, std::int64_t edge) {
      const std::int64_t rounded = (place + half_) >> (places_.bits() - bits);
      return std::clamp<std::int64_t>(rounded, 0, (edge - 1) << bits);
    };
    const std::int64_t fraction = (std::int64_t{1} << bits) - 1;
    for (std::int64_t u = first; u < first + count; ++u) {
      const Place place = places_.at(u, v);
      const std::int64_t x = clamped(place.x, source_.source_width);
      const std::int64_t y = clamped(place.y, source_.source_height);
      render_sample(layout_, layout_.at((x >> bits) - source_.x, (y >> bits) - source_.y),
                    static_cast<std::int32_t>(x & fraction), static_cast<std::int32_t>(y & fraction),
                    out_.row(v) + u * out_.pixel_bytes());
    }
  }

  const SourceWindow& source_;
  const Places& places_;
  Image& out_;
  const PixelLayout layout_;
  const std::int64_t half_;
  const bool all_inside_;
  RunColumns columns_;
};

// Copies pixels: `per_column` and `per_row` are the bytes from a pixel's source to that of its right and
// lower neighbour. In small squares, because one of the two directions crosses a row of the source at each
// step.
template <std::size_t kPixelBytes>
void copy_pixels(const std::uint8_t* from, std::int64_t per_column, std::int64_t per_row, Image& out) {
  constexpr std::int64_t kSquare = 32;
  for (std::int64_t top = 0; top < out.height(); top += kSquare) {
    for (std::int64_t left = 0; left < out.width(); left += kSquare) {
      const std::int64_t bottom = std::min(top + kSquare, out.height());
      const std::int64_t right = std::min(left + kSquare, out.width());
      for (std::int64_t v = top; v < bottom; ++v) {
        const std::uint8_t* pixel = from + v * per_row + left * per_column;
        std::uint8_t* to = out.row(v) + left * std::int64_t{kPixelBytes};
        for (std::int64_t u = left; u < right; ++u, pixel += per_column, to += kPixelBytes)
          std::memcpy(to, pixel, kPixelBytes);
      }
    }
  }
}

// Multiples of 90 degrees, where the tile's pixels lie on the source's; `x` and `y` are the first one's.
void copy_right_angle(const SourceWindow& source, const Angle& angle, std::int64_t x, std::int64_t y,
                      Image& out) {
  const std::int64_t c = angle.cosine / kOne, s = angle.sine / kOne;
  const std::int64_t pixel = source.pixels.pixel_bytes(), stride = source.pixels.stride();
  const std::uint8_t* from = source.pixels.row(y - source.y) + (x - source.x) * pixel;
  if (c == 1) {
    const auto row_bytes = static_cast<std::size_t>(out.width() * pixel);
    for (std::int64_t v = 0; v < out.height(); ++v) std::memcpy(out.row(v), from + v * stride, row_bytes);
    return;
  }
  const std::int64_t per_column = c * pixel + s * stride, per_row = c * stride - s * pixel;
  if (pixel == 1) return copy_pixels<1>(from, per_column, per_row, out);
  if (pixel == 2) return copy_pixels<2>(from, per_column, per_row, out);
  copy_pixels<3>(from, per_column, per_row, out);
}

// Whether all places are pixels of the source.
bool is_copy(const SourceWindow& source, const Angle& angle, const Places& places, const TileFrame& frame) {
  if (angle.cosine % kOne != 0 || angle.sine % kOne != 0) return false;
  const Reach reach = reach_of(places, frame.width, frame.height);
  const std::int64_t one = places.one();
  return ((reach.least.x | reach.least.y) & (one - 1)) == 0 && reach.least.x >= 0 && reach.least.y >= 0 &&
         reach.most.x <= (source.source_width - 1) * one && reach.most.y <= (source.source_height - 1) * one;
}

}  // namespace

Box window_of_tile(std::int64_t width, std::int64_t height, const Angle& angle, const TileFrame& frame) {
  const Places places(width, height, 16, angle, frame);
  const Reach reach = reach_of(places, frame.width, frame.height);
  // Places of 8-bit samples are rounded further, by less than 1/2048 pixel.
  const std::int64_t slack = places.one() / 2048;
  const auto pixel = [&](std::int64_t place, std::int64_t edge) {
    return std::clamp<std::int64_t>(place >> places.bits(), 0, edge - 1);
  };
  const std::int64_t x = pixel(reach.least.x - slack, width), y = pixel(reach.least.y - slack, height);
  return {x, y, pixel(reach.most.x + slack + places.one() - 1, width) + 1 - x,
          pixel(reach.most.y + slack + places.one() - 1, height) + 1 - y};
}

void render_tile(const SourceWindow& source, const Angle& angle, const TileFrame& frame, Image& out) {
  if (!holds(source, window_of_tile(source.source_width, source.source_height, angle, frame))) {
    throw Error(Errc::internal, "a tile needs pixels outside the part of the source that was read");
  }
  if (out.width() != frame.width || out.height() != frame.height ||
      out.channels() != source.pixels.channels() || out.bits() != source.pixels.bits()) {
    throw Error(Errc::internal, "a tile is rendered into an image of another size or kind");
  }
  const Places places(source.source_width, source.source_height, source.pixels.bits(), angle, frame);
  if (is_copy(source, angle, places, frame)) {
    const Place first = places.at(0, 0);
    return copy_right_angle(source, angle, first.x >> places.bits(), first.y >> places.bits(), out);
  }
  RunRenderer(source, places, out).render();
}

void render_tile(const Image& source, const Angle& angle, const TileFrame& frame, Image& out) {
  render_tile(SourceWindow(source), angle, frame, out);
}

Image render_tile(const SourceWindow& source, const Angle& angle, const TileFrame& frame) {
  Image out(frame.width, frame.height, source.pixels.channels(), source.pixels.bits());
  render_tile(source, angle, frame, out);
  return out;
}

Image render_tile(const Image& source, const Angle& angle, const TileFrame& frame) {
  return render_tile(SourceWindow(source), angle, frame);
}

}  // namespace frag
