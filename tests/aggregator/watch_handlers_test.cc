#include "trainer/aggregator/watch_handlers.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/aggregator/watched_job.h"
#include "tests/rounds/weights.h"

namespace frag::aggregator {
namespace {

using Catch::Matchers::Contains;
using frag::testing::watched_job;

// The handlers behind a router; only the token "sesame" may read.
class Watched {
 public:
  Watched() {
    handlers_.add_routes(router_, [](const http::Request& request) {
      if (request.bearer_token() != "sesame") throw http::HttpError(401, "no");
    });
  }

  http::Response get(const std::string& path, const std::string& token = "sesame") {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.headers["authorization"] = "Bearer " + token;
    return router_.handle(request);
  }

  std::vector<rounds::JobStatus> jobs{watched_job()};
  std::string trouble;
  WatchHandlers& handlers() { return handlers_; }

 private:
  rounds::testing::TempDir state_;
  http::Router router_;
  WatchHandlers handlers_{{.newest = [this] { return static_cast<std::int64_t>(jobs.size()); },
                           .status =
                               [this](std::int64_t job) {
                                 if (job < 1 || job > static_cast<std::int64_t>(jobs.size()))
                                   throw Error(Errc::not_found, "there is no such job");
                                 return jobs[static_cast<std::size_t>(job - 1)];
                               },
                           .changes = [] { return std::uint64_t{1}; },
                           .trouble = [this] { return trouble; }},
                          state_ / ""};
};

std::string header_of(const http::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace

TEST_CASE("jobs are listed with the newest first, before there is one too") {
  Watched watched;
  watched.jobs[0].state = "finished";
  watched.jobs.push_back(watched_job());
  watched.jobs[1].job = 2;
  const Json list = parse_json(watched.get("/v1/jobs").body, "jobs")["jobs"];
  REQUIRE(list.size() == 2);
  CHECK(list[0].dump() ==
        R"({"job":2,"name":"gels","state":"open","reason":"","rounds":6,"closed":2,"weights":2})");
  CHECK(list[1]["state"] == "finished");
  watched.jobs.clear();
  CHECK(watched.get("/v1/jobs").body.find("[]") != std::string::npos);
  CHECK(watched.get("/metrics").status == 200);
}

TEST_CASE("tables and metrics are sent as what they are") {
  Watched watched;
  const auto table = watched.get("/v1/jobs/1/rounds.csv");
  CHECK(header_of(table, "Content-Type") == "text/csv; charset=utf-8");
  CHECK_THAT(table.body, Contains("\n2,closed,"));
  CHECK_THAT(watched.get("/v1/jobs/1/measurements.csv").body, Contains("\n1,1,500,"));
  CHECK(watched.get("/v1/jobs/2/rounds.csv").status == 404);
  CHECK(watched.get("/v1/jobs/x/rounds.csv").status == 404);
  http::Request request;
  request.route = "/v1/jobs/{job}";
  watched.handlers().counts().add({request, "/v1/jobs/1", "1.1", 200, 10, 0.1, false});
  const auto metrics = watched.get("/metrics");
  CHECK_THAT(metrics.body, Contains("fragagg_requests_total{route=\"/v1/jobs/{job}\",status=\"200\"} 1\n"));
  CHECK_THAT(metrics.body, Contains("fragagg_jobs_total 1\n"));
  CHECK_THAT(metrics.body, Contains("fragagg_disk_free_bytes "));
  std::set<std::string> families;
  for (std::size_t at = 0; (at = metrics.body.find("# TYPE ", at)) != std::string::npos; ++at) {
    const auto name = metrics.body.substr(at + 7, metrics.body.find(' ', at + 7) - at - 7);
    INFO(name);
    CHECK(families.insert(name).second);  // a family is said once
  }
}

TEST_CASE("trouble is a metric, before the first job too") {
  Watched watched;
  CHECK_THAT(watched.get("/metrics").body, Contains("fragagg_trouble 0\n"));
  watched.trouble = "the disk is full";
  watched.jobs.clear();
  CHECK_THAT(watched.get("/metrics").body, Contains("fragagg_trouble 1\n"));
}

TEST_CASE("the page is for everybody, and what it shows for those who may read") {
  Watched watched;
  for (const char* path : {"/", "/web/base.css", "/web/style.css", "/web/asking.js", "/web/page.js",
                           "/web/job.js", "/web/charts.js", "/web/chart.js"}) {
    INFO(path);
    const auto page = watched.get(path, "");
    CHECK(page.status == 200);
    CHECK(header_of(page, "Content-Security-Policy").starts_with("default-src 'self';"));
  }
  for (const char* path : {"/metrics", "/v1/jobs", "/v1/jobs/1/rounds.csv", "/v1/jobs/1/measurements.csv"}) {
    INFO(path);
    CHECK(watched.get(path, "").status == 401);
  }
}

TEST_CASE("a status is not sent again to whoever has it") {
  http::Request request;
  const auto first = WatchHandlers::answer(request, watched_job());
  CHECK(first.status == 200);
  request.headers["if-none-match"] = header_of(first, "ETag");
  rounds::JobStatus later = watched_job();
  later.history.back().seconds += 1;
  CHECK(WatchHandlers::answer(request, later).status == 304);
  later.trouble = "the disk is full";
  CHECK(WatchHandlers::answer(request, later).status == 200);
  later.trouble.clear();
  ++later.history.back().taken;
  CHECK(WatchHandlers::answer(request, later).status == 200);
}

}  // namespace frag::aggregator
