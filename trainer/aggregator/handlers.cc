// What each endpoint does. docs/rounds.md describes them for whoever writes a worker.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/http/ranges.h"
#include "libfrag/rounds/result_check.h"
#include "libfrag/rounds/weights_reader.h"
#include "trainer/aggregator/service.h"
#include "trainer/aggregator/upload.h"

namespace frag::aggregator {
namespace {

using http::HttpError;
using http::Request;
using http::Response;

constexpr std::uint64_t kJsonLimit = std::uint64_t{1} << 20;
constexpr std::uint64_t kResultSlack = std::uint64_t{1} << 20;
// Below the time after which our own clients give up on a silent connection.
constexpr double kLongestPoll = 25;
constexpr double kUsualPoll = 20;

Json read_json(const Request& request) {
  return parse_json(http::read_body(request, kJsonLimit), "the request's body");
}

std::int64_t number_in_path(const Request& request, const char* name) {
  const std::string& text = request.captures.at(name);
  const auto number = parse_integer(text);
  if (!number || *number < 0) throw HttpError(404, "there is no " + std::string(name) + " " + text);
  return *number;
}

std::int64_t fragments_of(const Request& request) {
  const auto header = request.header("x-frag-fragments");
  if (!header) return 0;
  const auto number = parse_integer(*header);
  if (!number || *number < 0) throw HttpError(400, "X-Frag-Fragments must be a whole number of 0 or more");
  return *number;
}

double poll_seconds(const Request& request) {
  const std::string body = http::read_body(request, kJsonLimit);
  if (body.empty()) return kUsualPoll;
  const Json json = parse_json(body, "the request's body");
  return std::clamp(json_get_or<double>(json, "wait_s", kUsualPoll, "the request's body"), 0.0, kLongestPoll);
}

// Why a result cannot count; empty where it can.
std::string fault_of(const std::filesystem::path& path, const rounds::TensorLayout& base) {
  return rounds::check_result(path, base).fault;
}

// Why weights cannot be trained from; empty where they can.
std::string fault_of(const std::filesystem::path& path) {
  try {
    return weights_fault(rounds::WeightsReader(path));
  } catch (const Error& error) {
    if (error.code() == Errc::bad_input) return error.what();
    throw;
  }
}

// What a broken upload of a result is kept under: a worker's own, whatever others send for the task.
std::string upload_name(std::int64_t worker, const std::string& task) {
  return std::to_string(worker) + "/" + task;
}

Response with_offset(int status, std::uint64_t offset) {
  Response response = Response::json({{"offset", offset}}, status);
  response.headers.emplace_back("Upload-Offset", std::to_string(offset));
  return response;
}

}  // namespace

template <class Use>
auto Service::coordinate(const Use& use) {
  const std::lock_guard lock(mutex_);
  // Woken on the way out, whichever way that is: what is refused is counted, and time acts in every call.
  struct Waker {
    Service& service;
    std::uint64_t changes, openings;
    ~Waker() { service.wake(changes, openings); }
  } const waker{*this, coordinator_.changes(), coordinator_.openings()};
  return use(coordinator_);
}

void Service::wake(std::uint64_t changes, std::uint64_t openings) {
  if (coordinator_.changes() != changes || coordinator_.openings() != openings) changes_.notify_all();
  if (coordinator_.openings() != openings) openings_.notify_all();
}

void Service::add_routes() {
  const auto to = [this](Response (Service::*handler)(Request&)) {
    return [this, handler](Request& request) { return (this->*handler)(request); };
  };
  router_.add("GET", "/healthz", [this](Request&) { return health(); });
  router_.add("POST", "/v1/jobs", to(&Service::submit));
  router_.add("PUT", "/v1/jobs/{job}/weights", to(&Service::put_weights));
  router_.add("GET", "/v1/jobs/{job}", to(&Service::job_status));
  router_.add("GET", "/v1/status", to(&Service::job_status));
  router_.add("POST", "/v1/workers", to(&Service::join));
  router_.add("POST", "/v1/tasks", to(&Service::next_task));
  router_.add("POST", "/v1/tasks/{task}/heartbeat", to(&Service::heartbeat));
  router_.add("PUT", "/v1/tasks/{task}/result", to(&Service::put_result));
  router_.add("GET", "/v1/tasks/{task}/result", to(&Service::result_offset));
  router_.add("GET", "/v1/weights/{version}", to(&Service::get_weights));
}

std::int64_t Service::require_worker(const Request& request, Roles roles) {
  const std::string token = access_.worker_token(request, roles);
  const auto worker = coordinate([&](rounds::Coordinator& c) { return c.worker_of(token); });
  if (!worker) {
    throw HttpError(
        401,
        "this is no worker's token: join first, and note that joining again under a name ends the "
        "token it had");
  }
  return *worker;
}

Response Service::health() {
  const std::lock_guard lock(mutex_);
  if (!trouble_.empty()) return Response::problem(503, trouble_);
  if (const std::string why = disk_.trouble(); !why.empty()) return Response::problem(503, why);
  return Response::json({{"status", "ok"}, {"version", FRAG_VERSION}});
}

Response Service::submit(Request& request) {
  access_.require(request, kSubmit);
  const rounds::JobSpec spec = rounds::job_spec_from_json(read_json(request));
  const std::int64_t job = coordinate([&](rounds::Coordinator& c) { return c.submit(spec); });
  return Response::json({{"job", job}, {"state", "awaiting_weights"}}, 201);
}

Response Service::put_weights(Request& request) {
  access_.require(request, kSubmit);
  const std::int64_t job = number_in_path(request, "job");
  coordinate([&](rounds::Coordinator& c) { c.status(job); });  // 404 before a byte is read
  Upload upload(request, incoming_, "weights of job " + std::to_string(job), options_.weights_limit);
  if (!upload.whole()) return with_offset(202, upload.bytes());
  if (const std::string fault = fault_of(upload.path()); !fault.empty()) throw HttpError(422, fault);
  coordinate([&](rounds::Coordinator& c) {
    // Under the mutex, because the file's name is the version that open() is about to give.
    if (c.awaits(job, upload.sha256())) upload.move_to(directory_.weights(c.next_version()));
    c.open(job, upload.sha256(), upload.bytes());
  });
  return Response::json({{"job", job}, {"state", "open"}});
}

Response Service::get_weights(Request& request) {
  if (!access_.may_read(request)) require_worker(request);
  const std::int64_t version = number_in_path(request, "version");
  const auto weights = coordinate([&](rounds::Coordinator& c) { return c.weights(version); });
  if (!weights) throw HttpError(404, "there are no weights of version " + std::to_string(version));
  const auto file = std::make_shared<const FileReader>(directory_.weights(version));
  return http::serve(request,
                     http::readable(file->size(), weights->sha256, "application/octet-stream",
                                    [file](auto offset, auto count) { return file->read(offset, count); }));
}

Response Service::job_status(Request& request) {
  access_.require(request, kAnyRole);
  const bool newest = !request.captures.contains("job");
  const std::int64_t asked = newest ? 0 : number_in_path(request, "job");
  return Response::json(
      to_json(coordinate([&](rounds::Coordinator& c) { return c.status(newest ? c.newest_job() : asked); })));
}

Response Service::join(Request& request) {
  access_.require(request, kWorker | kEvaluate);
  const auto name = json_get<std::string>(read_json(request), "name", "the request's body");
  const rounds::Joined joined = coordinate([&](rounds::Coordinator& c) { return c.join(name); });
  return Response::json({{"worker", joined.worker}, {"token", access_.session(request, joined.token)}}, 201);
}

Response Service::next_task(Request& request) {
  using std::chrono::duration;
  using Steady = std::chrono::steady_clock;
  const std::int64_t worker = require_worker(request, kWorker);
  const double seconds = poll_seconds(request);
  disk_.require();  // no new lease without room for its result
  const auto until = Steady::now() + std::chrono::duration_cast<Steady::duration>(duration<double>(seconds));
  const auto patience = static_cast<rounds::Millis>(seconds * 1000);
  std::unique_lock lock(mutex_);
  // Asked and, where there is nothing, waited under one hold of the mutex: an opening cannot slip in between.
  for (bool in_time = true;; in_time = Steady::now() < until) {
    const std::uint64_t changes = coordinator_.changes(), openings = coordinator_.openings();
    rounds::Offer offer = coordinator_.next_task(worker, patience);
    wake(changes, openings);
    using Kind = rounds::Offer::Kind;
    if (offer.kind == Kind::task) return Response::json({{"state", "task"}, {"lease", to_json(offer.lease)}});
    if (offer.kind == Kind::finished) return Response::json({{"state", "finished"}});
    if (!in_time || stopping_) return Response::json({{"state", "wait"}});
    openings_.wait_until(lock, until);
  }
}

Response Service::heartbeat(Request& request) {
  const std::int64_t worker = require_worker(request);
  const std::string& task = request.captures.at("task");
  const double lease = coordinate([&](rounds::Coordinator& c) { return c.heartbeat(worker, task); });
  return Response::json({{"lease_s", lease}});
}

std::shared_ptr<const rounds::TensorLayout> Service::layout_of(std::int64_t version) {
  const std::lock_guard lock(layout_mutex_);
  if (layout_version_ != version) {
    layout_ =
        std::make_shared<rounds::TensorLayout>(rounds::WeightsReader(directory_.weights(version)).layout());
    layout_version_ = version;
  }
  return layout_;
}

void Service::refuse_result(std::int64_t worker, const std::string& task) {
  coordinate([&](rounds::Coordinator& c) { c.reject(worker, task); });
}

Response Service::put_result(Request& request) {
  const std::int64_t worker = require_worker(request);
  const std::string& task = request.captures.at("task");
  const std::int64_t fragments = fragments_of(request);
  const std::int64_t base = coordinate([&](rounds::Coordinator& c) { return c.admit(worker, task); });
  const auto layout = layout_of(base);
  std::optional<Upload> upload;
  try {
    upload.emplace(request, incoming_, upload_name(worker, task), layout->file_bytes + kResultSlack);
  } catch (const HttpError& error) {
    if (error.status() == 413) refuse_result(worker, task);
    throw;
  }
  if (!upload->whole()) return with_offset(202, upload->bytes());
  if (const std::string fault = fault_of(upload->path(), *layout); !fault.empty()) {
    refuse_result(worker, task);
    throw HttpError(422, fault);
  }
  // In its place before it counts, so that a record without its file cannot be; a file without a record can,
  // and is removed at the next start.
  const std::filesystem::path place = directory_.result(task, upload->sha256());
  upload->move_to(place);
  try {
    coordinate([&](rounds::Coordinator& c) {
      c.accept(worker, task, upload->sha256(), upload->bytes(), fragments);
    });
  } catch (const Error& error) {
    if (error.code() == Errc::refused) ::unlink(place.c_str());
    throw;
  }
  return Response::json({{"state", "accepted"}});
}

Response Service::result_offset(Request& request) {
  const std::int64_t worker = require_worker(request);
  return with_offset(200, incoming_.kept_bytes(upload_name(worker, request.captures.at("task"))));
}

}  // namespace frag::aggregator
