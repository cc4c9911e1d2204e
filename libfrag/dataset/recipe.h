// How images become fragments: the TOML file that lab staff write, and its place in dataset.json.
//
//   tile = 256             # pixels
//   overlap = 0.5          # share of the tile, or "128px"; or stride = 128
//   angles = "0:355:5"     # degrees: first:last:step, a list, or one
//   fit = "cover"          # inscribed | largest | cover | whole
//   channels = "keep"      # gray | rgb | keep
//   crop = { bottom = 64 } # an information band
//   split = "70/15/15"     # train/val/test, train/test, or "5 folds"
//   [labels]               # who says the class: label_rule.h
//
// docs/recipes.md explains every key. A Recipe is a value; functions are pure; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/base/json.h"
#include "libfrag/dataset/detail_map.h"
#include "libfrag/dataset/label_rule.h"
#include "libfrag/geometry/tiling.h"

namespace frag {

enum class Channels { gray, rgb, keep };
enum class Contrast {
  none,
  stretch,   // the 0.5th and 99.5th percentile of a source become black and white
  equalise,  // the histogram of a source becomes flat
  clahe,     // the same in tiles, with limited contrast (OpenCV's CLAHE, clip limit 2, 8x8 tiles)
};
const char* name_of(Channels channels);
const char* name_of(Contrast contrast);

// How much of a tile the next one covers: a share of its edge, or pixels.
struct Overlap {
  double share = 0.5;  // in [0, 1)
  std::optional<std::int64_t> pixels;
  bool operator==(const Overlap&) const = default;
};

// Margins in pixels that are cut off before anything else.
struct Crop {
  std::int64_t left = 0, top = 0, right = 0, bottom = 0;
  bool operator==(const Crop&) const = default;
};

struct PixelSize {
  std::int64_t width = 0, height = 0;
  bool operator==(const PixelSize&) const = default;
};

struct Recipe {
  // Where tiles lie.
  std::int64_t tile = 256;
  Overlap overlap;
  std::int64_t stride = 0;  // pixels; 0: follows from the overlap
  std::string angles = "0:355:5";
  Fit fit = Fit::cover;
  Anchor anchor = Anchor::start;

  // What they are cut from.
  std::optional<std::int64_t> page;  // of a file of several, from 0; absent: every page is a source
  std::int64_t level = 0;            // of a pyramid; 0 is the full resolution
  Crop crop;
  double micrometres_per_pixel = 0;  // sources are scaled to it; 0: as they are
  std::optional<PixelSize> resize;   // only with fit `whole`
  Channels channels = Channels::keep;
  std::int64_t bits = 8;  // 16 keeps them where a source is grey
  Contrast contrast = Contrast::none;

  // Which of them are left out.
  double min_detail = 0;      // least standard deviation in grey levels of 255
  double min_foreground = 0;  // least share of the tile that is not background
  Background background = Background::bright;

  // What people call them, and which belong together.
  LabelRule labels;
  std::string group;  // RE2 syntax; empty: every source is its own group
  std::string split = "70/15/15";
  std::uint64_t seed = 1;

  // Throws Errc::usage that names the key and the value which is out of range.
  void validate() const;
  TilingSpec tiling() const;
  // The angles' integer sines, computed here; a dataset stores them and reads them back instead.
  std::vector<Angle> make_angles() const;
  // True where fragments can be left out, so that a source's pixels decide how many it keeps.
  bool leaves_out() const { return min_detail > 0 || min_foreground > 0; }
  // min_detail, min_foreground and background in the integers that decide.
  DetailRule detail_rule() const;

  bool operator==(const Recipe&) const = default;
};

// A key of a recipe, as files, command lines and help texts need it.
struct RecipeKey {
  const char* name;
  const char* help;
  // Sets it from a value as JSON has it, or from text as a command line has it; Errc::usage that says what is
  // wrong with the value.
  void (*set)(Recipe& recipe, const Json& value);
  Json (*get)(const Recipe& recipe);
};
std::span<const RecipeKey> recipe_keys();
// Sets one key from a command line's text. Errc::usage that names key and text.
void set_from_text(Recipe& recipe, const RecipeKey& key, const std::string& text);

// Reads a recipe; an unknown key or a value of the wrong type is Errc::bad_input with file, line and column.
Recipe read_recipe(const std::filesystem::path& path);
// `name` stands in messages.
Recipe parse_recipe(std::string_view toml, const std::string& name);

Json to_json(const Recipe& recipe);
Recipe recipe_from_json(const Json& json);

}  // namespace frag
