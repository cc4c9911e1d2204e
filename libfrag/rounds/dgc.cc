#include "libfrag/rounds/dgc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"

namespace frag::rounds {
namespace {

constexpr std::array kWarmUpShares{0.25, 0.063, 0.015, 0.004};
constexpr std::uint64_t kSampleOneIn = 100;
constexpr std::uint64_t kSmallestSample = 1024;
constexpr double kTooMany = 1.3;
constexpr double kTooFew = 0.8;

std::uint64_t wanted_of(std::uint64_t size, double share) {
  const double wanted = std::round(share * static_cast<double>(size));
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, size);
}

// The `rank`-th largest of `magnitudes`, rank from 1 to their number; shuffles them.
float ranked(std::vector<float>& magnitudes, std::uint64_t rank) {
  const auto place = magnitudes.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(magnitudes.begin(), place, magnitudes.end(), std::greater<>());
  return *place;
}

std::vector<float> magnitudes_of(std::span<const float> values) {
  std::vector<float> magnitudes(values.size());
  std::transform(values.begin(), values.end(), magnitudes.begin(), [](float v) { return std::abs(v); });
  return magnitudes;
}

float sampled_threshold(std::span<const float> values, double share, std::uint64_t seed) {
  const std::uint64_t size = std::max(kSmallestSample, values.size() / kSampleOneIn);
  std::vector<float> sample;
  if (size >= values.size()) {
    sample = magnitudes_of(values);
  } else {
    SplitMix64 stream(seed);
    for (std::uint64_t i = 0; i < size; ++i) sample.push_back(std::abs(values[stream.below(values.size())]));
  }
  return ranked(sample, wanted_of(sample.size(), share));
}

bool reaches(float value, float threshold) {
  return value != 0 && std::abs(value) >= threshold;
}

// Positions of `values` that a threshold selects: all above it, and of those that equal it the first, until
// there are `most`.
std::vector<std::uint64_t> select(std::span<const float> values, float threshold, std::uint64_t most) {
  std::uint64_t above = 0;
  for (const float value : values) above += std::abs(value) > threshold ? 1 : 0;
  std::uint64_t equals_left = most - std::min(most, above);
  std::vector<std::uint64_t> selected;
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    if (!reaches(values[i], threshold)) continue;
    if (std::abs(values[i]) == threshold) {
      if (equals_left == 0) continue;
      --equals_left;
    }
    selected.push_back(i);
  }
  return selected;
}

std::vector<std::uint64_t> largest_of_tensor(std::span<const float> values, double share,
                                             std::uint64_t seed) {
  const std::uint64_t wanted = wanted_of(values.size(), share);
  const float guess = sampled_threshold(values, share, seed);
  const auto count = static_cast<double>(
      std::count_if(values.begin(), values.end(), [guess](float v) { return reaches(v, guess); }));
  const bool off =
      count > kTooMany * static_cast<double>(wanted) || count < kTooFew * static_cast<double>(wanted);
  if (!off) return select(values, guess, values.size());
  std::vector<float> all = magnitudes_of(values);
  return select(values, ranked(all, wanted), wanted);
}

}  // namespace

double dgc_share(const Compression& compression, std::int64_t round) {
  if (round > compression.warmup) return compression.ratio;
  const auto steps = static_cast<std::int64_t>(kWarmUpShares.size());
  const std::int64_t step = (std::max<std::int64_t>(round, 1) - 1) * steps / compression.warmup;
  return std::max(compression.ratio, kWarmUpShares[static_cast<std::size_t>(step)]);
}

void accumulate(DgcMemory& memory, std::span<const float> change, double momentum) {
  if (memory.momentum.size() != change.size() || memory.rest.size() != change.size()) {
    throw Error(Errc::internal, "a compression's memory of another length than the change");
  }
  const auto share = static_cast<float>(momentum);
  for (std::size_t i = 0; i < change.size(); ++i) {
    memory.momentum[i] = share * memory.momentum[i] + change[i];
    memory.rest[i] += memory.momentum[i];
  }
}

SparseChange largest_entries(std::span<const float> rest, std::span<const std::uint64_t> sizes, double share,
                             std::uint64_t seed) {
  if (rest.size() > std::numeric_limits<std::int32_t>::max()) {
    throw Error(Errc::internal, "a change of more entries than 32 bits can count");
  }
  SparseChange change;
  std::uint64_t start = 0;
  for (const std::uint64_t size : sizes) {
    if (size > rest.size() - start) throw Error(Errc::internal, "tensors that are longer than their change");
    if (size == 0) continue;
    for (const std::uint64_t i : largest_of_tensor(rest.subspan(start, size), share, mix64(seed + start))) {
      change.indices.push_back(static_cast<std::int32_t>(start + i));
      change.values.push_back(rest[start + i]);
    }
    start += size;
  }
  if (start != rest.size()) throw Error(Errc::internal, "tensors that are shorter than their change");
  return change;
}

void mask(DgcMemory& memory, std::span<const std::int32_t> sent) {
  for (const std::int32_t index : sent) {
    memory.momentum.at(static_cast<std::size_t>(index)) = 0;
    memory.rest.at(static_cast<std::size_t>(index)) = 0;
  }
}

}  // namespace frag::rounds
