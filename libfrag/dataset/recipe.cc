#include "libfrag/dataset/recipe.h"

#include <re2/re2.h>

#include <toml++/toml.h>
#include <array>
#include <charconv>
#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/image/render.h"

namespace frag {
namespace {

constexpr std::int64_t kMinTile = 8;

struct ChannelsName {
  Channels channels;
  const char* name;
};
constexpr ChannelsName kChannels[] = {
    {Channels::gray, "gray"}, {Channels::rgb, "rgb"}, {Channels::keep, "keep"}};

// A value of the file with its place, so that every complaint can name it.
class Entry {
 public:
  Entry(std::string_view key, const toml::node& node, const std::string& file)
      : key_(key), node_(node), file_(file) {}

  template <class T>
  T as(const char* expected) const {
    const auto value = node_.value_exact<T>();
    if (!value) fail("must be " + std::string(expected));
    return *value;
  }
  // An overlap of 0 is an integer to TOML and a number to people.
  double number() const {
    const auto value = node_.value<double>();
    if (!value || node_.is_boolean()) fail("must be a number");
    return *value;
  }
  // Angles come as "0:355:5", as a number or as a list of numbers.
  std::string angles() const {
    if (const auto* list = node_.as_array()) {
      std::vector<std::string> parts;
      for (const auto& item : *list) parts.push_back(Entry(key_, item, file_).angles());
      return join(parts, ",");
    }
    if (node_.is_string()) return as<std::string>("text");
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number()).ptr;
    return {digits.data(), end};
  }
  [[noreturn]] void fail(const std::string& why) const {
    const auto& at = node_.source().begin;
    throw Error(Errc::bad_input, file_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                                     ": \"" + std::string(key_) + "\" " + why);
  }

 private:
  std::string_view key_;
  const toml::node& node_;
  const std::string& file_;
};

void take(const Entry& entry, std::string_view key, Recipe& recipe) {
  try {
    if (key == "tile") {
      recipe.tile = entry.as<std::int64_t>("a whole number of pixels");
    } else if (key == "overlap") {
      recipe.overlap = entry.number();
    } else if (key == "angles") {
      recipe.angles = entry.angles();
      parse_angles(recipe.angles);
    } else if (key == "fit") {
      recipe.fit = parse_fit(entry.as<std::string>("text"));
    } else if (key == "channels") {
      recipe.channels = parse_channels(entry.as<std::string>("text"));
    } else if (key == "group") {
      recipe.group = entry.as<std::string>("text");
    } else if (key == "split") {
      recipe.split = entry.as<std::string>("text");
    } else if (key == "seed") {
      recipe.seed = static_cast<std::uint64_t>(entry.as<std::int64_t>("a whole number"));
    } else {
      entry.fail(
          "is not a key of a recipe; the keys are tile, overlap, angles, fit, channels, group, split and "
          "seed");
    }
  } catch (const Error& error) {
    if (error.code() == Errc::usage) entry.fail(std::string("is wrong: ") + error.what());
    throw;
  }
}

[[noreturn]] void out_of_range(const std::string& key, const std::string& value, const std::string& range) {
  throw Error(Errc::usage, key + " " + value + " is out of range: " + range);
}

}  // namespace

const char* name_of(Channels channels) {
  for (const auto& row : kChannels) {
    if (row.channels == channels) return row.name;
  }
  return "";
}

Channels parse_channels(std::string_view name) {
  for (const auto& row : kChannels) {
    if (row.name == name) return row.channels;
  }
  throw Error(Errc::usage, "channels \"" + std::string(name) + "\" is none of gray, rgb, keep");
}

void Recipe::validate() const {
  if (tile < kMinTile || tile > kMaxTile) {
    out_of_range("tile", std::to_string(tile),
                 "an edge has " + std::to_string(kMinTile) + " to " + std::to_string(kMaxTile) + " pixels");
  }
  if (!(overlap >= 0 && overlap < 1)) {
    out_of_range("overlap", format_fixed(overlap, 3), "a share of the tile, from 0 to below 1");
  }
  parse_angles(angles);
  if (group.empty()) return;
  const RE2 expression(group, RE2::Quiet);
  if (!expression.ok())
    throw Error(Errc::usage, "group \"" + group + "\" is no regular expression: " + expression.error());
  if (expression.NumberOfCapturingGroups() == 0) {
    throw Error(Errc::usage, "group \"" + group +
                                 "\" captures nothing; mark the group's part as in (?P<group>patient-\\d+)");
  }
}

TilingSpec Recipe::tiling() const {
  // Rounded half up in units that binary fractions meet exactly often enough: 256 px at 0.5 is 128.
  const auto stride = static_cast<std::int64_t>(std::floor(static_cast<double>(tile) * (1 - overlap) + 0.5));
  return {fit, tile, std::max<std::int64_t>(1, stride)};
}

std::vector<Angle> Recipe::make_angles() const {
  if (fit == Fit::whole) return {make_angle(0)};
  std::vector<Angle> made;
  for (const std::int32_t millidegrees : parse_angles(angles)) made.push_back(make_angle(millidegrees));
  return made;
}

Recipe read_recipe(const std::filesystem::path& path) {
  return parse_recipe(read_file(path, 1 << 20), path.string());
}

Recipe parse_recipe(std::string_view toml, const std::string& name) {
  Recipe recipe;
  try {
    const toml::table table = toml::parse(toml, std::string_view(name));
    for (const auto& [key, node] : table) take(Entry(key.str(), node, name), key.str(), recipe);
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    throw Error(Errc::bad_input, name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                                     ": " + std::string(error.description()));
  }
  try {
    recipe.validate();
  } catch (const Error& error) {
    throw Error(Errc::bad_input, name + ": " + error.what());
  }
  return recipe;
}

Json to_json(const Recipe& recipe) {
  return {{"tile", recipe.tile},     {"overlap", recipe.overlap},  {"stride", recipe.tiling().stride},
          {"angles", recipe.angles}, {"fit", name_of(recipe.fit)}, {"channels", name_of(recipe.channels)},
          {"group", recipe.group},   {"split", recipe.split},      {"seed", recipe.seed}};
}

Recipe recipe_from_json(const Json& json) {
  const std::string what = "dataset.json: recipe";
  Recipe recipe;
  recipe.tile = json_get<std::int64_t>(json, "tile", what);
  recipe.overlap = json_get<double>(json, "overlap", what);
  recipe.angles = json_get<std::string>(json, "angles", what);
  recipe.fit = parse_fit(json_get<std::string>(json, "fit", what));
  recipe.channels = parse_channels(json_get<std::string>(json, "channels", what));
  recipe.group = json_get<std::string>(json, "group", what);
  recipe.split = json_get<std::string>(json, "split", what);
  recipe.seed = json_get<std::uint64_t>(json, "seed", what);
  try {
    recipe.validate();
  } catch (const Error& error) {
    throw Error(Errc::bad_input, what + ": " + error.what());
  }
  if (json_get<std::int64_t>(json, "stride", what) != recipe.tiling().stride) {
    throw Error(Errc::bad_input, what + ": \"stride\" does not follow from tile and overlap");
  }
  return recipe;
}

}  // namespace frag
