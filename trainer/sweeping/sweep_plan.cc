#include "trainer/sweeping/sweep_plan.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libfrag/base/digest.h"
#include "libfrag/base/random.h"
#include "libfrag/base/text.h"
#include "trainer/toml_text.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kMostGridRuns = 10000;
constexpr int kDigits = 5;      // that a drawn number is written with
constexpr int kScaleBits = 32;  // of a place on a logarithmic scale

// To a few digits, as people write settings, and still between the ends.
double rounded(double value, const SweepInterval& interval) {
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, kDigits).ptr;
  double result = value;
  std::from_chars(digits, end, result);
  return std::clamp(result, interval.low, interval.high);
}

double place_in_interval(const SweepInterval& interval, std::uint64_t word) {
  if (interval.scale == SweepInterval::Scale::linear) {
    const double share = static_cast<double>(word >> 11) * 0x1.0p-53;
    return std::fma(interval.high - interval.low, share, interval.low);
  }
  // low (high / low)^share, the power as a product of roots, one for each binary digit of the share.
  double root = interval.high / interval.low;
  double value = interval.low;
  for (int digit = 1; digit <= kScaleBits; ++digit) {
    root = std::sqrt(root);
    if ((word >> (64 - digit) & 1) == 1) value *= root;
  }
  return value;
}

std::uint64_t word_of(const RandomSearch& random, std::uint64_t run, const std::string& key) {
  return SplitMix64(
             sha256_word("sweep " + std::to_string(random.seed) + " " + std::to_string(run) + " " + key))
      .next();
}

std::vector<SweptSettings> grid_runs(const SweepFile& file) {
  std::vector<SweptSettings> runs{{}};
  for (const SweptKey& swept : file.swept) {
    const auto& list = std::get<SweepList>(swept.choices);
    if (runs.size() * list.size() > kMostGridRuns) {
      throw Error(Errc::bad_input, swept.where + ": with \"" + swept.key + "\" the grid has more than " +
                                       format_count(kMostGridRuns) + " runs; [random] draws some of them");
    }
    std::vector<SweptSettings> longer;
    for (const SweptSettings& run : runs) {
      for (const Json& value : list) {
        longer.push_back(run);
        longer.back().push_back({.key = swept.key, .value = value, .where = swept.where});
      }
    }
    runs = std::move(longer);
  }
  return runs;
}

SweptSettings drawn_run(const SweepFile& file, std::uint64_t number) {
  SweptSettings settings;
  for (const SweptKey& swept : file.swept) {
    settings.push_back({.key = swept.key,
                        .value = choose(swept.choices, word_of(*file.random, number, swept.key)),
                        .where = swept.where});
  }
  return settings;
}

// The values of which all others are between, or of their kind.
SweepList extremes_of(const SweepChoices& choices) {
  if (const auto* list = std::get_if<SweepList>(&choices)) return *list;
  if (const auto* interval = std::get_if<SweepInterval>(&choices)) return {interval->low, interval->high};
  const auto& integers = std::get<SweepIntegers>(choices);
  return {integers.low, integers.high};
}

}  // namespace

std::string describe(const SweptSettings& settings) {
  std::vector<std::string> words;
  for (const SweptSetting& setting : settings) words.push_back(setting.key + "=" + text_of(setting.value));
  return join(words, " ");
}

Json to_json(const SweptSettings& settings) {
  Json json = Json::object();
  for (const SweptSetting& setting : settings) json[setting.key] = setting.value;
  return json;
}

std::vector<ConfigEntry> entries_of(const SweepFile& file, const SweptSettings& settings) {
  std::vector<ConfigEntry> entries = file.fixed;
  for (const SweptSetting& setting : settings) {
    entries.push_back({.key = setting.key, .values = {text_of(setting.value)}, .where = setting.where});
  }
  return entries;
}

std::vector<SweptSettings> plan_runs(const SweepFile& file) {
  if (!file.random) return grid_runs(file);
  std::vector<SweptSettings> runs;
  for (std::uint64_t number = 1; number <= file.random->runs; ++number) {
    runs.push_back(drawn_run(file, number));
  }
  return runs;
}

std::vector<ConfigEntry> values_to_check(const SweepFile& file) {
  std::vector<ConfigEntry> entries = file.fixed;
  for (const SweptKey& swept : file.swept) {
    for (const Json& value : extremes_of(swept.choices)) {
      entries.push_back({.key = swept.key, .values = {text_of(value)}, .where = swept.where});
    }
  }
  return entries;
}

Json choose(const SweepChoices& choices, std::uint64_t word) {
  if (const auto* list = std::get_if<SweepList>(&choices)) return (*list)[reduce64(word, list->size())];
  if (const auto* interval = std::get_if<SweepInterval>(&choices)) {
    return rounded(place_in_interval(*interval, word), *interval);
  }
  const auto& integers = std::get<SweepIntegers>(choices);
  const std::uint64_t count =
      static_cast<std::uint64_t>(integers.high) - static_cast<std::uint64_t>(integers.low) + 1;
  // All 2^64 whole numbers are as many as 0 says.
  const std::uint64_t place = count == 0 ? word : reduce64(word, count);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(integers.low) + place);
}

}  // namespace frag::trainer
