// What people and monitoring ask an aggregator: the page, jobs, tables and metrics. Reads only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>

#include "libfrag/http/metrics.h"
#include "libfrag/http/page.h"
#include "libfrag/http/router.h"
#include "trainer/aggregator/job_source.h"

namespace frag::aggregator {

// Any number of threads may ask it.
class WatchHandlers {
 public:
  // `state` is the state directory, whose size is told.
  WatchHandlers(JobSource jobs, std::filesystem::path state);

  // GET /, /web/{name}, /metrics, /v1/jobs, /v1/jobs/{job}/rounds.csv and /v1/jobs/{job}/measurements.csv.
  // `require_reader` throws HttpError 401 for whoever may not read; the page itself holds nothing of a job,
  // and anybody gets it.
  void add_routes(http::Router& router, std::function<void(const http::Request&)> require_reader);

  // A job's status with a tag, and 304 for whoever has it: it is the same while nothing but the time changed.
  static http::Response answer(const http::Request& request, const rounds::JobStatus& status);

  http::RequestCounts& counts() { return counts_; }

 private:
  http::Response jobs();
  http::Response metrics();
  http::Response table(const http::Request& request, std::string (*csv)(const rounds::JobStatus&));
  Json entry(std::int64_t job);

  const JobSource jobs_;
  const std::filesystem::path state_;
  const http::Page page_;
  http::RequestCounts counts_{"fragagg"};

  std::mutex mutex_;
  std::map<std::int64_t, Json>
      finished_;  // their entries in the list, which do not change; guarded by mutex_
};

}  // namespace frag::aggregator
