// The keys of a recipe, each once: TOML files, command lines, dataset.json and help texts all walk this list.
#include <re2/re2.h>

#include <array>
#include <charconv>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/recipe.h"

namespace frag {
namespace {

template <class Enum>
struct EnumName {
  Enum value;
  const char* name;
};
constexpr EnumName<Channels> kChannels[] = {
    {Channels::gray, "gray"}, {Channels::rgb, "rgb"}, {Channels::keep, "keep"}};
constexpr EnumName<Contrast> kContrasts[] = {{Contrast::none, "none"},
                                             {Contrast::stretch, "stretch"},
                                             {Contrast::equalise, "equalise"},
                                             {Contrast::clahe, "clahe"}};

template <class Enum, std::size_t kCount>
const char* find_name(const EnumName<Enum> (&names)[kCount], Enum value) {
  for (const auto& row : names) {
    if (row.value == value) return row.name;
  }
  return "";
}

template <class Enum, std::size_t kCount>
Enum find_value(const EnumName<Enum> (&names)[kCount], const std::string& text) {
  std::vector<std::string> known;
  for (const auto& row : names) {
    if (row.name == text) return row.value;
    known.emplace_back(row.name);
  }
  throw Error(Errc::usage, is_none_of(text, known));
}

[[noreturn]] void must_be(const char* what) {
  throw Error(Errc::usage, std::string("it must be ") + what);
}

template <class Integer>
Integer integer_of(const Json& value, const char* expected = "a whole number") {
  try {
    require_exact<Integer>(value);
    return value.get<Integer>();
  } catch (const Json::exception&) {
    must_be(expected);
  }
}

std::string text_of(const Json& value) {
  if (!value.is_string()) must_be("text");
  return value.get<std::string>();
}

// How each type of a member is read and written.
void read(const Json& value, std::int64_t& out) {
  out = integer_of<std::int64_t>(value);
}
void read(const Json& value, std::uint64_t& out) {
  out = integer_of<std::uint64_t>(value, "a whole number from 0");
}
void read(const Json& value, double& out) {
  if (!value.is_number()) must_be("a number");
  out = value.get<double>();
}
void read(const Json& value, std::string& out) {
  out = text_of(value);
}
void read(const Json& value, Fit& out) {
  out = parse_fit(text_of(value));
}
void read(const Json& value, Anchor& out) {
  out = parse_anchor(text_of(value));
}
void read(const Json& value, Channels& out) {
  out = find_value(kChannels, text_of(value));
}
void read(const Json& value, Contrast& out) {
  out = find_value(kContrasts, text_of(value));
}
void read(const Json& value, Background& out) {
  out = parse_background(text_of(value));
}

// 0.5, or "128px".
void read(const Json& value, Overlap& out) {
  if (value.is_number()) {
    out = {value.get<double>(), std::nullopt};
    return;
  }
  std::int64_t pixels = 0;
  if (!value.is_string() || !RE2::FullMatch(value.get<std::string>(), "\\s*(\\d+)\\s*px\\s*", &pixels))
    must_be("a share of the tile such as 0.5, or pixels such as \"128px\"");
  out = {Overlap{}.share, pixels};
}

// {"bottom": 64}, or "bottom=64,left=2".
void read(const Json& value, Crop& out) {
  static constexpr const char* kExpected = "margins in pixels such as bottom=64,left=2";
  Json margins = value;
  if (value.is_string()) {
    margins = Json::object();
    for (const std::string& part : split_text(value.get<std::string>(), ',')) {
      const auto pair = split_text(part, '=');
      const auto pixels = pair.size() == 2 ? parse_integer(pair[1]) : std::nullopt;
      if (!pixels) must_be(kExpected);
      margins[pair[0]] = *pixels;
    }
  }
  if (!margins.is_object()) must_be(kExpected);
  Crop crop;
  for (const auto& [side, pixels] : margins.items()) {
    std::int64_t* margin = side == "left"     ? &crop.left
                           : side == "top"    ? &crop.top
                           : side == "right"  ? &crop.right
                           : side == "bottom" ? &crop.bottom
                                              : nullptr;
    if (margin == nullptr) must_be(kExpected);
    *margin = integer_of<std::int64_t>(pixels, kExpected);
  }
  out = crop;
}

// Absent is null, "all" or the number.
void read(const Json& value, std::optional<std::int64_t>& out) {
  if (value.is_null() || value == "all") {
    out.reset();
  } else {
    out = integer_of<std::int64_t>(value, "a page's number from 0, or \"all\"");
  }
}

// null, [64, 48], or "64x48".
void read(const Json& value, std::optional<PixelSize>& out) {
  if (value.is_null()) {
    out.reset();
  } else if (value.is_string()) {
    const auto [width, height] = parse_size(value.get<std::string>());
    out = PixelSize{width, height};
  } else {
    if (!value.is_array() || value.size() != 2) must_be("a width and a height such as [64, 64]");
    out = PixelSize{integer_of<std::int64_t>(value[0]), integer_of<std::int64_t>(value[1])};
  }
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// The table, or on a command line: folder, set, a CSV's name, an expression with (?P<class>...), or where the
// annotations are.
void read(const Json& value, LabelRule& out) {
  LabelRule rule;
  if (value.is_object()) {
    rule = label_rule_from_json(value, "labels");
  } else {
    const std::string text = text_of(value);
    if (text.find("(?P<class>") != std::string::npos) {
      rule.from = LabelsFrom::path;
      rule.expression = text;
    } else if (ends_with(text, ".csv") || ends_with(text, ".tsv")) {
      rule.from = LabelsFrom::csv;
      rule.file = text;
    } else if (ends_with(text, "json") && text.find('{') != std::string::npos) {
      rule.from = LabelsFrom::geojson;
      rule.annotations = text;
    } else if (text == "folder" || text == "set") {
      rule.from = parse_labels_from(text);
    } else {
      must_be(
          "folder, set, a table such as labels.csv, annotations such as {dir}/{stem}.geojson, or an "
          "expression such as (?P<class>[^/]+)/; masks are described in a recipe file");
    }
  }
  rule.validate();
  out = rule;
}

template <class T>
Json write(const T& value) {
  return value;
}
Json write(const Fit& value) {
  return name_of(value);
}
Json write(const Anchor& value) {
  return name_of(value);
}
Json write(const Channels& value) {
  return name_of(value);
}
Json write(const Contrast& value) {
  return name_of(value);
}
Json write(const Background& value) {
  return name_of(value);
}
Json write(const LabelRule& value) {
  return to_json(value);
}
Json write(const Overlap& value) {
  return value.pixels ? Json(std::to_string(*value.pixels) + "px") : Json(value.share);
}
Json write(const Crop& value) {
  return {{"left", value.left}, {"top", value.top}, {"right", value.right}, {"bottom", value.bottom}};
}
Json write(const std::optional<std::int64_t>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json write(const std::optional<PixelSize>& value) {
  return value ? Json{value->width, value->height} : Json(nullptr);
}

template <auto kMember>
constexpr RecipeKey key(const char* name, const char* help) {
  return {name, help, [](Recipe& recipe, const Json& value) { read(value, recipe.*kMember); },
          [](const Recipe& recipe) { return write(recipe.*kMember); }};
}

// Angles come as "0:355:5", as a number or as a list of numbers.
std::string angles_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    std::vector<std::string> parts;
    for (const Json& item : value) parts.push_back(angles_of(item));
    return join(parts, ",");
  }
  if (!value.is_number()) must_be("degrees such as \"0:355:5\", [0, 45, 90] or 30");
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.get<double>()).ptr;
  return {digits.data(), end};
}

void set_angles(Recipe& recipe, const Json& value) {
  recipe.angles = angles_of(value);
  parse_angles(recipe.angles);
}

// dataset.json spells the stride out; one that follows from the overlap stays with it.
void set_stride(Recipe& recipe, const Json& value) {
  recipe.stride = 0;
  const std::int64_t implied = recipe.tiling().stride;
  read(value, recipe.stride);
  if (recipe.stride == implied) recipe.stride = 0;
}
Json get_stride(const Recipe& recipe) {
  return recipe.tiling().stride;
}

// `stride` stands behind `tile` and `overlap`, which it is compared with.
constexpr RecipeKey kKeys[] = {
    key<&Recipe::tile>("tile", "Edge of a fragment in pixels"),
    key<&Recipe::overlap>("overlap",
                          "What a tile shares with the next: a part of it (0.5), or pixels (128px)"),
    {"stride", "Pixels from a tile to the next, instead of an overlap", set_stride, get_stride},
    {"angles", "Degrees: first:last:step, or a list 0,45,90", set_angles,
     [](const Recipe& recipe) { return Json(recipe.angles); }},
    key<&Recipe::fit>("fit", "inscribed, largest, cover or whole"),
    key<&Recipe::anchor>("anchor", "Where a row of tiles lies in the room it has: start, center or spread"),
    key<&Recipe::page>("page", "Of files with several pages: all (each is a source), or one, from 0"),
    key<&Recipe::level>("level", "Of pyramids and whole slides: 0 is the full resolution"),
    key<&Recipe::crop>("crop", "Margins cut off first, in pixels: bottom=64,left=2"),
    key<&Recipe::micrometres_per_pixel>("micrometres_per_pixel", "Scale sources to this resolution"),
    key<&Recipe::resize>("resize", "With fit whole: the size of every fragment, as in 64x64"),
    key<&Recipe::channels>("channels", "gray, rgb or keep"),
    key<&Recipe::bits>("bits", "8, or 16 where grey sources have them"),
    key<&Recipe::contrast>("contrast", "none, stretch, equalise or clahe"),
    key<&Recipe::min_detail>("min_detail", "Leave out fragments of a lower standard deviation (grey levels)"),
    key<&Recipe::min_foreground>("min_foreground", "Leave out fragments with a lower share of foreground"),
    key<&Recipe::background>("background", "What is not foreground: bright or dark"),
    key<&Recipe::labels>("labels",
                         "Who says the class: folder, set (IDX, CIFAR), labels.csv, an expression with "
                         "(?P<class>...), or {dir}/{stem}.geojson"),
    key<&Recipe::group>("group",
                        "Regular expression on the path whose capture names a source's group, as in "
                        "(?P<group>patient-\\d+); default: every source is a group"),
    key<&Recipe::split>(
        "split", "Shares of train/val/test or train/test, one side alone (train, test), or \"5 folds\""),
    key<&Recipe::seed>("seed", "Seed of the split"),
};

}  // namespace

const char* name_of(Channels channels) {
  return find_name(kChannels, channels);
}
const char* name_of(Contrast contrast) {
  return find_name(kContrasts, contrast);
}

std::span<const RecipeKey> recipe_keys() {
  return kKeys;
}

void set_from_text(Recipe& recipe, const RecipeKey& key, const std::string& text) {
  const Json number = parse_if_json(text);
  try {
    try {
      if (number.is_number()) return key.set(recipe, number);
    } catch (const Error&) {  // text that looks like a number
    }
    key.set(recipe, text);
  } catch (const Error& error) {
    const std::string value = std::string(key.name) + " \"" + text + "\"", why = error.what();
    throw Error(Errc::usage, why.starts_with(value) ? why : value + ": " + why);
  }
}

}  // namespace frag
