#include "libfrag/dataset/label_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/path_rule.h"

namespace frag {
namespace {

struct FromName {
  LabelsFrom from;
  const char* name;
};
constexpr FromName kFroms[] = {{LabelsFrom::folder, "folder"},   {LabelsFrom::path, "path"},
                               {LabelsFrom::csv, "csv"},         {LabelsFrom::mask, "mask"},
                               {LabelsFrom::geojson, "geojson"}, {LabelsFrom::set, "set"}};
constexpr const char* kDefaultFile = "labels.csv";
constexpr MaskColour kGreyStep = 0x010101;

[[noreturn]] void fail(const std::string& key, const std::string& why) {
  throw Error(Errc::usage, "labels." + key + " " + why);
}

std::string quote(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string text_of(const std::string& key, const Json& value) {
  if (!value.is_string()) fail(key, "is " + value.dump() + "; it must be text");
  return value.get<std::string>();
}

MaskColour colour_of(const std::string& class_name, const Json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= 255) {
    return value.get<MaskColour>() * kGreyStep;
  }
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    MaskColour colour = 0;
    const char* end = text.data() + text.size();
    if (text.size() == 7 && text[0] == '#' && std::from_chars(text.data() + 1, end, colour, 16).ptr == end) {
      return colour;
    }
  }
  fail("values", class_name + " = " + value.dump() +
                     " is neither a grey value from 0 to 255 nor a colour as in \"#80ff00\"");
}

Json colour_json(MaskColour colour) {
  if (colour % kGreyStep == 0 && colour / kGreyStep <= 255) return colour / kGreyStep;
  char text[8];
  std::snprintf(text, sizeof text, "#%06x", colour & 0xffffffu);
  return text;
}

std::int64_t share_of(const Json& value) {
  const double share = value.is_number() ? value.get<double>() : -1;
  if (!(share > 0 && share <= 1)) {
    fail("min_share", "is " + value.dump() + "; it is the share of a fragment, above 0 and at most 1");
  }
  return std::max<std::int64_t>(1, std::llround(share * static_cast<double>(kMillion)));
}

void require_pattern(const std::string& key, const std::string& pattern, const std::string& example) {
  if (pattern.empty()) fail(key, "is missing; it says where they lie, as in " + key + " = " + quote(example));
  bool tells_sources_apart = false;
  for (std::size_t at = pattern.find('{'); at != std::string::npos; at = pattern.find('{', at + 1)) {
    const std::string word = pattern.substr(at, pattern.find('}', at) - at + 1);
    if (word != "{dir}" && word != "{name}" && word != "{stem}") {
      fail(key, "= " + quote(pattern) + " has " + quote(word) + "; it may have {dir}, {name} and {stem}");
    }
    tells_sources_apart = tells_sources_apart || word != "{dir}";
  }
  if (!tells_sources_apart) {
    fail(key, "= " + quote(pattern) + " is one file for all sources; use {name} or {stem} in it");
  }
}

void check_mask_classes(const LabelRule& rule) {
  if (rule.values.empty()) fail("values", "is missing; it says which value of a mask is which class");
  std::map<MaskColour, std::string> owner;
  for (const auto& [name, colour] : rule.values) {
    const std::string problem = class_name_problem(name);
    if (!problem.empty()) fail("values", "has the class " + quote(name) + ", which " + problem);
    const auto [other, fresh] = owner.emplace(colour, name);
    if (!fresh) {
      fail("values", "gives " + quote(other->second) + " and " + quote(name) + " the same " +
                         colour_json(colour).dump());
    }
    if (!rule.classes.empty() &&
        std::find(rule.classes.begin(), rule.classes.end(), name) == rule.classes.end()) {
      fail("classes", "does not list " + quote(name) + ", which labels.values has; add it");
    }
  }
}

void check_classes(const LabelRule& rule) {
  std::set<std::string> seen;
  for (const std::string& name : rule.classes) {
    const std::string problem = class_name_problem(name);
    if (!problem.empty()) fail("classes", "has " + quote(name) + ", which " + problem);
    if (!seen.insert(name).second) fail("classes", "lists " + quote(name) + " twice");
    if (rule.from == LabelsFrom::mask && !rule.values.contains(name)) {
      fail("classes", "lists " + quote(name) + ", for which labels.values has no value; add one");
    }
  }
  if (rule.within_sources() && std::max(rule.classes.size(), rule.values.size()) > kMaxMapClasses) {
    fail("classes", "are more than " + std::to_string(kMaxMapClasses) + ", the most within sources");
  }
}

// A key that another kind of labels owns is a mistake that would otherwise label by something else.
void refuse_strangers(const LabelRule& rule) {
  const auto only = [&rule](const char* key, bool set, LabelsFrom owner) {
    if (set && rule.from != owner) {
      fail(key, std::string("goes with from = \"") + name_of(owner) + "\", and from is \"" +
                    name_of(rule.from) + "\"");
    }
  };
  only("file", !rule.file.empty(), LabelsFrom::csv);
  only("mask", !rule.mask.empty(), LabelsFrom::mask);
  only("values", !rule.values.empty(), LabelsFrom::mask);
  only("annotations", !rule.annotations.empty(), LabelsFrom::geojson);
  if (rule.min_share != LabelRule().min_share && !rule.within_sources()) {
    fail("min_share", "goes with from = \"mask\" or \"geojson\", and from is " + quote(name_of(rule.from)));
  }
}

void check_expression(const LabelRule& rule) {
  if (rule.expression.empty()) {
    if (rule.from == LabelsFrom::path) {
      fail("expression", "is missing; with from = \"path\" it captures the class, as in '(?P<class>[^/]+)/'");
    }
    return;
  }
  const PathRule path(rule.expression);
  if (rule.from == LabelsFrom::path && !path.captures_class()) {
    fail("expression",
         "= " + quote(rule.expression) + " captures no class; mark the class's part as in (?P<class>[^/]+)");
  }
  if (rule.from != LabelsFrom::path && path.captures_class()) {
    fail("expression", "= " + quote(rule.expression) + " captures a class, and from is " +
                           quote(name_of(rule.from)) + "; write from = \"path\"");
  }
}

}  // namespace

const char* name_of(LabelsFrom from) {
  for (const auto& row : kFroms) {
    if (row.from == from) return row.name;
  }
  return "";
}

LabelsFrom parse_labels_from(std::string_view name) {
  for (const auto& row : kFroms) {
    if (row.name == name) return row.from;
  }
  fail("from", "= " + is_none_of(name, {"folder", "path", "csv", "mask", "geojson", "set"}));
}

std::vector<std::string> named_classes(const LabelRule& rule) {
  if (!rule.classes.empty()) return rule.classes;
  std::vector<std::string> names;
  for (const auto& [name, colour] : rule.values) names.push_back(name);
  return names;
}

std::string class_name_problem(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name == "." || name == "..") return "cannot be the name of a folder";
  for (const char c : name) {
    if (c == '/' || c == '\\') return "has a slash; classes become the names of folders";
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "has a control character";
  }
  return {};
}

std::string sidecar_name(const std::string& pattern, const std::string& name) {
  const std::filesystem::path path(name);
  const std::string dir = path.has_parent_path() ? path.parent_path().generic_string() : ".";
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto take = [&](std::string_view word, const std::string& value) {
      if (pattern.compare(at, word.size(), word) != 0) return false;
      out += value;
      at += word.size();
      return true;
    };
    if (take("{dir}", dir) || take("{name}", path.filename().string()) ||
        take("{stem}", path.stem().string())) {
      continue;
    }
    out += pattern[at++];
  }
  return std::filesystem::path(out).lexically_normal().generic_string();
}

void LabelRule::validate() const {
  refuse_strangers(*this);
  check_expression(*this);
  if (from == LabelsFrom::csv && file.empty()) {
    fail("file", std::string("is missing; it names the table, as in file = \"") + kDefaultFile + "\"");
  }
  if (from == LabelsFrom::mask) {
    require_pattern("mask", mask, "masks/{stem}.png");
    check_mask_classes(*this);
  }
  if (from == LabelsFrom::geojson) require_pattern("annotations", annotations, "{dir}/{stem}.geojson");
  check_classes(*this);
  if (min_share < 1 || min_share > kMillion) {
    fail("min_share", "is " + std::to_string(min_share) + " millionths; it is at least 1, at most a million");
  }
}

void set_key(LabelRule& rule, const std::string& key, const Json& value) {
  if (key == "from") {
    rule.from = parse_labels_from(text_of(key, value));
  } else if (key == "expression") {
    rule.expression = text_of(key, value);
  } else if (key == "file") {
    rule.file = text_of(key, value);
  } else if (key == "mask") {
    rule.mask = text_of(key, value);
  } else if (key == "annotations") {
    rule.annotations = text_of(key, value);
  } else if (key == "min_share") {
    rule.min_share = share_of(value);
  } else if (key == "values") {
    if (!value.is_object()) fail(key, "is " + value.dump() + "; write it as in { tumour = 255 }");
    for (const auto& [name, colour] : value.items()) rule.values[name] = colour_of(name, colour);
  } else if (key == "classes") {
    if (!value.is_array()) fail(key, "is " + value.dump() + "; write it as in [\"a\", \"b\"]");
    for (const Json& name : value) rule.classes.push_back(text_of(key, name));
  } else {
    throw Error(Errc::usage,
                quote(key) + " is not a key of labels; the keys are from, expression, file, mask, values, " +
                    "annotations, min_share and classes");
  }
}

Json to_json(const LabelRule& rule) {
  const LabelRule defaults;
  Json json = {{"from", name_of(rule.from)}};
  const auto add_text = [&json](const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
  };
  add_text("expression", rule.expression);
  add_text("file", rule.file);
  add_text("mask", rule.mask);
  for (const auto& [name, colour] : rule.values) json["values"][name] = colour_json(colour);
  add_text("annotations", rule.annotations);
  if (rule.min_share != defaults.min_share) {
    json["min_share"] = static_cast<double>(rule.min_share) / static_cast<double>(kMillion);
  }
  if (!rule.classes.empty()) json["classes"] = rule.classes;
  return json;
}

LabelRule label_rule_from_json(const Json& json, const std::string& what) {
  LabelRule rule;
  try {
    if (!json.is_object()) throw Error(Errc::usage, "labels is not a table");
    for (const auto& [key, value] : json.items()) set_key(rule, key, value);
    rule.validate();
  } catch (const Error& error) {
    throw Error(Errc::bad_input, what + ": " + error.what());
  }
  return rule;
}

}  // namespace frag
