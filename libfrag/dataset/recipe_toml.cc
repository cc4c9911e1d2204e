// Recipes as TOML: every complaint names file, line and column.
#include <re2/re2.h>
#include <toml++/toml.h>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/label_rule_toml.h"
#include "libfrag/dataset/recipe.h"

namespace frag {
namespace {

Json json_of(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = json_of(value);
    return object;
  }
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const auto& value : *array) list.push_back(json_of(value));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  throw Error(Errc::usage, "dates and times have no place in a recipe");
}

std::string place(const std::string& file, const toml::source_region& region) {
  return file + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column) + ": ";
}

void take(Recipe& recipe, const RecipeKey& key, const toml::node& node, const std::string& file) {
  // This table names the places of its own keys.
  if (key.name == std::string_view("labels") && node.is_table()) {
    recipe.labels = label_rule_from_toml(*node.as_table(), file);
    return;
  }
  try {
    key.set(recipe, json_of(node));
  } catch (const Error& error) {
    throw Error(Errc::bad_input,
                place(file, node.source()) + "\"" + key.name + "\" is wrong: " + error.what());
  }
}

// Where the line of a mistake gives text without its quotes.
std::string hint_on_quotes(std::string_view toml, std::size_t line) {
  const std::vector<std::string> lines = split_text(toml, '\n');
  if (line == 0 || line > lines.size()) return {};
  static const RE2 kBare(R"(\s*([\w-]+)\s*=\s*([^"'\[{\s#][^#]*?)\s*(?:#.*)?)");
  std::string key, value;
  if (!RE2::FullMatch(lines[line - 1], kBare, &key, &value)) return {};
  return "; text stands in quotes: " + key + " = \"" + value + "\"";
}

// A misspelt key must not pass for a default.
void refuse_unknown(const toml::table& table, const std::string& file) {
  std::vector<std::string> known;
  for (const RecipeKey& key : recipe_keys()) known.emplace_back(key.name);
  for (const auto& [name, node] : table) {
    if (std::find(known.begin(), known.end(), name.str()) != known.end()) continue;
    const auto meant = nearest(name.str(), known);
    throw Error(Errc::bad_input, place(file, node.source()) + "\"" + std::string(name.str()) +
                                     "\" is not a key of a recipe; " +
                                     (meant ? "did you mean " + *meant + "? The" : "the") + " keys are " +
                                     join(known, ", "));
  }
}

}  // namespace

Recipe read_recipe(const std::filesystem::path& path) {
  return parse_recipe(read_file(path, 1 << 20), path.string());
}

Recipe parse_recipe(std::string_view toml, const std::string& name) {
  Recipe recipe;
  try {
    const toml::table table = toml::parse(toml, std::string_view(name));
    refuse_unknown(table, name);
    for (const RecipeKey& key : recipe_keys()) {
      if (const toml::node* node = table.get(key.name)) take(recipe, key, *node, name);
    }
  } catch (const toml::parse_error& error) {
    throw Error(Errc::bad_input, place(name, error.source()) + std::string(error.description()) +
                                     hint_on_quotes(toml, error.source().begin.line));
  }
  try {
    recipe.validate();
  } catch (const Error& error) {
    throw Error(Errc::bad_input, name + ": " + error.what());
  }
  return recipe;
}

}  // namespace frag
