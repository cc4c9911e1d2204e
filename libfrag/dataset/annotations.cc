#include "libfrag/dataset/annotations.h"

#include <simdjson.h>

#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/label_rule.h"
#include "libfrag/geometry/tiling.h"

namespace frag {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;

// Deeper than any geometry, shallow enough for a parser's stack of any size.
constexpr std::size_t kMaxDepth = 64;

// Sources have at most kMaxEdge pixels on an edge; a stroke may end outside.
constexpr double kMaxCoordinate = 2.0 * static_cast<double>(kMaxEdge);

std::string quote(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// The text at `key`, or empty.
std::string_view text_at(const object& json, std::string_view key) {
  std::string_view text;
  return json[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  Annotations read(const element& root) {
    array features;
    object top;
    if (root.get(features) == simdjson::SUCCESS) {
      take_features(features);
    } else if (root.get(top) != simdjson::SUCCESS) {
      fail("neither an object nor a list of features");
    } else if (text_at(top, "type") == "FeatureCollection") {
      if (top["features"].get(features) != simdjson::SUCCESS) fail("\"features\" is missing or no list");
      take_features(features);
    } else if (text_at(top, "type") == "Feature") {
      feature_ = 1;
      take_feature(top);
    } else {
      fail("its \"type\" is " + quote(text_at(top, "type")) + "; annotations are a FeatureCollection, a " +
           "Feature or a list of features");
    }
    return std::move(found_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    const std::string place = feature_ == 0 ? "" : "feature " + std::to_string(feature_) + ": ";
    throw Error(Errc::bad_input, name_ + ": " + place + why);
  }

  void take_features(const array& features) {
    for (const element item : features) {
      ++feature_;
      object feature;
      if (item.get(feature) != simdjson::SUCCESS || text_at(feature, "type") != "Feature") {
        fail("it is no object of the type \"Feature\"");
      }
      take_feature(feature);
    }
  }

  void take_feature(const object& feature) {
    object properties;
    if (feature["properties"].get(properties) == simdjson::SUCCESS && !is_annotation(feature, properties)) {
      ++found_.objects;
      return;
    }
    object geometry;
    if (feature["geometry"].get(geometry) != simdjson::SUCCESS) {
      ++found_.shapes;
      return;
    }
    const std::size_t before = found_.regions.size();
    take_geometry(geometry, Collections::allowed);
    const std::string class_name = class_of(feature);
    if (class_name.empty()) {
      found_.unclassified += found_.regions.size() - before;
      found_.regions.resize(before);
    }
    for (std::size_t i = before; i < found_.regions.size(); ++i) found_.regions[i].class_name = class_name;
  }

  // The key was renamed twice; files of other programs have none of the three.
  static bool is_annotation(const object& feature, const object& properties) {
    std::string_view type = text_at(properties, "objectType");
    if (type.empty()) type = text_at(properties, "object_type");
    if (!type.empty()) return type == "annotation";
    const std::string_view id = text_at(feature, "id");
    return !(id.starts_with("Path") && id.ends_with("Object")) || id == "PathAnnotationObject";
  }

  std::string class_of(const object& feature) const {
    element classification;
    if (feature["properties"]["classification"].get(classification) != simdjson::SUCCESS) return {};
    std::string name;
    std::string_view text;
    array names;
    if (classification.get(text) == simdjson::SUCCESS ||
        classification["name"].get(text) == simdjson::SUCCESS) {
      name = text;
    } else if (classification["names"].get(names) == simdjson::SUCCESS) {
      std::vector<std::string> parts;
      for (const element part : names) {
        if (part.get(text) != simdjson::SUCCESS) fail("a name of its classification is no text");
        parts.emplace_back(text);
      }
      name = join(parts, ": ");
    }
    if (name.empty()) return {};
    const std::string problem = class_name_problem(name);
    if (!problem.empty()) fail("its class " + quote(name) + " " + problem + "; rename it");
    return name;
  }

  enum class Collections { allowed, refused };

  void take_geometry(const object& geometry, Collections collections) {
    const std::string_view type = text_at(geometry, "type");
    if (type == "Point" || type == "MultiPoint" || type == "LineString" || type == "MultiLineString") {
      ++found_.shapes;
    } else if (type == "GeometryCollection" && collections == Collections::allowed) {
      for (const element item : list_at(geometry, "geometries")) {
        object part;
        if (item.get(part) != simdjson::SUCCESS) fail("a geometry of its collection is no object");
        take_geometry(part, Collections::refused);
      }
    } else if (type == "Polygon") {
      take_polygon(list_at(geometry, "coordinates"));
    } else if (type == "MultiPolygon") {
      for (const element item : list_at(geometry, "coordinates")) take_polygon(list_of(item, "a polygon"));
    } else {
      fail("its geometry is of the type " + quote(type) + "; areas are a Polygon or a MultiPolygon");
    }
  }

  array list_at(const object& json, const char* key) const {
    array list;
    if (json[key].get(list) != simdjson::SUCCESS) fail(quote(key) + " of its geometry is missing or no list");
    return list;
  }
  array list_of(const element& json, const char* what) const {
    array list;
    if (json.get(list) != simdjson::SUCCESS) fail(std::string(what) + " of its geometry is no list");
    return list;
  }

  void take_polygon(const array& rings) {
    Region region;
    for (const element ring : rings) {
      region.rings.push_back(ring_of(list_of(ring, "a ring"), region.rings.size() + 1));
    }
    // An empty polygon is GeoJSON's way of saying nothing.
    if (region.rings.empty()) {
      ++found_.shapes;
    } else {
      found_.regions.push_back(std::move(region));
    }
  }

  AnnotationRing ring_of(const array& points, std::size_t number) const {
    AnnotationRing ring;
    for (const element point : points) ring.push_back(point_of(list_of(point, "a point")));
    const std::string which = "ring " + std::to_string(number) + " of its polygon ";
    if (ring.size() < 4) fail(which + "has fewer than three corners and their first again");
    if (ring.front() != ring.back()) fail(which + "is not closed: its last point is not its first");
    ring.pop_back();
    return ring;
  }

  // Numbers after the second are heights, of no use here.
  AnnotationPoint point_of(const array& numbers) const {
    double values[2] = {};
    std::size_t count = 0;
    for (const element number : numbers) {
      if (count == 2) break;
      if (number.get(values[count]) != simdjson::SUCCESS) fail("a coordinate is not a number");
      if (!(std::abs(values[count]) <= kMaxCoordinate)) {
        fail("the coordinate " + format_fixed(values[count], 0) + " lies outside of any image; coordinates " +
             "are pixels at full resolution");
      }
      ++count;
    }
    if (count < 2) fail("a point has fewer than two coordinates");
    constexpr auto kUnit = static_cast<double>(kAnnotationUnit);
    return {std::llround(values[0] * kUnit), std::llround(values[1] * kUnit)};
  }

  const std::string& name_;
  std::uint64_t feature_ = 0;  // which one is being read, from 1; 0 outside of any
  Annotations found_;
};

}  // namespace

Annotations parse_annotations(std::string_view geojson, const std::string& name) {
  if (geojson.starts_with("\xef\xbb\xbf")) geojson.remove_prefix(3);
  simdjson::dom::parser parser;
  element root;
  auto error = parser.allocate(geojson.size(), kMaxDepth);
  if (error == simdjson::SUCCESS) error = parser.parse(geojson.data(), geojson.size()).get(root);
  if (error == simdjson::DEPTH_ERROR) {
    throw Error(Errc::bad_input, name + ": more than " + std::to_string(kMaxDepth) + " levels of nesting");
  }
  if (error != simdjson::SUCCESS) {
    throw Error(Errc::bad_input, name + ": not JSON: " + simdjson::error_message(error));
  }
  return Reader(name).read(root);
}

Annotations read_annotations(const std::filesystem::path& path) {
  return parse_annotations(read_file(path, kMaxBytes), path.string());
}

}  // namespace frag
