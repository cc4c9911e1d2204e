#include "trainer/aggregator/watch_handlers.h"

#include "libfrag/base/text.h"
#include "libfrag/rounds/status_tag.h"
#include "trainer/aggregator/job_tables.h"
#include "trainer/aggregator/page_files.h"
#include "trainer/aggregator/watch_metrics.h"

namespace frag::aggregator {

using http::Request;
using http::Response;

WatchHandlers::WatchHandlers(JobSource jobs, std::filesystem::path state)
    : jobs_(std::move(jobs)), state_(std::move(state)), page_(aggregator_page_files()) {}

void WatchHandlers::add_routes(http::Router& router, std::function<void(const Request&)> require_reader) {
  for (const char* path : {"/", "/web/{name}"}) {
    router.add("GET", path, [this](Request& request) { return page_.answer(request); });
  }
  const auto add = [&](const char* path, auto handler) {
    router.add("GET", path, [require_reader, handler](Request& request) {
      require_reader(request);
      return handler(request);
    });
  };
  add("/metrics", [this](Request&) { return metrics(); });
  add("/v1/jobs", [this](Request&) { return this->jobs(); });
  add("/v1/jobs/{job}/rounds.csv", [this](Request& request) { return table(request, rounds_csv); });
  add("/v1/jobs/{job}/measurements.csv",
      [this](Request& request) { return table(request, measurements_csv); });
}

Response WatchHandlers::answer(const Request& request, const rounds::JobStatus& status) {
  const std::string tag = "\"" + rounds::status_tag(status) + "\"";
  Response response;
  if (request.header("if-none-match") == tag) {
    response.status = 304;
  } else {
    response = Response::json(to_json(status));
  }
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

Json WatchHandlers::entry(std::int64_t job) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = finished_.find(job); known != finished_.end()) return known->second;
  }
  const rounds::JobStatus status = jobs_.status(job);
  const std::int64_t closed = totals_of(status).closed;
  Json entry{{"job", status.job},        {"name", status.name},     {"state", status.state},
             {"reason", status.reason},  {"rounds", status.rounds}, {"closed", closed},
             {"weights", status.weights}};
  if (status.state == "finished") {
    const std::lock_guard lock(mutex_);
    finished_[job] = entry;
  }
  return entry;
}

Response WatchHandlers::jobs() {
  Json list = Json::array();
  for (std::int64_t job = jobs_.newest(); job >= 1; --job) list.push_back(entry(job));
  return Response::json({{"jobs", list}});
}

Response WatchHandlers::metrics() {
  http::MetricsText out;
  out.add("fragagg_build_info", "The version that runs.", {{{{"version", FRAG_VERSION}}, 1}});
  counts_.append_to(out);
  const std::int64_t newest = jobs_.newest();
  out.add("fragagg_trouble", "1 while something keeps it from going on, as a full disk does.",
          jobs_.trouble().empty() ? 0 : 1);
  out.add("fragagg_jobs_total", "Jobs that were submitted.", newest);
  if (newest > 0) append_job(out, jobs_.status(newest));
  append_disk(out, disk_use(state_));
  return Response::text(out.text(), http::kMetricsType);
}

Response WatchHandlers::table(const Request& request, std::string (*csv)(const rounds::JobStatus&)) {
  const std::string& text = request.captures.at("job");
  const auto job = parse_integer(text);
  if (!job) throw http::HttpError(404, "there is no job " + text);
  return Response::text(csv(jobs_.status(*job)), "text/csv; charset=utf-8");
}

}  // namespace frag::aggregator
