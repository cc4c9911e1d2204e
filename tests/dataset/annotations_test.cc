#include "libfrag/dataset/annotations.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

std::string feature(const std::string& geometry,
                    const std::string& properties = R"({"classification": {"name": "Tumor"}})") {
  return R"({"type": "Feature", "geometry": )" + geometry + R"(, "properties": )" + properties + "}";
}

std::string polygon(const std::string& rings) {
  return R"({"type": "Polygon", "coordinates": )" + rings + "}";
}

const std::string kTriangle = "[[0,0],[10,0],[0,10],[0,0]]";

Annotations parsed(const std::string& text) {
  return parse_annotations(text, "a.geojson");
}

std::string annotation_error(const std::string& text) {
  const Error error = error_of([&] { parsed(text); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

}  // namespace

TEST_CASE("a collection, a bare list and a single feature say the same") {
  const std::string one = feature(polygon("[" + kTriangle + "]"));
  for (const std::string& text : {one, "[" + one + "]", "\xef\xbb\xbf" + one,
                                  R"({"type": "FeatureCollection", "features": [)" + one + "]}"}) {
    const Annotations found = parsed(text);
    REQUIRE(found.regions.size() == 1);
    CHECK(found.regions[0].class_name == "Tumor");
    CHECK(found.regions[0].rings == std::vector<AnnotationRing>{{{0, 0}, {2560, 0}, {0, 2560}}});
  }
}

TEST_CASE("coordinates are rounded to 1/256 pixel, halves away from zero; heights are passed over") {
  const auto ring = parsed(feature(polygon("[[[0.001953125,-0.001953125,7],[1e1,0.5],[3,4],"
                                           "[0.001953125,-0.001953125]]]")))
                        .regions[0]
                        .rings[0];
  CHECK(ring == AnnotationRing{{1, -1}, {2560, 128}, {768, 1024}});
}

TEST_CASE("each polygon of several is a region, with its holes") {
  const auto found = parsed(feature(R"({"type": "MultiPolygon", "coordinates": [[)" + kTriangle + "," +
                                    kTriangle + "],[" + kTriangle + "]]}"));
  REQUIRE(found.regions.size() == 2);
  CHECK(found.regions[0].rings.size() == 2);
  CHECK(found.regions[1].rings.size() == 1);
  const auto collected =
      parsed(feature(R"({"type": "GeometryCollection", "geometries": [{"type": "Point"},)" +
                     polygon("[" + kTriangle + "]") + "]}"));
  CHECK(collected.regions.size() == 1);
  CHECK(collected.shapes == 1);
}

TEST_CASE("the class has been written in three ways") {
  const std::string area = polygon("[" + kTriangle + "]");
  const auto class_of = [&](const std::string& classification) {
    return parsed(feature(area, R"({"classification": )" + classification + "}")).regions.at(0).class_name;
  };
  CHECK(class_of(R"({"name": "Stroma", "colorRGB": -1})") == "Stroma");
  CHECK(class_of(R"({"names": ["Tumor", "Positive"], "color": [1, 2, 3]})") == "Tumor: Positive");
  CHECK(class_of(R"("Necrosis")") == "Necrosis");
}

TEST_CASE("what covers nothing or has no class is counted") {
  const std::string area = polygon("[" + kTriangle + "]");
  const Annotations found =
      parsed("[" + feature(R"({"type": "Point", "coordinates": [1, 2]})") + "," +
             feature(R"({"type": "LineString", "coordinates": [[1, 2], [3, 4]]})") + "," + feature("null") +
             "," + feature(polygon("[]")) + "," + feature(area, "{}") + "," + feature(area, "null") + "," +
             feature(area, R"({"classification": null})") + "," +
             feature(area, R"({"classification": {"name": ""}})") + "]");
  CHECK(found.regions.empty());
  CHECK(found.shapes == 4);
  CHECK(found.unclassified == 4);
}

TEST_CASE("cells and detections are no annotations, however old the file") {
  const std::string area = polygon("[" + kTriangle + "]");
  const std::string named = R"("classification": {"name": "T"}})";
  const std::string old =
      R"({"type": "Feature", "properties": {"classification": {"name": "T"}}, "geometry": )" + area;
  const Annotations found = parsed("[" + feature(area, R"({"objectType": "cell", )" + named) + "," +
                                   feature(area, R"({"object_type": "detection", )" + named) + "," +
                                   feature(area, R"({"objectType": "annotation", )" + named) + "," + old +
                                   R"(, "id": "PathDetectionObject"},)" + old +
                                   R"(, "id": "PathAnnotationObject"},)" + old + R"(, "id": "1f2e"}])");
  CHECK(found.regions.size() == 3);
  CHECK(found.objects == 3);
}

TEST_CASE("rings that enclose nothing are refused by feature and ring") {
  const std::string good = feature(polygon("[" + kTriangle + "]"));
  CHECK(annotation_error("[" + good + "," +
                         feature(polygon("[" + kTriangle + ",[[0,0],[10,0],[0,10],[1,1]]]")) + "]") ==
        "a.geojson: feature 2: ring 2 of its polygon is not closed: its last point is not its first");
  CHECK(annotation_error(feature(polygon("[[[0,0],[1,1],[0,0]]]")))
            .find("ring 1 of its polygon has fewer than three") != std::string::npos);
  CHECK(annotation_error(feature(polygon("[[]]"))).find("fewer than three") != std::string::npos);
}

TEST_CASE("coordinates that are no pixels are refused") {
  const auto with = [](const std::string& x) {
    return feature(polygon("[[[" + x + ",0],[10,0],[0,10],[" + x + ",0]]]"));
  };
  CHECK(annotation_error(with("3e6")).find("the coordinate 3000000 lies outside of any image") !=
        std::string::npos);
  CHECK(annotation_error(with("-3e6")).find("lies outside of any image") != std::string::npos);
  CHECK(annotation_error(with("1e999")).find("not JSON") != std::string::npos);
  CHECK(annotation_error(with("NaN")).find("not JSON") != std::string::npos);
  CHECK(annotation_error(with("99999999999999999999")).find("a.geojson: ") == 0);
  CHECK(annotation_error(with("\"1\"")).find("a coordinate is not a number") != std::string::npos);
  CHECK(annotation_error(feature(polygon("[[[0],[1],[2],[0]]]")))
            .find("a point has fewer than two coordinates") != std::string::npos);
}

TEST_CASE("wrong and deep nesting is refused") {
  CHECK(annotation_error(feature(polygon(kTriangle))).find("a point of its geometry is no list") !=
        std::string::npos);
  CHECK(
      annotation_error(feature(polygon("5"))).find("\"coordinates\" of its geometry is missing or no list") !=
      std::string::npos);
  CHECK(annotation_error(feature(polygon("[5]"))).find("a ring of its geometry is no list") !=
        std::string::npos);
  CHECK(annotation_error(feature(R"({"type": "Circle"})")).find("its geometry is of the type \"Circle\"") !=
        std::string::npos);
  CHECK(annotation_error(
            feature(R"({"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection"}]})"))
            .find("\"GeometryCollection\"") != std::string::npos);
  CHECK(annotation_error(std::string(100000, '[') + std::string(100000, ']'))
            .find("a.geojson: more than 64 levels of nesting") == 0);
}

TEST_CASE("a file that holds no annotations says what it should hold") {
  CHECK(annotation_error("").find("a.geojson: not JSON") == 0);
  CHECK(annotation_error("{\"type\": ").find("a.geojson: not JSON") == 0);
  CHECK(annotation_error("3").find("neither an object nor a list of features") != std::string::npos);
  CHECK(annotation_error(R"({"type": "Topology"})").find("its \"type\" is \"Topology\"; annotations are") !=
        std::string::npos);
  CHECK(annotation_error(R"({"type": "FeatureCollection"})").find("\"features\" is missing") !=
        std::string::npos);
  CHECK(annotation_error("[3]").find("feature 1: it is no object of the type \"Feature\"") !=
        std::string::npos);
}

TEST_CASE("a class that no folder can be named by is refused") {
  CHECK(annotation_error(feature(polygon("[" + kTriangle + "]"), R"({"classification": "../x"})"))
            .find("feature 1: its class \"../x\" has a slash") != std::string::npos);
}
