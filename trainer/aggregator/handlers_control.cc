// What ends, pauses and measures a job.
#include "libfrag/base/error.h"
#include "trainer/aggregator/service-inl.h"

namespace frag::aggregator {

using http::HttpError;
using http::Request;
using http::Response;

Response Service::control_job(Request& request, const std::string& verb) {
  access_.require(request, kSubmit);
  const std::int64_t job = number_in_path(request, "job");
  const std::string body = http::read_body(request, kJsonLimit);
  const Json json = body.empty() ? Json::object() : parse_json(body, "the request's body");
  const auto why = json_get_or<std::string>(json, "reason", "somebody wanted it", "the request's body");
  if (verb == "stop") stop_job(job, why);
  const std::string state = coordinate([&](rounds::Coordinator& c) {
    if (verb == "pause") c.pause(job, why);
    if (verb == "resume") c.resume(job);
    return c.state_of(job);
  });
  return Response::json({{"job", job}, {"state", state}});
}

Response Service::next_evaluation(Request& request) {
  return offer(request, kEvaluate, [this](std::int64_t worker, rounds::Millis patience) {
    return coordinator_.next_evaluation(worker, patience);
  });
}

Response Service::renew_claim(Request& request) {
  const std::int64_t worker = require_worker(request, kEvaluate);
  const std::int64_t version = number_in_path(request, "version");
  const double lease = coordinate([&](rounds::Coordinator& c) { return c.renew_claim(worker, version); });
  return Response::json({{"lease_s", lease}});
}

Response Service::put_measurement(Request& request) {
  const std::int64_t worker = require_worker(request, kEvaluate);
  const std::int64_t version = number_in_path(request, "version");
  const rounds::Measurement measurement = rounds::measurement_from_json(read_json(request));
  if (measurement.weights != version) {
    throw HttpError(400, "the measurement is of weights " + std::to_string(measurement.weights) +
                             ", and the path says " + std::to_string(version));
  }
  coordinate([&](rounds::Coordinator& c) { c.measured(worker, measurement); });
  return Response::json({{"state", "accepted"}});
}

}  // namespace frag::aggregator
