#include "trainer/measures/class_intervals.h"

#include "libfrag/base/error.h"
#include "trainer/metrics.h"

namespace frag::trainer {
namespace {

std::vector<std::uint32_t> values_at(std::span<const std::uint32_t> values,
                                     std::span<const std::uint32_t> places) {
  std::vector<std::uint32_t> out;
  out.reserve(places.size());
  for (const std::uint32_t place : places) out.push_back(values[place]);
  return out;
}

}  // namespace

std::vector<ClassIntervals> class_intervals(std::span<const std::uint32_t> truth,
                                            std::span<const std::uint32_t> predicted,
                                            std::span<const std::uint32_t> groups, std::size_t classes,
                                            std::uint64_t seed) {
  if (groups.size() != truth.size()) throw Error(Errc::internal, "truths and groups differ in number");
  const auto all = bootstrap_intervals(groups, seed, [&](std::span<const std::uint32_t> places) {
    std::vector<double> values;
    for (const ClassMeasures& one :
         measure(values_at(truth, places), values_at(predicted, places), classes).classes) {
      values.insert(values.end(), {one.precision, one.recall, one.f1});
    }
    return values;
  });
  std::vector<ClassIntervals> intervals;
  for (std::size_t i = 0; i + 2 < all.size(); i += 3) intervals.push_back({all[i], all[i + 1], all[i + 2]});
  return intervals;
}

}  // namespace frag::trainer
