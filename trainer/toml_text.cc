#include "trainer/toml_text.h"

#include <algorithm>
#include <tuple>

namespace frag::trainer {
namespace {

std::string setting_text(const toml::node& node, const std::string& where) {
  const Json value = scalar_of(node);
  if (!value.is_null()) return text_of(value);
  throw Error(Errc::bad_input, where + ": a setting is a text, a number or a list of those");
}

}  // namespace

toml::table parse_toml(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, std::string_view(name));
  } catch (const toml::parse_error& error) {
    throw Error(Errc::bad_input, place_in(name, error.source()) + ": " + std::string(error.description()));
  }
}

std::string place_in(const std::string& name, const toml::source_region& source) {
  return name + ":" + std::to_string(source.begin.line);
}

std::vector<std::pair<const toml::key*, const toml::node*>> in_order(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  const auto place = [](const auto& entry) {
    const toml::source_position& begin = entry.first->source().begin;
    return std::tuple(begin.line, begin.column);
  };
  std::sort(entries.begin(), entries.end(),
            [&place](const auto& a, const auto& b) { return place(a) < place(b); });
  return entries;
}

ConfigEntry config_entry(const toml::key& key, const toml::node& node, const std::string& name) {
  ConfigEntry entry{.key = std::string(key.str()), .values = {}, .where = place_in(name, key.source())};
  if (const auto* list = node.as_array()) {
    for (const toml::node& value : *list) entry.values.push_back(setting_text(value, entry.where));
  } else {
    entry.values.push_back(setting_text(node, entry.where));
  }
  return entry;
}

Json scalar_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  return nullptr;
}

std::string text_of(const Json& scalar) {
  return scalar.is_string() ? scalar.get<std::string>() : scalar.dump();
}

}  // namespace frag::trainer
