#include "trainer/fragment_set.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/resize.h"

namespace frag::trainer {
namespace {

// Sums of whole numbers: exact, so that no order of addition shows.
struct Sums {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;

  double mean() const { return static_cast<double>(sum) / static_cast<double>(count); }
  double variance() const {
    const double m = mean();
    return std::max(0.0, static_cast<double>(squares) / static_cast<double>(count) - m * m);
  }
};

// Adds every `step`-th of `count` samples from `row`.
void add_row(Sums& sums, const std::uint8_t* row, std::int64_t count, std::int64_t step) {
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t value = row[i * step];
    sum += value;
    squares += value * value;
  }
  sums.count += static_cast<std::uint64_t>(count);
  sums.sum += sum;
  sums.squares += squares;
}

bool draws_from(const SampleSpec& pool, std::string_view split) {
  if (!pool.fold) return split == pool.split;
  const bool that_fold = split == "fold" + std::to_string(*pool.fold);
  return pool.side == SampleSide::test ? that_fold : split.starts_with("fold") && !that_fold;
}

}  // namespace

Image in_channels(const Image& fragment, std::int64_t channels) {
  if (fragment.bits() != 8) return in_channels(to_8_bit(fragment), channels);
  return channels == 1 ? to_gray(fragment) : to_rgb(fragment);
}

Image in_shape(const Image& fragment, InputShape shape) {
  if (fragment.bits() == 8 && fragment.channels() == shape.channels) {
    return resize_area(fragment, shape.edge, shape.edge);
  }
  return resize_area(in_channels(fragment, shape.channels), shape.edge, shape.edge);
}

std::size_t FragmentSet::stride() const {
  return static_cast<std::size_t>(shape_.edge * shape_.edge * shape_.channels);
}

void FragmentSet::add(const Image& fragment, std::uint32_t class_number, std::uint32_t source,
                      FragmentId id) {
  const Image image = in_channels(fragment, shape_.channels);
  for (std::int64_t c = 0; c < shape_.channels; ++c) {
    Sums sums;
    for (std::int64_t y = 0; y < image.height(); ++y) {
      add_row(sums, image.row(y) + c, image.width(), shape_.channels);
    }
    moments_.push_back(static_cast<float>(sums.mean()));
    moments_.push_back(static_cast<float>(sums.variance()));
  }
  const Image resized = resize_area(image, shape_.edge, shape_.edge);
  for (std::int64_t y = 0; y < shape_.edge; ++y) {
    pixels_.insert(pixels_.end(), resized.row(y), resized.row(y) + shape_.edge * shape_.channels);
  }
  labels_.push_back(class_number);
  sources_.push_back(source);
  ids_.push_back(id);
}

PixelStatistics pixel_statistics(const FragmentSet& set) {
  const std::int64_t channels = set.shape().channels;
  const std::int64_t area = set.shape().edge * set.shape().edge;
  PixelStatistics statistics;
  for (std::int64_t c = 0; c < channels; ++c) {
    Sums sums;
    for (std::size_t i = 0; i < set.size(); ++i) add_row(sums, set.pixels(i) + c, area, channels);
    const double deviation = sums.count > 0 ? std::sqrt(sums.variance()) : 0.0;
    statistics.mean.push_back(sums.count > 0 ? sums.mean() : 0.0);
    statistics.deviation.push_back(deviation > 0 ? deviation : 1.0);
  }
  return statistics;
}

FragmentSet read_fragments(Access& access, const SampleSpec& spec, InputShape shape, const std::string& what,
                           const std::function<bool()>& cancelled) {
  FragmentSet set(shape);
  Progress progress(what, spec.count.value_or(0), "fragments");
  access.read({.spec = spec, .cancelled = cancelled}, [&](Fragment fragment) {
    throw_if_stopped();
    set.add(fragment.pixels, fragment.class_number, fragment.source, fragment.id);
    progress.add(1);
  });
  if (set.empty()) throw Error(Errc::bad_input, describe_pool(spec) + " gave no fragments");
  return set;
}

bool has_split(const Catalog& catalog, const std::string& split) {
  const auto& splits = catalog.splits();
  return std::find(splits.begin(), splits.end(), split) != splits.end();
}

std::uint64_t balanced_limit(const Catalog& catalog, const SampleSpec& pool) {
  std::map<std::uint32_t, std::uint64_t> by_class;
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    if (!draws_from(pool, catalog.sources().split(i))) continue;
    for (const ClassRun& run : catalog.runs(i)) {
      if (run.count > 0) by_class[run.class_number] += run.count;
    }
  }
  if (by_class.empty()) {
    throw Error(Errc::not_found,
                "the dataset has no " + describe_pool(pool) + "; it has " + join(catalog.splits(), ", "));
  }
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [number, fragments] : by_class) smallest = std::min(smallest, fragments);
  return smallest * by_class.size();
}

std::uint64_t usual_count(const Catalog& catalog, const SampleSpec& pool, std::uint64_t wanted) {
  return std::min(wanted, balanced_limit(catalog, pool));
}

std::int64_t natural_channels(const Catalog& catalog) {
  if (catalog.recipe().channels == Channels::gray) return 1;
  if (catalog.recipe().channels == Channels::rgb) return 3;
  const auto& sources = catalog.sources();
  return std::any_of(sources.begin(), sources.end(), [](const Source& s) { return s.channels == 3; }) ? 3 : 1;
}

}  // namespace frag::trainer
