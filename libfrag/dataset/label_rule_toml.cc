#include "libfrag/dataset/label_rule_toml.h"

#include "libfrag/base/error.h"

namespace frag {
namespace {

// Whatever JSON has no word for becomes null, which no key takes.
Json to_json(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* whole = node.as_integer()) {
    const std::int64_t value = whole->get();
    // As JSON's own reader has it: only what is below 0 is a signed number.
    return value < 0 ? Json(value) : Json(static_cast<std::uint64_t>(value));
  }
  Json json;
  if (const auto* list = node.as_array()) {
    json = Json::array();
    for (const auto& item : *list) json.push_back(to_json(item));
  }
  if (const auto* table = node.as_table()) {
    json = Json::object();
    for (const auto& [key, item] : *table) json[std::string(key.str())] = to_json(item);
  }
  return json;
}

[[noreturn]] void fail(const std::string& file, const toml::node& at, const Error& error) {
  const auto& place = at.source().begin;
  throw Error(Errc::bad_input, file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) +
                                   ": " + error.what());
}

}  // namespace

LabelRule label_rule_from_toml(const toml::table& table, const std::string& file) {
  LabelRule rule;
  for (const auto& [key, node] : table) {
    try {
      set_key(rule, std::string(key.str()), to_json(node));
    } catch (const Error& error) {
      fail(file, node, error);
    }
  }
  try {
    rule.validate();
  } catch (const Error& error) {
    fail(file, table, error);
  }
  return rule;
}

}  // namespace frag
