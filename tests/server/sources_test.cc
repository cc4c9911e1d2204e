#include "server/sources.h"

#include <catch2/catch.hpp>

#include "libfrag/image/read.h"
#include "server/mirror.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

struct SourceBench {
  test::TempDir dir;
  DatasetFolder folder{test::small_dataset(dir)};
  Mirror mirror{folder, 1 << 24};

  http::Response get(const std::string& path, const std::map<std::string, std::string>& params = {}) const {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.params = params;
    return mirror.handle(request);
  }
  Json json(const std::string& path, const std::map<std::string, std::string>& params = {}) const {
    return parse_json(get(path, params).body, path);
  }
};

}  // namespace

TEST_CASE("sources come in pages, and by split and class") {
  SourceBench bench;
  const Json all = bench.json("/v1/sources");
  CHECK(all["total"] == 12);
  CHECK(all["sources"].size() == 12);
  const Json page = bench.json("/v1/sources", {{"offset", "5"}, {"limit", "3"}});
  CHECK(page["total"] == 12);
  REQUIRE(page["sources"].size() == 3);
  CHECK(page["sources"][0] == all["sources"][5]);
  CHECK(bench.json("/v1/sources", {{"split", "train"}})["total"] == 6);
  CHECK(bench.json("/v1/sources", {{"class", "class1"}})["total"] == 4);
  CHECK(bench.get("/v1/sources", {{"class", "nope"}}).status == 404);
  CHECK(bench.get("/v1/sources", {{"limit", "1001"}}).status == 400);
}

TEST_CASE("a source says where its tiles lie, and their ids are the dataset's") {
  SourceBench bench;
  const Catalog& catalog = bench.folder.catalog();
  const Json source = bench.json("/v1/sources/3");
  CHECK(source["source"]["id"] == 3);
  std::uint64_t next = catalog.sources().first_fragment(3);
  for (std::size_t angle = 0; angle < catalog.angles().size(); ++angle) {
    const Json tiles = bench.json("/v1/sources/3/tiles", {{"angle", std::to_string(angle)}})["tiles"];
    CHECK(source["grids"][angle]["tiles"] == tiles.size());
    for (const Json& tile : tiles) {
      REQUIRE(tile["id"] == next++);
      REQUIRE(tile["kept"] == true);
      for (const Json& corner : tile["corners"]) {
        REQUIRE(corner[0].get<double>() >= -0.01);
        REQUIRE(corner[0].get<double>() <= 120.01);
        REQUIRE(corner[1].get<double>() >= -0.01);
        REQUIRE(corner[1].get<double>() <= 96.01);
      }
    }
  }
  CHECK(next == catalog.sources().first_fragment(3) + catalog.sources().fragments(3));
  CHECK(bench.get("/v1/sources/12").status == 404);
  CHECK(bench.get("/v1/sources/3/tiles", {{"angle", "4"}}).status == 404);
}

TEST_CASE("a picture is as wide as asked, at most as the source, and made once") {
  SourceBench bench;
  const auto width = [&bench](const char* wanted) {
    const http::Response response = bench.get("/v1/sources/0/picture.jpg", {{"width", wanted}});
    std::string jpeg;
    response.stream([&jpeg](std::string_view piece) { jpeg += piece; });
    return decode_image(jpeg).width();
  };
  CHECK(width("60") == 60);
  CHECK(width("2048") == 120);
  const auto misses = bench.mirror.cache().stats();
  CHECK(width("60") == 60);
  CHECK(bench.mirror.cache().stats().hits == misses.hits);
  for (const char* wrong : {"0", "15", "2049", "-1", "x"})
    CHECK(bench.get("/v1/sources/0/picture.jpg", {{"width", wrong}}).status == 400);
}
