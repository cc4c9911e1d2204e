// Regions that people drew on a source: GeoJSON (RFC 7946) as QuPath exports it.
//
// Read are a FeatureCollection, a bare array of features or one feature; of its geometries Polygon,
// MultiPolygon and collections of them (QuPath writes rectangles and ellipses as polygons). The class is
// properties.classification: its name, its names joined with ": " as QuPath shows them, or, in older files,
// the text itself. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace frag {

// Units of an annotation in a pixel.
inline constexpr std::int64_t kAnnotationUnit = 256;

// A corner, in 1/256 pixel of the source at full resolution: llround(256 v) of the number v in the file.
struct AnnotationPoint {
  std::int64_t x = 0;
  std::int64_t y = 0;

  bool operator==(const AnnotationPoint&) const = default;
};

// At least three corners; the last is joined to the first, which is not repeated.
using AnnotationRing = std::vector<AnnotationPoint>;

// One polygon: inside is what lies within an odd number of its rings, so that inner rings are holes.
struct Region {
  std::string class_name;
  std::vector<AnnotationRing> rings;
};

struct Annotations {
  std::vector<Region> regions;     // in the order of the file: later ones lie over earlier ones
  std::uint64_t shapes = 0;        // points and lines, which cover nothing, and features without a geometry
  std::uint64_t unclassified = 0;  // areas that nobody gave a class
  std::uint64_t objects = 0;       // QuPath's cells, detections, tiles, ...: they are not annotations
};

// Errc::bad_input that names `name` and the feature, counted from 1: text that is not JSON or nests too
// deeply, a geometry that RFC 7946 does not know, a ring that is not closed or has fewer than three corners,
// a coordinate that is no number or lies further than kMaxEdge pixels outside of any source, the name of a
// class that class_name_problem() refuses.
Annotations parse_annotations(std::string_view geojson, const std::string& name);

// The same from a file of at most 1 GiB.
Annotations read_annotations(const std::filesystem::path& path);

}  // namespace frag
