#include "server/front.h"

#include <catch2/catch.hpp>
#include <thread>

#include "libfrag/cutting/cut.h"
#include "libfrag/http/forwarded.h"
#include "server/page_files.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

struct FrontBench {
  test::TempDir dir;
  DatasetFolder folder{test::small_dataset(dir)};
  Mirror mirror{folder, 1 << 24};
  Warmer warmer{mirror};
  Front front;

  explicit FrontBench(FrontOptions options = {}) : front(mirror, warmer, std::move(options)) {
    while (!warmer.done()) std::this_thread::yield();
  }

  http::Response get(const std::string& path, const std::map<std::string, std::string>& headers = {},
                     const std::string& remote = "192.0.2.1") {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.headers = headers;
    request.remote = remote;
    return front.handle(request);
  }
};

std::string header(const http::Response& response, const std::string& name) {
  for (const auto& [one, value] : response.headers)
    if (one == name) return value;
  return "";
}

FrontOptions behind_proxy(int per_address) {
  FrontOptions options;
  options.trusted = {"10.0.0.1"};
  options.per_address = per_address;
  return options;
}

}  // namespace

TEST_CASE("readiness says how much was warmed and what disagrees") {
  FrontBench bench;
  const http::Response ready = bench.get("/readyz");
  CHECK(ready.status == 200);
  const Json json = parse_json(ready.body, "readyz");
  CHECK(json["warmed"] == bench.folder.catalog().sources().size());
  CHECK(json["disagreeing"].empty());
}

TEST_CASE("as many sources are warmed as the cache holds, and none is decoded twice for it") {
  const test::TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  const Mirror mirror(folder, 3 * (120 + Image::kPadBytes) * (96 + Image::kPadRows));
  const Warmer warmer(mirror);
  while (!warmer.done()) std::this_thread::yield();
  CHECK(warmer.of() == 3);
  CHECK(mirror.cache().stats().sources == 3);
  CHECK(mirror.cache().stats().misses == 3);
}

TEST_CASE("a source that the cache has no room for does not keep those behind it from being warmed") {
  const test::TempDir dir;
  test::write_png(dir / "images/a/0.png", test::noise_image(300, 300, 1, 1));
  for (const std::uint64_t i : {1, 2})
    test::write_png(dir / "images/a" / (std::to_string(i) + ".png"), test::noise_image(90, 90, 1, 1 + i));
  cut(test::small_cut(dir));
  const DatasetFolder folder(dir / "dataset");
  const Mirror mirror(folder, 2 * (90 + Image::kPadBytes) * (90 + Image::kPadRows));
  CHECK(Warmer(mirror).of() == 2);
}

TEST_CASE("a mirror that drains refuses new work and says so, and stays healthy") {
  FrontBench bench;
  bench.front.drain();
  CHECK(bench.get("/readyz").status == 503);
  CHECK(bench.get("/healthz").status == 200);
  const http::Response refused = bench.get("/v1/dataset");
  CHECK(refused.status == 503);
  CHECK_FALSE(header(refused, "Retry-After").empty());
}

TEST_CASE("with tokens everything but health asks for one") {
  const test::TempDir dir;
  test::write_text(dir / "tokens", "alpha\n");
  const Tokens tokens(dir / "tokens");
  FrontOptions options;
  options.tokens = &tokens;
  FrontBench bench(options);
  for (const char* path : {"/v1/load", "/metrics", "/v1/dataset", "/files/dataset.json", "/nothing"}) {
    const http::Response refused = bench.get(path);
    INFO(path);
    CHECK(refused.status == 401);
    CHECK(header(refused, "WWW-Authenticate").substr(0, 6) == "Bearer");
    CHECK(bench.get(path, {{"authorization", "Bearer alpha"}}).status != 401);
  }
  // The page holds nothing of the dataset, and asks for the token itself.
  for (const char* path : {"/healthz", "/readyz", "/", "/web/page.js"}) CHECK(bench.get(path).status == 200);
}

TEST_CASE("whoever a trusted proxy names last is the client, and nobody else may name anyone") {
  const auto client = [](const std::string& remote, const std::string& forwarded) {
    http::Request request;
    request.remote = remote;
    if (!forwarded.empty()) request.headers["x-forwarded-for"] = forwarded;
    return http::client_address(request, {"10.0.0.1", "10.0.0.2"});
  };
  CHECK(client("192.0.2.1", "203.0.113.7") == "192.0.2.1");
  CHECK(client("10.0.0.1", "1.1.1.1, 203.0.113.7") == "203.0.113.7");
  CHECK(client("10.0.0.1", "203.0.113.7, 10.0.0.2") == "203.0.113.7");
  CHECK(client("10.0.0.1", "") == "10.0.0.1");
  CHECK(client("10.0.0.1", " , ,") == "10.0.0.1");
  CHECK(client("10.0.0.1", std::string(5000, 'x')) == "10.0.0.1");
}

TEST_CASE("an address behind a proxy has as many requests under way as it may, until their bodies end") {
  FrontBench bench(behind_proxy(1));
  const auto ask = [&](const std::string& who) {
    return bench.get("/files/dataset.json", {{"x-forwarded-for", who}}, "10.0.0.1");
  };
  {
    const http::Response first = ask("a");
    CHECK(first.status == 200);
    CHECK(ask("a").status == 503);
    CHECK(ask("b").status == 200);
  }
  CHECK(ask("a").status == 200);
}

TEST_CASE("metrics are lines that Prometheus reads") {
  FrontBench bench;
  http::Request request;
  request.route = "/v1/sample";
  bench.front.counts().add({request, "/v1/sample", "1.1", 200, 1000, 0.5, false});
  const http::Response metrics = bench.get("/metrics");
  CHECK(header(metrics, "Content-Type").find("version=0.0.4") != std::string::npos);
  CHECK(metrics.body.find("fragd_requests_total{route=\"/v1/sample\",status=\"200\"} 1\n") !=
        std::string::npos);
  CHECK(metrics.body.find("fragd_response_bytes_total{route=\"/v1/sample\",status=\"200\"} 1000\n") !=
        std::string::npos);
  std::set<std::string> typed;
  std::size_t at = 0;
  for (std::size_t end; (end = metrics.body.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = metrics.body.substr(at, end - at);
    if (line.rfind("# TYPE ", 0) == 0) typed.insert(line.substr(7, line.find(' ', 7) - 7));
    if (line[0] != '#') CHECK(typed.contains(line.substr(0, line.find_first_of("{ "))));
  }
  CHECK(typed.size() > 20);
}

TEST_CASE("the page and its files load nothing from elsewhere and are not sent twice") {
  FrontBench bench;
  for (const char* path : {"/", "/web/base.css", "/web/style.css", "/web/asking.js", "/web/page.js",
                           "/web/mirror.js", "/web/sample.js", "/web/source.js", "/web/chart.js"}) {
    INFO(path);
    const http::Response page = bench.get(path);
    CHECK(page.status == 200);
    CHECK(header(page, "Content-Security-Policy").starts_with("default-src 'self';"));
    CHECK(bench.get(path, {{"if-none-match", header(page, "ETag")}}).status == 304);
  }
  for (const char* path : {"/web/", "/web/none.js", "/web/../page.cc"}) CHECK(bench.get(path).status == 404);
}

TEST_CASE("without Chart.js its place is taken by a script that does nothing") {
  const test::TempDir dir;
  const http::Page page(mirror_page_files(), (dir / "none.js").string());
  http::Request request;
  request.method = "GET";
  request.path = "/web/chart.js";
  CHECK(page.answer(request).status == 200);
}

TEST_CASE("the load and the classes of each split are told") {
  FrontBench bench;
  const Json load = parse_json(bench.get("/v1/load").body, "load");
  for (const char* name : {"connections", "renders", "renders_limit", "waiting", "fragments", "cache_bytes"})
    CHECK(load.contains(name));
  const Json dataset = parse_json(bench.get("/v1/dataset").body, "dataset");
  std::uint64_t all = 0;
  for (const auto& [name, split] : dataset["splits"].items()) {
    std::uint64_t sum = 0;
    for (const auto& [one, count] : split["classes"].items()) sum += count.get<std::uint64_t>();
    CHECK(sum == split["fragments"]);
    all += sum;
  }
  CHECK(all == bench.folder.catalog().kept());
}
