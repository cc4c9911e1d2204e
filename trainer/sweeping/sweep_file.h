// SWEEP.toml: what `fragtrain sweep` reads. docs/sweeps.md explains it, manifests/sweep.toml is an example.
//
//   epochs = 4                                  settings of all runs: the keys of `fragtrain fit --config`
//   [grid]                                      every combination of these
//   lr = [0.01, 0.02]
//
// or, instead of [grid],
//
//   [random]
//   runs = 20
//   seed = 1
//   [random.choices]                            each drawn for itself
//   lr = { log_uniform = [0.001, 0.1] }
//   momentum = { uniform = [0.5, 0.95] }
//   batch = { integers = [8, 64] }
//   optimizer = ["sgd", "nesterov"]
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/config_file.h"

namespace frag::trainer {

using SweepList = std::vector<Json>;  // texts and numbers, at least one

struct SweepInterval {
  enum class Scale { linear, logarithmic };
  double low = 0;  // below `high`; above 0 where logarithmic
  double high = 0;
  Scale scale = Scale::linear;
};

struct SweepIntegers {
  std::int64_t low = 0;  // below `high`; both are drawn
  std::int64_t high = 0;
};

using SweepChoices = std::variant<SweepList, SweepInterval, SweepIntegers>;

// A setting that is not the same in all runs.
struct SweptKey {
  std::string key;
  SweepChoices choices;
  std::string where;  // "sweep.toml:7", for messages
};

struct RandomSearch {
  std::uint64_t runs = 0;
  std::uint64_t seed = 0;
};

struct SweepFile {
  std::string name;                    // in messages
  std::vector<ConfigEntry> fixed;      // in the order of the lines
  std::vector<SweptKey> swept;         // the same
  std::optional<RandomSearch> random;  // absent: all combinations, and every SweptKey has a list
};

// Errc::bad_input with file, line and key for what is not TOML, for keys and tables that have no place there,
// empty lists and intervals, a key that is both fixed and swept, and what must be the same in all runs:
// dataset, folds, watch, threads and checkpoint_every. Whether a key is a setting of `fragtrain fit`, and a
// value fits it, is not looked at.
SweepFile parse_sweep_file(std::string_view toml, const std::string& name);

SweepFile read_sweep_file(const std::filesystem::path& path);

}  // namespace frag::trainer
