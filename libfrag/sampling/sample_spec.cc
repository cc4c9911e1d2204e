#include "libfrag/sampling/sample_spec.h"

#include <algorithm>
#include <charconv>

#include "libfrag/base/error.h"

namespace frag {
namespace {

const char* name_of(Balance balance) {
  return balance == Balance::by_class ? "class" : "none";
}

Balance parse_balance(const std::string& name) {
  if (name == "class") return Balance::by_class;
  if (name == "none") return Balance::none;
  throw Error(Errc::bad_input, "sample: balance \"" + name + "\" is neither class nor none");
}

void check(const SampleSpec& spec) {
  if (spec.split.empty()) throw Error(Errc::bad_input, "sample: \"split\" is empty");
  if (spec.count && *spec.count == 0) throw Error(Errc::bad_input, "sample: \"count\" is 0");
  if (spec.parts < 1 || spec.part >= spec.parts) {
    throw Error(Errc::bad_input, "sample: part " + std::to_string(spec.part) + " of " +
                                     std::to_string(spec.parts) + "; parts are numbered from 0");
  }
}

std::uint64_t parse_u64(const std::string& name, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(Errc::bad_input, name + "=" + text + " is not a whole number");
  }
  return value;
}

}  // namespace

Json to_json(const SampleSpec& spec) {
  Json json = {{"split", spec.split}};
  if (spec.count) json["count"] = *spec.count;
  json["seed"] = spec.seed;
  json["round"] = spec.round;
  json["part"] = spec.part;
  json["parts"] = spec.parts;
  json["balance"] = name_of(spec.balance);
  json["repeats"] = spec.repeats == Repeats::allow;
  return json;
}

SampleSpec sample_spec_from_json(const Json& json) {
  static const std::string kWhat = "sample";
  static const std::vector<std::string> kKeys = {"split", "count", "seed",    "round",
                                                 "part",  "parts", "balance", "repeats"};
  if (!json.is_object()) throw Error(Errc::bad_input, "sample: not an object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      throw Error(Errc::bad_input, "sample: unknown key \"" + key + "\"");
    }
    if (value.is_number_integer() && !value.is_number_unsigned() && value.get<std::int64_t>() < 0) {
      throw Error(Errc::bad_input, "sample: \"" + key + "\" is below 0");
    }
  }
  SampleSpec spec;
  spec.split = json_get_or(json, "split", spec.split, kWhat);
  if (json.contains("count")) spec.count = json_get<std::uint64_t>(json, "count", kWhat);
  spec.seed = json_get_or(json, "seed", spec.seed, kWhat);
  spec.round = json_get_or(json, "round", spec.round, kWhat);
  spec.part = json_get_or(json, "part", spec.part, kWhat);
  spec.parts = json_get_or(json, "parts", spec.parts, kWhat);
  spec.balance = parse_balance(json_get_or<std::string>(json, "balance", name_of(spec.balance), kWhat));
  spec.repeats = json_get_or(json, "repeats", false, kWhat) ? Repeats::allow : Repeats::refuse;
  check(spec);
  return spec;
}

std::vector<std::pair<std::string, std::string>> to_query(const SampleSpec& spec) {
  std::vector<std::pair<std::string, std::string>> query = {{"split", spec.split}};
  if (spec.count) query.emplace_back("count", std::to_string(*spec.count));
  query.emplace_back("seed", std::to_string(spec.seed));
  query.emplace_back("round", std::to_string(spec.round));
  query.emplace_back("part", std::to_string(spec.part));
  query.emplace_back("parts", std::to_string(spec.parts));
  query.emplace_back("balance", name_of(spec.balance));
  query.emplace_back("repeats", spec.repeats == Repeats::allow ? "1" : "0");
  return query;
}

SampleSpec sample_spec_from_query(const std::map<std::string, std::string>& params,
                                  const std::vector<std::string>& also_known) {
  SampleSpec spec;
  for (const auto& [name, value] : params) {
    if (name == "split") {
      spec.split = value;
    } else if (name == "count") {
      spec.count = parse_u64(name, value);
    } else if (name == "seed") {
      spec.seed = parse_u64(name, value);
    } else if (name == "round") {
      spec.round = parse_u64(name, value);
    } else if (name == "part") {
      spec.part = parse_u64(name, value);
    } else if (name == "parts") {
      spec.parts = parse_u64(name, value);
    } else if (name == "balance") {
      spec.balance = parse_balance(value);
    } else if (name == "repeats") {
      spec.repeats = parse_u64(name, value) != 0 ? Repeats::allow : Repeats::refuse;
    } else if (std::find(also_known.begin(), also_known.end(), name) == also_known.end()) {
      throw Error(Errc::bad_input, "unknown parameter \"" + name + "\"");
    }
  }
  check(spec);
  return spec;
}

}  // namespace frag
