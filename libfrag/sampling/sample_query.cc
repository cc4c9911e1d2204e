// A SampleSpec as the parameters of a URL.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag {
namespace {

std::uint64_t parse_u64(const std::string& name, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(Errc::bad_input, name + "=" + text + " is not a whole number");
  }
  return value;
}

double parse_share(const std::string& name, const std::string& text) {
  const auto value = parse_number(text);
  if (!value) throw Error(Errc::bad_input, name + "=" + text + " is not a number, as in " + name + "=0.75");
  return *value;
}

std::string escape_name(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '%') {
      text += "%25";
    } else if (c == ',') {
      text += "%2C";
    } else if (c == ':') {
      text += "%3A";
    } else {
      text += c;
    }
  }
  return text;
}

std::string unescape_name(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char code = 0;
    const char* const digits = text.data() + i + 1;
    const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2;
    name += escaped ? static_cast<char>(code) : text[i];
    if (escaped) i += 2;
  }
  return name;
}

std::string format_weights(const ClassWeights& weights) {
  std::vector<std::string> parts;
  for (const auto& [name, weight] : weights)
    parts.push_back(escape_name(name) + ":" + std::to_string(weight));
  return join(parts, ",");
}

// "class", "none" or "NAME:3,NAME:1", as JSON says it.
Json parse_balance(const std::string& text) {
  if (text == "class" || text == "none") return text;
  Json weights = Json::object();
  for (const std::string& part : split_text(text, ',')) {
    const std::size_t colon = part.find(':');
    if (colon == std::string::npos) {
      throw Error(Errc::bad_input,
                  "balance=" + text + " is neither class nor none nor class weights, as in NAME:3,NAME:1");
    }
    const std::string name = unescape_name(std::string_view(part).substr(0, colon));
    if (weights.contains(name))
      throw Error(Errc::bad_input, "balance=" + text + " gives class \"" + name + "\" two weights");
    weights[name] = parse_u64("balance=" + text + ": weight", part.substr(colon + 1));
  }
  return weights;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> to_query(const SampleSpec& spec) {
  const SampleSpec own = sample_of_part(spec, spec.round, spec.part, spec.parts);
  const Json json = to_json(own);
  std::vector<std::pair<std::string, std::string>> query;
  for (const auto& [name, value] : json.items()) {
    if (name == "balance" && value.is_object()) {
      query.emplace_back(name, format_weights(own.class_weights));
    } else if (value.is_boolean()) {
      query.emplace_back(name, value.get<bool>() ? "1" : "0");
    } else {
      query.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return query;
}

SampleSpec sample_spec_from_query(const std::map<std::string, std::string>& params,
                                  const std::vector<std::string>& also_known) {
  static const std::vector<std::string> kNumbers = {"count", "seed", "round",        "part",
                                                    "parts", "fold", "holdout_round"};
  static const std::vector<std::string> kTexts = {"split", "policy", "side"};
  const auto is_in = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  Json json = Json::object();
  for (const auto& [name, value] : params) {
    if (is_in(kNumbers, name)) {
      json[name] = parse_u64(name, value);
    } else if (is_in(kTexts, name)) {
      json[name] = value;
    } else if (name == "keep" || name == "holdout") {
      json[name] = parse_share(name, value);
    } else if (name == "balance") {
      json[name] = parse_balance(value);
    } else if (name == "repeats") {
      json[name] = parse_u64(name, value) != 0;
    } else if (!is_in(also_known, name)) {
      throw Error(Errc::bad_input, "unknown parameter \"" + name + "\"");
    }
  }
  return sample_spec_from_json(json);
}

}  // namespace frag
