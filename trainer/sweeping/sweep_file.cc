#include "trainer/sweeping/sweep_file.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "trainer/toml_text.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kSweepFileLimit = std::uint64_t{1} << 20;
constexpr std::int64_t kMostDrawnRuns = 10000;

constexpr char kUniform[] = "uniform";
constexpr char kLogUniform[] = "log_uniform";
constexpr char kIntegers[] = "integers";

// Runs that differ in these have nothing to be ranked by, or do not differ in what they learn.
constexpr const char* kSameInAllRuns[] = {"dataset", "folds",  "watch",
                                          "threads", "device", "checkpoint_every"};

[[noreturn]] void refuse(const std::string& where, const std::string& problem) {
  throw Error(Errc::bad_input, where + ": " + problem);
}

std::string in_quotes(const std::string& key) {
  return "\"" + key + "\"";
}

SweepList list_of(const toml::array& values, const std::string& key, const std::string& where) {
  SweepList list;
  for (const toml::node& value : values) {
    list.push_back(scalar_of(value));
    if (list.back().is_null()) refuse(where, in_quotes(key) + " is a list of texts or numbers");
  }
  if (list.empty()) refuse(where, in_quotes(key) + " is an empty list; give it values, or leave it out");
  return list;
}

SweepIntegers integers_of(const SweepList& ends, const std::string& what, const std::string& where) {
  for (const Json& end : ends) {
    if (!end.is_number_integer()) refuse(where, what + ": both ends are whole numbers");
  }
  return {.low = ends[0].get<std::int64_t>(), .high = ends[1].get<std::int64_t>()};
}

SweepInterval interval_of(const SweepList& ends, SweepInterval::Scale scale, const std::string& what,
                          const std::string& where) {
  const SweepInterval interval{.low = ends[0].get<double>(), .high = ends[1].get<double>(), .scale = scale};
  if (scale == SweepInterval::Scale::logarithmic && !(interval.low > 0)) {
    refuse(where, what + ": a logarithm needs ends above 0");
  }
  return interval;
}

// { uniform = [0.5, 0.95] }
SweepChoices range_of(const toml::table& table, const std::string& key, const std::string& where) {
  const std::string kinds = std::string("{ ") + kUniform + " = [LOW, HIGH] }, { " + kLogUniform +
                            " = [LOW, HIGH] } or { " + kIntegers + " = [LOW, HIGH] }";
  const std::string kind = table.size() == 1 ? std::string(table.begin()->first.str()) : "";
  const bool known = kind == kUniform || kind == kLogUniform || kind == kIntegers;
  const auto* ends = known ? table.begin()->second.as_array() : nullptr;
  if (ends == nullptr || ends->size() != 2) refuse(where, in_quotes(key) + " is a list, " + kinds);
  const std::string what = in_quotes(key) + " = { " + kind + " }";
  const SweepList list = list_of(*ends, key, where);
  for (const Json& end : list) {
    if (!end.is_number() || !std::isfinite(end.get<double>())) refuse(where, what + ": the ends are numbers");
  }
  if (!(list[0].get<double>() < list[1].get<double>())) refuse(where, what + ": the first end is the lower");
  if (kind == kIntegers) return integers_of(list, what, where);
  const auto scale = kind == kLogUniform ? SweepInterval::Scale::logarithmic : SweepInterval::Scale::linear;
  return interval_of(list, scale, what, where);
}

void check_place(const std::string& key, const std::string& where) {
  if (key == "output") refuse(where, "\"output\" is no key of a sweep; its runs lie in the folder of -o");
}

void check_sweepable(const std::string& key, const std::string& where) {
  check_place(key, where);
  if (std::find(std::begin(kSameInAllRuns), std::end(kSameInAllRuns), key) == std::end(kSameInAllRuns))
    return;
  refuse(where, in_quotes(key) + " is the same in all runs; it belongs above the tables");
}

std::vector<SweptKey> swept_keys(const toml::table& table, const std::string& name, bool ranges) {
  std::vector<SweptKey> keys;
  for (const auto& [key, node] : in_order(table)) {
    const std::string word(key->str());
    const std::string where = place_in(name, key->source());
    check_sweepable(word, where);
    if (const auto* values = node->as_array()) {
      keys.push_back({.key = word, .choices = list_of(*values, word, where), .where = where});
    } else if (node->is_table() && ranges) {
      keys.push_back({.key = word, .choices = range_of(*node->as_table(), word, where), .where = where});
    } else {
      refuse(where, in_quotes(word) + (ranges ? " is a list or a range"
                                              : " is a list; ranges are drawn from, "
                                                "in [random.choices]"));
    }
  }
  return keys;
}

std::int64_t whole_number(const toml::node& node, const std::string& key, std::int64_t most,
                          const std::string& where) {
  const auto* number = node.as_integer();
  const std::int64_t lowest = key == "runs" ? 1 : 0;
  if (number != nullptr && number->get() >= lowest && number->get() <= most) return number->get();
  refuse(where, in_quotes(key) + " is a whole number from " + std::to_string(lowest) + " to " +
                    std::to_string(most));
}

void read_random(const toml::table& table, const std::string& place, SweepFile& file) {
  file.random = RandomSearch{};
  for (const auto& [key, node] : in_order(table)) {
    const std::string word(key->str());
    const std::string where = place_in(file.name, key->source());
    if (word == "runs") {
      file.random->runs = static_cast<std::uint64_t>(whole_number(*node, word, kMostDrawnRuns, where));
    } else if (word == "seed") {
      file.random->seed = static_cast<std::uint64_t>(
          whole_number(*node, word, std::numeric_limits<std::int64_t>::max(), where));
    } else if (word == "choices" && node->is_table()) {
      file.swept = swept_keys(*node->as_table(), file.name, true);
    } else {
      refuse(where, in_quotes(word) +
                        " is no key of [random]; it has runs, seed and the table "
                        "[random.choices]");
    }
  }
  if (file.random->runs == 0) refuse(place, "[random] needs \"runs\", how many to draw");
}

void check_keys(const SweepFile& file, const std::string& place) {
  if (file.swept.empty()) refuse(place, "no setting varies; give [grid] or [random.choices] a key");
  for (const SweptKey& swept : file.swept) {
    for (const ConfigEntry& fixed : file.fixed) {
      if (fixed.key == swept.key) {
        refuse(swept.where,
               in_quotes(swept.key) + " is also set in " + fixed.where + "; keep one of the two");
      }
    }
  }
}

}  // namespace

SweepFile parse_sweep_file(std::string_view toml, const std::string& name) {
  const toml::table table = parse_toml(toml, name);
  SweepFile file{.name = name, .fixed = {}, .swept = {}, .random = {}};
  std::string place;
  for (const auto& [key, node] : in_order(table)) {
    const std::string word(key->str());
    const std::string where = place_in(name, key->source());
    const bool search = node->is_table() && (word == "grid" || word == "random");
    if (search && !place.empty()) refuse(where, "a sweep has one of [grid] and [random]");
    if (search) place = where;
    if (!search) {
      if (node->is_table()) refuse(where, "no table [" + word + "] here; there are [grid] and [random]");
      check_place(word, where);
      file.fixed.push_back(config_entry(*key, *node, name));
    } else if (word == "grid") {
      file.swept = swept_keys(*node->as_table(), name, false);
    } else {
      read_random(*node->as_table(), where, file);
    }
  }
  if (place.empty()) refuse(name, "a sweep has a table [grid] or [random]; `fragtrain fit` trains one run");
  check_keys(file, place);
  return file;
}

SweepFile read_sweep_file(const std::filesystem::path& path) {
  return parse_sweep_file(read_file(path, kSweepFileLimit), path.string());
}

}  // namespace frag::trainer
