// Settings in a TOML file, one a line, by the names of the command line with _ for -: what --config reads and
// RUN/fit.toml holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/fit_config.h"

namespace frag::trainer {

struct ConfigEntry {
  std::string key;
  std::vector<std::string> values;  // as they would stand on a command line
  std::string where;                // "fit.toml:3", for messages
};

// In the order of the lines. Errc::bad_input with file and line for what is not TOML, and for a value that is
// no text, number or list of those. `name` stands in messages.
std::vector<ConfigEntry> parse_config(std::string_view toml, const std::string& name);

std::vector<ConfigEntry> read_config(const std::filesystem::path& path);

// A file that alone repeats the run, whatever the model's own settings will be then. `count`: fragments an
// epoch; absent where it differs between folds.
std::string fit_toml(const FitConfig& config, const TrainSettings& settings, std::int64_t input,
                     std::optional<std::uint64_t> count, int threads);

}  // namespace frag::trainer
