// How images become fragments: the TOML file that lab staff write, and its place in dataset.json.
//
//   tile = 256            # pixels
//   overlap = 0.5         # share of the tile; stride = round(tile * (1 - overlap)), at least 1 pixel
//   angles = "0:355:5"    # degrees: first:last:step, a list, or one
//   fit = "cover"         # inscribed | largest | cover | whole
//   channels = "keep"     # gray | rgb | keep
//   group = '(?P<group>patient-\d+)'   # a regular expression on the path; without it every source is its own
//   group split = "70/15/15"    # train/val/test, or train/test seed = 1
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/base/json.h"
#include "libfrag/geometry/tiling.h"

namespace frag {

enum class Channels { gray, rgb, keep };

const char* name_of(Channels channels);
Channels parse_channels(std::string_view name);

struct Recipe {
  std::int64_t tile = 256;
  double overlap = 0.5;  // in [0, 1)
  std::string angles = "0:355:5";
  Fit fit = Fit::cover;
  Channels channels = Channels::keep;
  std::string group;  // RE2 syntax; empty: every source is its own group
  std::string split = "70/15/15";
  std::uint64_t seed = 1;

  // Throws Errc::usage that names the key and the value which is out of range.
  void validate() const;
  TilingSpec tiling() const;
  // The angles' integer sines, computed here; a dataset stores them and reads them back instead.
  std::vector<Angle> make_angles() const;

  bool operator==(const Recipe&) const = default;
};

// Reads a recipe; an unknown key or a value of the wrong type is Errc::bad_input with file, line and column.
Recipe read_recipe(const std::filesystem::path& path);
// `name` stands in messages.
Recipe parse_recipe(std::string_view toml, const std::string& name);

Json to_json(const Recipe& recipe);
Recipe recipe_from_json(const Json& json);

}  // namespace frag
