#include "server/samples.h"

#include <catch2/catch.hpp>
#include <set>

#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/sample_export.h"
#include "server/mirror.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

namespace {

struct Answered {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::optional<std::uint64_t> length;
  std::string body;
};

// A mirror whose handlers are asked without a socket.
struct SamplesBench {
  TempDir dir;
  DatasetFolder folder;
  Mirror mirror;

  explicit SamplesBench(const std::filesystem::path& dataset, std::size_t cache = 1 << 24)
      : folder(dataset), mirror(folder, cache) {}
  SamplesBench() : folder(test::small_dataset(dir)), mirror(folder, 1 << 24) {}

  Answered get(const std::string& path, const std::map<std::string, std::string>& params = {},
               const std::map<std::string, std::string>& headers = {}) const {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.params = params;
    request.headers = headers;
    request.remote = "test";
    const http::Response response = mirror.handle(request);
    Answered answered{response.status,
                      {response.headers.begin(), response.headers.end()},
                      response.stream_length,
                      response.body};
    if (response.stream) response.stream([&](std::string_view piece) { answered.body += piece; });
    return answered;
  }

  // What libfrag itself writes for the same sample.
  std::string exported(std::uint64_t count, const SampleExport& settings) {
    FragmentRenderer renderer(folder);
    const Sampler sampler(folder.catalog());
    SampleSpec spec;
    spec.count = count;
    spec.seed = 5;
    spec.repeats = settings.repeats;
    std::string bytes;
    export_sample(folder.catalog(), renderer, sampler.draw(spec), settings,
                  [&bytes](std::string_view piece) { bytes += piece; });
    return bytes;
  }
};

const std::map<std::string, std::string> kForty = {{"split", "train"}, {"count", "40"}, {"seed", "5"}};

std::map<std::string, std::string> with(std::map<std::string, std::string> params,
                                        const std::map<std::string, std::string>& more) {
  params.insert(more.begin(), more.end());
  return params;
}

// A dataset of images of different sizes that are one fragment each.
std::filesystem::path uneven_dataset(const TempDir& dir) {
  test::write_image_set(dir / "small", 2, 4, 40, 30);
  test::write_image_set(dir / "images", 2, 4, 50, 44);
  for (int i = 0; i < 4; ++i) {
    std::filesystem::copy_file(dir / ("small/class0/" + std::to_string(i) + ".png"),
                               dir / ("images/class0/s" + std::to_string(i) + ".png"));
  }
  CutOptions options = test::small_cut(dir, "uneven");
  options.recipe.fit = Fit::whole;
  options.recipe.angles = "0";
  cut(options);
  return options.dataset;
}

}  // namespace

TEST_CASE("a sample's bytes are those that libfrag writes, in every format") {
  SamplesBench bench;
  for (const SampleFormat format : {SampleFormat::raw, SampleFormat::png, SampleFormat::jpg}) {
    SampleExport settings;
    settings.format = format;
    const Answered answered = bench.get("/v1/sample", with(kForty, {{"format", name_of(format)}}));
    INFO(name_of(format));
    REQUIRE(answered.status == 200);
    CHECK(answered.body == bench.exported(40, settings));
    CHECK(answered.length.has_value() == (format == SampleFormat::raw));
    if (answered.length) CHECK(*answered.length == answered.body.size());
    CHECK(answered.headers.at("X-Frag-Fragments") == "40");
  }
}

TEST_CASE("keys carry the position where a sample repeats, and lengths still hold") {
  SamplesBench bench;
  SampleExport settings;
  settings.repeats = Repeats::allow;
  const std::uint64_t many = bench.folder.catalog().fragments() * 2;
  const Answered answered =
      bench.get("/v1/sample", {{"count", std::to_string(many)}, {"seed", "5"}, {"repeats", "1"}});
  REQUIRE(answered.status == 200);
  CHECK(answered.body == bench.exported(many, settings));
  CHECK(answered.length == answered.body.size());
}

TEST_CASE("any range of a raw sample is that part of its bytes") {
  const TempDir dir;
  SamplesBench even, uneven(uneven_dataset(dir));
  for (const auto& [bench, query] :
       {std::pair<SamplesBench&, std::map<std::string, std::string>>{even, kForty},
        {uneven, {{"split", "train"}, {"seed", "5"}, {"balance", "none"}}}}) {
    const std::string whole = bench.get("/v1/sample", query).body;
    REQUIRE(whole.size() > 10000);
    std::vector<std::pair<std::size_t, std::size_t>> parts = {
        {0, 1}, {511, 2}, {whole.size() - 1025, 1025}, {whole.size() - 1, 1}, {0, whole.size()}};
    for (std::size_t i = 0; i < 40; ++i) parts.emplace_back(i * (whole.size() / 41), 1 + i * 97);
    for (auto [from, count] : parts) {
      count = std::min(count, whole.size() - from);
      const std::string range = "bytes=" + std::to_string(from) + "-" + std::to_string(from + count - 1);
      const Answered part = bench.get("/v1/sample", query, {{"range", range}});
      INFO(range);
      REQUIRE(part.status == 206);
      REQUIRE(part.body == whole.substr(from, count));
    }
  }
}

TEST_CASE("equal samples have equal tags, others have others") {
  SamplesBench bench;
  const auto tag = [&bench](const std::map<std::string, std::string>& more) {
    return bench.get("/v1/sample", with(kForty, more)).headers.at("ETag");
  };
  std::set<std::string> tags;
  for (const auto& more : std::vector<std::map<std::string, std::string>>{
           {}, {{"skip", "1"}}, {{"limit", "3"}}, {{"format", "png"}}, {{"format", "jpg"}}, {{"round", "1"}}})
    tags.insert(tag(more));
  CHECK(tags.size() == 6);
  CHECK(tag({}) == tag({{"skip", "0"}}));
  CHECK(bench.get("/v1/sample", kForty, {{"if-none-match", tag({})}}).status == 304);
}

TEST_CASE("digests are those of each KEY.json, in order and by range") {
  SamplesBench bench;
  const std::string digests = bench.get("/v1/sample/digests", kForty).body;
  REQUIRE(digests.size() == 40 * 16);
  FragmentRenderer renderer(bench.folder);
  const Json ids = parse_json(bench.get("/v1/sample/ids", kForty).body, "ids");
  REQUIRE(ids.size() == 40);
  for (std::size_t i = 0; i < 40; ++i) {
    const auto id = ids[i]["id"].get<FragmentId>();
    std::string hex;
    for (const char byte : digests.substr(16 * i, 16)) {
      char two[3];
      std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(byte));
      hex += two;
    }
    REQUIRE(hex == pixel_digest(renderer.render(id)));
    REQUIRE(ids[i]["class"] == bench.folder.catalog().class_name(id));
    REQUIRE(ids[i]["source"] == bench.folder.catalog().source_of(id));
  }
  CHECK(bench.get("/v1/sample/digests", kForty, {{"range", "bytes=20-99"}}).body == digests.substr(20, 80));
  CHECK(bench.get("/v1/sample/digests", with(kForty, {{"skip", "10"}, {"limit", "2"}})).body ==
        digests.substr(160, 32));
}

TEST_CASE("lists of ids have a limit that says how to go on") {
  SamplesBench bench;
  const Answered refused = bench.get("/v1/sample/ids", with(kForty, {{"limit", "10001"}}));
  CHECK(refused.status == 400);
  CHECK(refused.body.find("skip") != std::string::npos);
  CHECK(parse_json(bench.get("/v1/sample/ids", with(kForty, {{"skip", "38"}})).body, "ids").size() == 2);
}

TEST_CASE("a single fragment comes as raw, JPEG, PNG and as its address") {
  SamplesBench bench;
  FragmentRenderer renderer(bench.folder);
  const Image pixels = renderer.render(17);
  CHECK(bench.get("/v1/fragments/17.raw").body == pixels.packed());
  CHECK(bench.get("/v1/fragments/17.jpg").headers.at("Content-Type") == "image/jpeg");
  const Json address = parse_json(bench.get("/v1/fragments/17").body, "address");
  const FragmentAddress expected = bench.folder.catalog().locate(17);
  CHECK(address["source"] == expected.source);
  CHECK(address["row"] == expected.tile.row);
  CHECK(address["corners"].size() == 4);
  CHECK(bench.get("/v1/fragments/seventeen.raw").status == 400);
  CHECK(bench.get("/v1/fragments/99999999").status == 404);
}

TEST_CASE("where several datasets are served a request names one") {
  const TempDir one, two;
  const DatasetFolder a(test::small_dataset(one)), b(test::small_dataset(two, 3, 4, 2));
  const Mirror mirror({&a, &b}, MirrorOptions{});
  const auto status = [&mirror](const std::map<std::string, std::string>& params, std::string* body) {
    http::Request request;
    request.method = "GET";
    request.path = "/v1/dataset";
    request.params = params;
    const http::Response response = mirror.handle(request);
    *body = response.body;
    return response.status;
  };
  std::string body;
  CHECK(status({}, &body) == 400);
  CHECK(body.find(a.catalog().id()) != std::string::npos);
  CHECK(body.find(b.catalog().id()) != std::string::npos);
  CHECK(status({{"dataset", b.catalog().id()}}, &body) == 200);
  CHECK(parse_json(body, "dataset")["id"] == b.catalog().id());
  CHECK(status({{"dataset", "0123"}}, &body) == 409);
  CHECK(test::error_of([&] { Mirror({&a, &a}, MirrorOptions{}); }).code() == Errc::usage);
}
