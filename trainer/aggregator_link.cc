#include "trainer/aggregator_link.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "libfrag/base/digest.h"
#include "libfrag/base/text.h"

namespace frag::trainer {
namespace {

// The words of application/problem+json, or the status where there are none.
std::string reason_of(const http::Answer& answer) {
  const Json problem = parse_if_json(answer.body);
  if (problem.is_object() && problem.contains("detail") && problem["detail"].is_string()) {
    return problem["detail"].get<std::string>();
  }
  return "HTTP " + std::to_string(answer.status);
}

template <class Lease>
Offered<Lease> offered_from_json(const Json& answer, Lease (*read)(const Json&), const std::string& what) {
  const auto state = json_get<std::string>(answer, "state", what);
  if (state == "finished") return {.state = TaskState::finished};
  if (state == "wait") return {.state = TaskState::wait};
  if (state != "task" || !answer.contains("lease")) {
    throw Error(Errc::bad_input, what + ": unknown answer \"" + state + "\"");
  }
  return {.state = TaskState::task, .lease = read(answer["lease"])};
}

// What a status is after so many seconds in which nothing but the time changed. When workers were heard is
// told by whole minutes then, so each is within the minute that it was in.
rounds::JobStatus aged(rounds::JobStatus status, double seconds) {
  for (rounds::WorkerStatus& worker : status.workers) {
    const double minute = std::floor(worker.heard / 60) * 60;
    worker.heard = std::min(worker.heard + seconds, minute + 59);
  }
  if (!status.history.empty() && status.history.back().state == "open")
    status.history.back().seconds += seconds;
  return status;
}

}  // namespace

AggregatorLink::AggregatorLink(const std::string& url, const std::string& token)
    : url_(http::normalise_base_url(url)), client_(http::ClientOptions{.bearer_token = token}) {}

std::string AggregatorLink::join(const std::string& name) {
  const std::string what = url_ + ": joining";
  const Json answer = client_.post_json(at("/v1/workers"), {{"name", name}}).expect_ok(what).json(what);
  const auto token = json_get<std::string>(answer, "token", what);
  client_.set_bearer_token(token);
  return token;
}

Offered<rounds::Lease> AggregatorLink::ask_for_task(double wait_s) {
  const std::string what = url_ + ": asking for a task";
  const Json answer = client_.post_json(at("/v1/tasks"), {{"wait_s", wait_s}}).expect_ok(what).json(what);
  return offered_from_json<rounds::Lease>(answer, rounds::lease_from_json, what);
}

std::string AggregatorLink::weights(std::int64_t version) {
  const std::string what = url_ + ": weights version " + std::to_string(version);
  if (arriving_version_ != version) arriving_ = {};
  arriving_version_ = version;
  const http::Answer answer = client_.get_rest(at("/v1/weights/" + std::to_string(version)), arriving_);
  if (answer.status != 416) answer.expect_ok(what);  // before what came so far is let go
  http::PartialBody whole = std::exchange(arriving_, {});
  if (answer.status == 416) throw Error(Errc::unavailable, what + ": broke off at its end; asked for anew");
  if (!whole.tag.empty() && whole.tag != "\"" + xxh3_128_hex(whole.bytes) + "\"") {
    throw Error(Errc::unavailable, what + ": what came is not what its digest says");
  }
  return std::move(whole.bytes);
}

// Where an upload of this result broke off, if it did. Who cannot say so now is asked again.
std::uint64_t AggregatorLink::kept_of(const std::string& path) {
  if (broken_upload_ != path) return 0;
  const http::Answer answer = client_.head(path);
  if (answer.status == 429 || answer.status >= 500) answer.expect_ok(path + ": asking how much is kept");
  const auto offset = answer.headers.find("upload-offset");
  if (answer.status != 200 || offset == answer.headers.end()) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, parse_integer(offset->second).value_or(0)));
}

// The whole file, or what the aggregator lacks of it.
http::Answer AggregatorLink::put_result(const std::string& path, const std::string& file) {
  std::uint64_t kept = kept_of(path);
  if (kept >= file.size()) kept = 0;
  std::vector<std::string> headers{"Content-Type: application/octet-stream"};
  if (kept > 0) {
    headers.push_back("Content-Range: bytes " + std::to_string(kept) + "-" + std::to_string(file.size() - 1) +
                      "/" + std::to_string(file.size()));
  }
  broken_upload_ = path;
  http::Answer answer = client_.put(path, std::string_view(file).substr(kept), headers);
  // A proxy's word leaves open what came through it, and 429 comes before a byte is read.
  if (answer.status < 500 && answer.status != 429) broken_upload_.clear();
  return answer;
}

ResultAnswer AggregatorLink::send_result(const std::string& task, const std::string& file) {
  const http::Answer answer = put_result(at("/v1/tasks/" + http::percent_encode(task) + "/result"), file);
  if (answer.status == 409 && answer.headers.contains("upload-offset")) {
    throw Error(Errc::unavailable,
                url_ + ": the aggregator has another part of the result: " + reason_of(answer));
  }
  if (answer.status == 409) return {.verdict = Verdict::late, .reason = reason_of(answer)};
  if (answer.status == 413 || answer.status == 422)
    return {.verdict = Verdict::refused, .reason = reason_of(answer)};
  answer.expect_ok(url_ + ": sending a result");
  return {};
}

bool AggregatorLink::heartbeat(const std::string& path) {
  const http::Answer answer = client_.post_json(at(path), Json::object());
  if (answer.status == 409) return false;
  answer.expect_ok(url_ + ": heartbeat");
  return true;
}

Offered<rounds::EvaluationLease> AggregatorLink::ask_for_evaluation(double wait_s) {
  const std::string what = url_ + ": asking for a version to measure";
  const Json answer =
      client_.post_json(at("/v1/evaluations"), {{"wait_s", wait_s}}).expect_ok(what).json(what);
  return offered_from_json<rounds::EvaluationLease>(answer, rounds::evaluation_lease_from_json, what);
}

bool AggregatorLink::send_measurement(const rounds::Measurement& measurement) {
  const http::Answer answer =
      client_.put(at("/v1/evaluations/" + std::to_string(measurement.weights)),
                  rounds::to_json(measurement).dump(), {"Content-Type: application/json"});
  if (answer.status == 409) return false;
  answer.expect_ok(url_ + ": sending a measurement");
  return true;
}

std::int64_t AggregatorLink::submit(const rounds::JobSpec& job) {
  const std::string what = url_ + ": submitting the job";
  const Json answer = client_.post_json(at("/v1/jobs"), rounds::to_json(job)).expect_ok(what).json(what);
  return json_get<std::int64_t>(answer, "job", what);
}

void AggregatorLink::send_first_weights(std::int64_t job, const std::string& file) {
  client_
      .put(at("/v1/jobs/" + std::to_string(job) + "/weights"), file,
           {"Content-Type: application/octet-stream"})
      .expect_ok(url_ + ": sending the first weights");
}

std::string AggregatorLink::control(std::int64_t job, const std::string& what, const std::string& reason) {
  const std::string doing = url_ + ": job " + std::to_string(job) + ": " + what;
  const Json answer =
      client_.post_json(at("/v1/jobs/" + std::to_string(job) + "/" + what), {{"reason", reason}})
          .expect_ok(doing)
          .json(doing);
  return json_get<std::string>(answer, "state", doing);
}

rounds::JobStatus AggregatorLink::status(std::optional<std::int64_t> job) {
  const std::string what = url_ + ": status";
  const std::string path = job ? "/v1/jobs/" + std::to_string(*job) : "/v1/status";
  const auto now = std::chrono::steady_clock::now();
  const bool known = known_ && known_->path == path && !known_->tag.empty();
  std::vector<std::string> headers;
  if (known) headers.push_back("If-None-Match: " + known_->tag);
  const http::Answer answer = client_.get(at(path), headers);
  if (known && answer.status == 304) {
    return aged(known_->status, std::chrono::duration<double>(now - known_->when).count());
  }
  rounds::JobStatus status = rounds::job_status_from_json(answer.expect_ok(what).json(what));
  const auto tag = answer.headers.find("etag");
  known_ = KnownStatus{
      .path = path, .tag = tag == answer.headers.end() ? "" : tag->second, .when = now, .status = status};
  return status;
}

JobBrief AggregatorLink::brief(std::int64_t job) {
  const std::string what = url_ + ": list of jobs";
  const Json list = client_.get(at("/v1/jobs")).expect_ok(what).json(what);
  for (const Json& line : json_get<Json>(list, "jobs", what)) {
    if (json_get<std::int64_t>(line, "job", what) != job) continue;
    return {.state = json_get<std::string>(line, "state", what),
            .closed = json_get<std::int64_t>(line, "closed", what)};
  }
  throw Error(Errc::not_found, what + ": there is no job " + std::to_string(job));
}

}  // namespace frag::trainer
