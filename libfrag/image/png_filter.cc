#include "libfrag/image/png_filter.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace frag {
namespace {

// Their numbers in the file.
enum class Filter : std::uint8_t { sub = 1, up = 2, average = 3, paeth = 4 };
constexpr Filter kFilters[] = {Filter::sub, Filter::up, Filter::average, Filter::paeth};

// Rows that the choice looks at: one in so many.
constexpr std::int64_t kSampleStep = 8;

// The bytes of a row and of the one above, each behind zeros that stand for the pixels left of it.
class RowPair {
 public:
  explicit RowPair(const Image& image)
      : image_(image),
        bytes_(static_cast<std::size_t>(image.width() * image.pixel_bytes())),
        current_(kMargin + bytes_),
        above_(kMargin + bytes_) {}

  // Row `y` and the one above it; zeros above the first.
  void load(std::int64_t y) {
    read(y - 1, above_);
    read(y, current_);
  }
  // Row `y` where the last one loaded was y - 1.
  void advance(std::int64_t y) {
    current_.swap(above_);
    read(y, current_);
  }

  std::size_t bytes() const { return bytes_; }
  const std::uint8_t* current() const { return current_.data() + kMargin; }
  const std::uint8_t* above() const { return above_.data() + kMargin; }

 private:
  static constexpr std::size_t kMargin = 16;

  void read(std::int64_t y, std::vector<std::uint8_t>& row) const {
    std::uint8_t* to = row.data() + kMargin;
    if (y < 0) {
      std::memset(to, 0, bytes_);
    } else if (image_.bits() == 8) {
      std::memcpy(to, image_.row(y), bytes_);
    } else {
      const std::uint16_t* from = image_.row16(y);
      for (std::size_t x = 0; x < bytes_ / 2; ++x) {
        to[2 * x] = static_cast<std::uint8_t>(from[x] >> 8);
        to[2 * x + 1] = static_cast<std::uint8_t>(from[x]);
      }
    }
  }

  const Image& image_;
  std::size_t bytes_;
  std::vector<std::uint8_t> current_, above_;
};

// Whichever of left, up and upper left is nearest to left + up - upper left; ties in this order.
inline int paeth(int left, int up, int corner) {
  const int to_left = std::abs(up - corner), to_up = std::abs(left - corner);
  const int to_corner = std::abs(left + up - 2 * corner);
  const int nearer = to_up <= to_corner ? up : corner;
  return to_left <= to_up && to_left <= to_corner ? left : nearer;
}

// `difference[x]` = byte x less its prediction. One loop a filter, without branches: the compiler makes
// vectors of it.
template <typename Predict>
void subtract(const RowPair& rows, std::size_t pixel, std::uint8_t* difference, Predict predict) {
  const std::uint8_t* current = rows.current();
  const std::uint8_t* above = rows.above();
  const std::uint8_t* left = current - pixel;
  const std::uint8_t* corner = above - pixel;
  const std::size_t bytes = rows.bytes();
  for (std::size_t x = 0; x < bytes; ++x)
    difference[x] = static_cast<std::uint8_t>(current[x] - predict(left[x], above[x], corner[x]));
}

void apply(Filter filter, const RowPair& rows, std::size_t pixel, std::uint8_t* difference) {
  switch (filter) {
    case Filter::sub:
      return subtract(rows, pixel, difference, [](int left, int, int) { return left; });
    case Filter::up:
      return subtract(rows, pixel, difference, [](int, int up, int) { return up; });
    case Filter::average:
      return subtract(rows, pixel, difference, [](int left, int up, int) { return (left + up) >> 1; });
    case Filter::paeth:
      return subtract(rows, pixel, difference, paeth);
  }
}

std::uint64_t magnitude(const std::vector<std::uint8_t>& differences) {
  std::uint64_t sum = 0;
  for (const std::uint8_t difference : differences)
    sum += static_cast<std::uint64_t>(std::abs(static_cast<std::int8_t>(difference)));
  return sum;
}

Filter choose_filter(const Image& image, RowPair& rows) {
  std::vector<std::uint8_t> difference(rows.bytes());
  std::array<std::uint64_t, std::size(kFilters)> cost{};
  for (std::int64_t y = kSampleStep / 2; y < image.height(); y += kSampleStep) {
    rows.load(y);
    for (std::size_t i = 0; i < std::size(kFilters); ++i) {
      apply(kFilters[i], rows, static_cast<std::size_t>(image.pixel_bytes()), difference.data());
      cost[i] += magnitude(difference);
    }
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < cost.size(); ++i) {
    if (cost[i] < cost[best]) best = i;
  }
  return kFilters[best];
}

}  // namespace

void filter_rows(const Image& image, std::vector<std::uint8_t>& rows) {
  RowPair pair(image);
  const Filter filter = choose_filter(image, pair);
  rows.resize((1 + pair.bytes()) * static_cast<std::size_t>(image.height()));
  std::uint8_t* out = rows.data();
  for (std::int64_t y = 0; y < image.height(); ++y, out += 1 + pair.bytes()) {
    y == 0 ? pair.load(0) : pair.advance(y);
    *out = static_cast<std::uint8_t>(filter);
    apply(filter, pair, static_cast<std::size_t>(image.pixel_bytes()), out + 1);
  }
}

}  // namespace frag
