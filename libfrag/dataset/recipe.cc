#include "libfrag/dataset/recipe.h"

#include <re2/re2.h>

#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/image/render.h"

namespace frag {
namespace {

constexpr std::int64_t kMinTile = 8;

[[noreturn]] void out_of_range(const std::string& key, const std::string& value, const std::string& range) {
  throw Error(Errc::usage, key + " " + value + " is out of range: " + range);
}

void check_range(const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return;
  out_of_range(key, std::to_string(value), std::to_string(least) + " to " + std::to_string(most));
}

void check_group(const std::string& group) {
  if (group.empty()) return;
  const RE2 expression(group, RE2::Quiet);
  if (!expression.ok())
    throw Error(Errc::usage, "group \"" + group + "\" is no regular expression: " + expression.error());
  if (expression.NumberOfCapturingGroups() == 0) {
    throw Error(Errc::usage, "group \"" + group +
                                 "\" captures nothing; mark the group's part as in (?P<group>patient-\\d+)");
  }
}

void check_tiles(const Recipe& recipe) {
  if (recipe.tile < kMinTile || recipe.tile > kMaxTile) {
    out_of_range("tile", std::to_string(recipe.tile),
                 "an edge has " + std::to_string(kMinTile) + " to " + std::to_string(kMaxTile) + " pixels");
  }
  if (!(recipe.overlap.share >= 0 && recipe.overlap.share < 1)) {
    out_of_range("overlap", format_fixed(recipe.overlap.share, 3), "a share of the tile, from 0 to below 1");
  }
  if (recipe.overlap.pixels && (*recipe.overlap.pixels < 0 || *recipe.overlap.pixels >= recipe.tile)) {
    out_of_range("overlap", std::to_string(*recipe.overlap.pixels) + "px",
                 "from 0 to less than the tile's " + std::to_string(recipe.tile) + " pixels");
  }
  check_range("stride", recipe.stride, 0, kMaxEdge);
  parse_angles(recipe.angles);
}

void check_pixels(const Recipe& recipe) {
  if (recipe.page) check_range("page", *recipe.page, 0, INT32_MAX);
  check_range("level", recipe.level, 0, 63);
  for (const std::int64_t margin :
       {recipe.crop.left, recipe.crop.top, recipe.crop.right, recipe.crop.bottom}) {
    check_range("crop", margin, 0, kMaxEdge);
  }
  if (!(recipe.micrometres_per_pixel >= 0 && recipe.micrometres_per_pixel <= 1e6)) {
    out_of_range("micrometres_per_pixel", format_fixed(recipe.micrometres_per_pixel, 3),
                 "above 0, or 0 for sources as they are");
  }
  if (recipe.resize) {
    check_range("resize", recipe.resize->width, 1, kMaxTile);
    check_range("resize", recipe.resize->height, 1, kMaxTile);
    if (recipe.fit != Fit::whole)
      throw Error(Errc::usage,
                  "resize goes with fit whole only; fragments of other fits have the tile's size");
  }
  if (recipe.bits != 8 && recipe.bits != 16) out_of_range("bits", std::to_string(recipe.bits), "8 or 16");
  if (recipe.bits == 16 && recipe.channels == Channels::rgb)
    throw Error(Errc::usage, "bits 16 is for grey: give channels gray or keep with it");
}

}  // namespace

void Recipe::validate() const {
  check_tiles(*this);
  check_pixels(*this);
  if (!(min_detail >= 0 && min_detail < 128)) {
    out_of_range("min_detail", format_fixed(min_detail, 3),
                 "a standard deviation from 0 to below 128 levels");
  }
  if (!(min_foreground >= 0 && min_foreground <= 1))
    out_of_range("min_foreground", format_fixed(min_foreground, 3), "a share of the tile from 0 to 1");
  labels.validate();
  check_group(group);
}

TilingSpec Recipe::tiling() const {
  std::int64_t step = stride;
  if (step == 0 && overlap.pixels) step = tile - *overlap.pixels;
  // Rounded half up in units that binary fractions meet exactly often enough: 256 px at 0.5 is 128.
  if (step == 0)
    step = static_cast<std::int64_t>(std::floor(static_cast<double>(tile) * (1 - overlap.share) + 0.5));
  return {fit, tile, std::max<std::int64_t>(1, step), anchor};
}

std::vector<Angle> Recipe::make_angles() const {
  if (fit == Fit::whole) return {make_angle(0)};
  std::vector<Angle> made;
  for (const std::int32_t millidegrees : parse_angles(angles)) made.push_back(make_angle(millidegrees));
  return made;
}

DetailRule Recipe::detail_rule() const {
  return {std::llround(min_detail * 256), std::llround(min_foreground * 1e6), background};
}

Json to_json(const Recipe& recipe) {
  Json json = Json::object();
  for (const RecipeKey& key : recipe_keys()) json[key.name] = key.get(recipe);
  return json;
}

Recipe recipe_from_json(const Json& json) {
  const std::string what = "dataset.json: recipe";
  Recipe recipe;
  for (const RecipeKey& key : recipe_keys()) {
    if (!json.is_object() || !json.contains(key.name))
      throw Error(Errc::bad_input, what + ": key \"" + key.name + "\" is missing");
  }
  try {
    for (const RecipeKey& key : recipe_keys()) key.set(recipe, json.at(key.name));
    recipe.validate();
  } catch (const Error& error) {
    throw Error(Errc::bad_input, what + ": " + error.what());
  }
  return recipe;
}

}  // namespace frag
