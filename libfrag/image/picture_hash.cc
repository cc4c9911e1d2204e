#include "libfrag/image/picture_hash.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "libfrag/image/convert.h"

namespace frag {
namespace {

constexpr int kEdge = PictureHash::kEdge;
constexpr int kDetailEdge = PictureHash::kDetailEdge;
constexpr int kBits = 8;  // frequencies of the hash on an axis

using Thumbnail = std::array<std::uint8_t, kEdge * kEdge>;
using Detail = std::array<std::int64_t, kDetailEdge * kDetailEdge>;

// Samples of an axis that a cell of the thumbnail covers, with weights that add up to the cell's length.
struct Cell {
  std::int64_t first = 0, last = 0;
  std::int64_t first_weight = 0, last_weight = 0;  // last_weight is 0 where the cell lies within one sample
};

// Cell i covers [origin + i * length, origin + (i + 1) * length) where sample p covers [p * unit, (p + 1) *
// unit).
std::vector<Cell> lay_cells(std::int64_t origin, std::int64_t length, int count, std::int64_t unit) {
  std::vector<Cell> cells;
  for (int i = 0; i < count; ++i) {
    const std::int64_t begin = origin + i * length;
    const std::int64_t end = begin + length;
    Cell cell;
    cell.first = begin / unit;
    cell.last = (end - 1) / unit;
    const bool one = cell.first == cell.last;
    cell.first_weight = one ? length : (cell.first + 1) * unit - begin;
    cell.last_weight = one ? 0 : end - cell.last * unit;
    cells.push_back(cell);
  }
  return cells;
}

// out[j * columns + i] += the weighted sum of `row_of(y)[x]` over row cell j and column cell i.
template <class RowOf>
std::vector<std::int64_t> sum_areas(const RowOf& row_of, const std::vector<Cell>& columns,
                                    const std::vector<Cell>& rows, std::int64_t unit) {
  std::vector<std::int64_t> sums(columns.size() * rows.size());
  for (std::size_t j = 0; j < rows.size(); ++j) {
    for (std::int64_t y = rows[j].first; y <= rows[j].last; ++y) {
      const std::int64_t weight = y == rows[j].first  ? rows[j].first_weight
                                  : y == rows[j].last ? rows[j].last_weight
                                                      : unit;
      const auto* row = row_of(y);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const Cell& cell = columns[i];
        std::int64_t inner = 0;
        for (std::int64_t x = cell.first + 1; x < cell.last; ++x) inner += row[x];
        sums[j * columns.size() + i] +=
            weight * (cell.first_weight * row[cell.first] + unit * inner + cell.last_weight * row[cell.last]);
      }
    }
  }
  return sums;
}

// The mean of each cell of the picture in 1/256 of an 8-bit grey level.
std::vector<std::int64_t> average_areas(const Image& gray) {
  const auto columns = lay_cells(0, gray.width(), kEdge, kEdge);
  const auto rows = lay_cells(0, gray.height(), kEdge, kEdge);
  const bool deep = gray.bits() == 16;
  std::vector<std::int64_t> sums =
      deep ? sum_areas([&](std::int64_t y) { return gray.row16(y); }, columns, rows, kEdge)
           : sum_areas([&](std::int64_t y) { return gray.row(y); }, columns, rows, kEdge);
  const std::int64_t area = gray.width() * gray.height();
  for (std::int64_t& sum : sums) sum = ((deep ? sum : 256 * sum) + area / 2) / area;
  return sums;
}

// The square root of a number in [0, 2^52], rounded down. Floating point only guesses; integers decide.
std::int64_t integer_root(std::int64_t value) {
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(value)));
  while (root * root > value) --root;
  while ((root + 1) * (root + 1) <= value) ++root;
  return root;
}

std::int64_t norm_of(const Detail& detail) {
  std::int64_t squares = 0;
  for (const std::int64_t value : detail) squares += value * value;
  return integer_root(squares);
}

// How far each edge of a thumbnail is moved inwards, in 1/8 of its samples: left, right, top, bottom.
using Inset = std::array<std::int64_t, 4>;

// The sum of the 9x9 samples around each; beyond an edge the samples are mirrored.
Detail sum_around(const Detail& samples) {
  constexpr int kRadius = 4;
  const auto inside = [](int i) { return i < 0 ? -1 - i : i >= kDetailEdge ? 2 * kDetailEdge - 1 - i : i; };
  Detail across{}, both{};
  for (int y = 0; y < kDetailEdge; ++y) {
    for (int x = 0; x < kDetailEdge; ++x) {
      for (int d = -kRadius; d <= kRadius; ++d)
        across[y * kDetailEdge + x] += samples[y * kDetailEdge + inside(x + d)];
    }
  }
  for (int y = 0; y < kDetailEdge; ++y) {
    for (int d = -kRadius; d <= kRadius; ++d) {
      const int from = inside(y + d) * kDetailEdge;
      for (int x = 0; x < kDetailEdge; ++x) both[y * kDetailEdge + x] += across[from + x];
    }
  }
  return both;
}

// The thumbnail's samples inside `inset` at the detail's size, less the mean around each. 81 * 16 times the
// thumbnail's levels.
Detail relief_of(const Thumbnail& thumbnail, const Inset& inset) {
  constexpr std::int64_t kUnit = 8 * kDetailEdge;  // a thumbnail's sample, in cells' units
  const std::int64_t width = 8 * kEdge - inset[0] - inset[1];
  const std::int64_t height = 8 * kEdge - inset[2] - inset[3];
  const auto sums = sum_areas([&](std::int64_t y) { return thumbnail.data() + y * kEdge; },
                              lay_cells(kDetailEdge * inset[0], width, kDetailEdge, kUnit),
                              lay_cells(kDetailEdge * inset[2], height, kDetailEdge, kUnit), kUnit);
  Detail samples{};
  const std::int64_t area = width * height;
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = (16 * sums[i] + area / 2) / area;
  const Detail around = sum_around(samples);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = 81 * samples[i] - around[i];
  return samples;
}

constexpr std::int64_t kLevel = 81 * 16;  // of the thumbnail, in a relief

// The relief over its own deviation around each sample, in 1/1024: otherwise one bright outline, an object's
// or a dish's, would decide alone how alike two pictures are. Two levels are added to the deviation so that
// the thumbnail's rounding is not blown up where there is nothing to see.
Detail detail_of(const Thumbnail& thumbnail, const Inset& inset) {
  Detail detail = relief_of(thumbnail, inset);
  Detail squares{};
  for (std::size_t i = 0; i < detail.size(); ++i) squares[i] = detail[i] * detail[i];
  const Detail around = sum_around(squares);
  for (std::size_t i = 0; i < detail.size(); ++i)
    detail[i] = detail[i] * 1024 / (integer_root(around[i] / 81) + 2 * kLevel);
  return detail;
}

int correlation(std::int64_t product, std::int64_t first_norm, std::int64_t second_norm) {
  if (first_norm == 0 || second_norm == 0) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(product * 1000 / (first_norm * second_norm), -1000, 1000));
}

// The sample of a square picture that lies at (x, y) once it is turned.
constexpr int turned_index(int symmetry, int x, int y, int edge) {
  const int from_x = (symmetry & 1) != 0 ? edge - 1 - x : x;
  const int from_y = (symmetry & 2) != 0 ? edge - 1 - y : y;
  return (symmetry & 4) != 0 ? from_x * edge + from_y : from_y * edge + from_x;
}

using DetailOrder = std::array<std::uint16_t, kDetailEdge * kDetailEdge>;
const DetailOrder& turned_order(int symmetry) {
  static const auto orders = [] {
    std::array<DetailOrder, kSymmetries> made{};
    for (int s = 0; s < kSymmetries; ++s) {
      for (int y = 0; y < kDetailEdge; ++y) {
        for (int x = 0; x < kDetailEdge; ++x)
          made[s][y * kDetailEdge + x] = static_cast<std::uint16_t>(turned_index(s, x, y, kDetailEdge));
      }
    }
    return made;
  }();
  return orders[symmetry];
}

Thumbnail turn(const Thumbnail& thumbnail, int symmetry) {
  Thumbnail turned;
  for (int y = 0; y < kEdge; ++y) {
    for (int x = 0; x < kEdge; ++x) turned[y * kEdge + x] = thumbnail[turned_index(symmetry, x, y, kEdge)];
  }
  return turned;
}

// The correlation of two thumbnails of one orientation, edges moved: inwards in the first where `moved` is
// positive, in the second where it is negative.
int likeness_moved(const Thumbnail& first, const Thumbnail& second, const Inset& moved) {
  Inset of_first{}, of_second{};
  for (std::size_t edge = 0; edge < moved.size(); ++edge) {
    of_first[edge] = std::max<std::int64_t>(moved[edge], 0);
    of_second[edge] = std::max<std::int64_t>(-moved[edge], 0);
  }
  const Detail a = detail_of(first, of_first);
  const Detail b = detail_of(second, of_second);
  std::int64_t product = 0;
  for (std::size_t i = 0; i < a.size(); ++i) product += a[i] * b[i];
  return correlation(product, norm_of(a), norm_of(b));
}

// cos(pi n / 128) in 1/2^28 for n in [0, 256), by Chebyshev's recurrence from n = 1: integers, so that no
// machine's libm has a say. Mirrored from the first quarter, so that turned pictures give exactly turned
// coefficients.
constexpr std::array<std::int64_t, 256> make_cosines() {
  std::array<std::int64_t, 256> table{};
  constexpr std::int64_t kOne = std::int64_t{1} << 28;
  constexpr std::int64_t kStep = 268354608;  // cos(pi / 128), rounded
  std::int64_t before = kOne, now = kStep;
  table[0] = kOne;
  for (int n = 1; n < 64; ++n) {
    table[n] = now;
    const std::int64_t next = ((2 * kStep * now) >> 28) - before;
    before = now;
    now = next;
  }
  for (int n = 65; n <= 128; ++n) table[n] = -table[128 - n];
  for (int n = 129; n < 256; ++n) table[n] = table[256 - n];
  return table;
}
constexpr std::array<std::int64_t, 256> kCosines = make_cosines();

using Coefficients = std::array<std::array<std::int64_t, kBits + 1>, kBits + 1>;

// The cosine transform (DCT-II) at frequencies 1 to 8 down (first index) and across.
Coefficients transform(const Thumbnail& thumbnail) {
  const auto cosine = [](int frequency, int sample) {
    return kCosines[static_cast<std::size_t>(frequency * (2 * sample + 1)) % 256] >> 14;
  };
  Coefficients result{};
  for (int v = 1; v <= kBits; ++v) {
    for (int y = 0; y < kEdge; ++y) {
      std::int64_t across = 0;
      for (int x = 0; x < kEdge; ++x) across += thumbnail[y * kEdge + x] * cosine(v, x);
      for (int u = 1; u <= kBits; ++u) result[u][v] += across * cosine(u, y);
    }
  }
  return result;
}

// The signs of the coefficients of the picture turned: transposing swaps the frequencies, mirroring negates
// the odd ones of its axis.
std::uint64_t turned_bits(const Coefficients& coefficients, int symmetry) {
  std::uint64_t bits = 0;
  for (int u = 1; u <= kBits; ++u) {
    for (int v = 1; v <= kBits; ++v) {
      std::int64_t value = (symmetry & 4) != 0 ? coefficients[v][u] : coefficients[u][v];
      if ((symmetry & 1) != 0 && v % 2 == 1) value = -value;
      if ((symmetry & 2) != 0 && u % 2 == 1) value = -value;
      if (value > 0) bits |= std::uint64_t{1} << (kBits * (u - 1) + (v - 1));
    }
  }
  return bits;
}

// Keeps the detail in 8 bits.
void keep_detail(const Detail& detail, PictureHash& hash) {
  std::int64_t largest = 1;
  for (const std::int64_t value : detail) largest = std::max(largest, std::abs(value));
  std::int64_t squares = 0;
  for (std::size_t i = 0; i < detail.size(); ++i) {
    // Truncation is odd-symmetric, so that turned pictures keep turned details.
    hash.detail[i] = static_cast<std::int8_t>(detail[i] * 127 / largest);
    squares += hash.detail[i] * hash.detail[i];
  }
  hash.detail_norm = integer_root(squares);
}

}  // namespace

const char* name_of_symmetry(int symmetry) {
  static constexpr std::array<const char*, kSymmetries> kNames = {"as it is",
                                                                  "mirrored",
                                                                  "mirrored and turned by 180 degrees",
                                                                  "turned by 180 degrees",
                                                                  "mirrored and turned by 90 degrees",
                                                                  "turned by 270 degrees",
                                                                  "turned by 90 degrees",
                                                                  "mirrored and turned by 270 degrees"};
  return kNames[static_cast<std::size_t>(symmetry)];
}

PictureHash hash_picture(const Image& image) {
  const std::vector<std::int64_t> means =
      image.channels() == 1 ? average_areas(image) : average_areas(to_gray(image));
  const auto [low, high] = std::minmax_element(means.begin(), means.end());
  const std::int64_t range = *high - *low;
  PictureHash hash;
  hash.shorter_edge = std::min(image.width(), image.height());
  hash.even = range < 256;
  if (hash.even) return hash;
  for (std::size_t i = 0; i < means.size(); ++i)
    hash.thumbnail[i] = static_cast<std::uint8_t>(((means[i] - *low) * 255 + range / 2) / range);
  // Less than half a level, root mean square, is no more than the thumbnail's own rounding.
  hash.even = norm_of(relief_of(hash.thumbnail, {})) < kLevel / 2 * kDetailEdge;
  if (hash.even) return hash;
  keep_detail(detail_of(hash.thumbnail, {}), hash);
  const Coefficients coefficients = transform(hash.thumbnail);
  for (int symmetry = 0; symmetry < kSymmetries; ++symmetry)
    hash.bits[symmetry] = turned_bits(coefficients, symmetry);
  return hash;
}

int likeness(const PictureHash& first, const PictureHash& second, int symmetry) {
  const DetailOrder& order = turned_order(symmetry);
  std::int32_t product = 0;
  for (std::size_t i = 0; i < order.size(); ++i) product += first.detail[order[i]] * second.detail[i];
  return correlation(product, first.detail_norm, second.detail_norm);
}

int aligned_likeness(const PictureHash& first, const PictureHash& second, int symmetry) {
  int best = likeness(first, second, symmetry);
  if (first.even || second.even) return best;
  const Thumbnail turned = turn(first.thumbnail, symmetry);
  constexpr std::int64_t kFarthest = 8 * kEdge / 32;
  Inset place{};
  for (const std::int64_t step : {8, 4, 2}) {
    for (bool better = true; better;) {
      better = false;
      for (std::size_t edge = 0; edge < place.size(); ++edge) {
        for (const std::int64_t move : {-step, step}) {
          Inset tried = place;
          tried[edge] += move;
          if (std::abs(tried[edge]) > kFarthest) continue;
          const int found = likeness_moved(turned, second.thumbnail, tried);
          if (found <= best) continue;
          best = found;
          place = tried;
          better = true;
        }
      }
    }
  }
  return best;
}

}  // namespace frag
