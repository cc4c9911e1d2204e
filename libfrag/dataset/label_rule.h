// How people say which class a fragment has: the table [labels] of a recipe, and its place in dataset.json.
//
//   [labels]
//   from = "folder"              # folder | path | csv | mask | geojson | set
//   expression = '(?P<class>[^/]+)/(?P<group>patient-\d+)/'   # on a source's path; captures class (with
//                                # from = "path"), group and split
//   file = "labels.csv"          # csv: path,class[,group,split,page,x,y,w,h]; relative to the image folder
//   mask = "masks/{stem}.png"    # mask: {dir}, {name} and {stem} are of the source's path
//   values = { tumour = 255, stroma = "#80ff00" }   # mask: the grey value or the colour of each class
//   annotations = "{dir}/{stem}.geojson"            # geojson
//   min_share = 0.5              # mask, geojson: the share of a fragment that its class covers at least
//   classes = ["a", "b"]         # the order of class numbers; sources of other classes are left out
//
// Values and pure functions; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/base/json.h"

namespace frag {

enum class LabelsFrom {
  folder,   // the first folder of a source's path
  path,     // a regular expression on the path
  csv,      // a table that lists the sources
  mask,     // a picture beside each source, whose pixels say the class
  geojson,  // polygons beside each source, as QuPath exports them
  set,      // IDX and CIFAR files carry the class of each picture
};

const char* name_of(LabelsFrom from);
// Errc::usage that lists the names.
LabelsFrom parse_labels_from(std::string_view name);

// 0xRRGGBB. A grey value v is the colour in which all three are v.
using MaskColour = std::uint32_t;

// Shares are compared in millionths, so that no rounding decides a label.
inline constexpr std::int64_t kMillion = 1'000'000;

// The most classes of labels within sources: a cell of a LabelMap is a byte, and one value means none.
inline constexpr std::size_t kMaxMapClasses = 255;

struct LabelRule {
  LabelsFrom from = LabelsFrom::folder;
  std::string expression;  // RE2 syntax; empty: none
  std::string file;
  std::string mask;
  std::map<std::string, MaskColour> values;
  std::string annotations;
  std::int64_t min_share = kMillion / 2;  // in millionths, in [1, kMillion]; read as llround(share * 1e6)
  std::vector<std::string> classes;       // empty: the names that are found, in their order as bytes

  // True where the class of a fragment depends on where it lies in its source.
  bool within_sources() const { return from == LabelsFrom::mask || from == LabelsFrom::geojson; }

  // Throws Errc::usage that names the key, its value and the way out: a key that `from` needs is missing, one
  // that it does not know is set, or a value is out of range.
  void validate() const;

  bool operator==(const LabelRule&) const = default;
};

// Sets `key` of the table, as it is written there, to `value`; Errc::usage on an unknown key or a value of
// the wrong type.
void set_key(LabelRule& rule, const std::string& key, const Json& value);

// Only the keys that differ from their defaults, and "from".
Json to_json(const LabelRule& rule);
// Validated; Errc::bad_input that names `what`.
LabelRule label_rule_from_json(const Json& json, const std::string& what);

// The classes in the order of their numbers, as far as the rule itself says: its list, else the names that a
// mask has values for; empty where only the sources tell.
std::vector<std::string> named_classes(const LabelRule& rule);

// Why `name` cannot be the name of a class, as in "is empty", or nothing. Exports make folders of these
// names.
std::string class_name_problem(std::string_view name);

// The path of the mask or annotations of the source `name`, relative to the image folder: `pattern` with
// {dir}, {name} and {stem} replaced. "{dir}/{stem}.json" and "a/b.c.png" give "a/b.c.json".
std::string sidecar_name(const std::string& pattern, const std::string& name);

}  // namespace frag
