// What each endpoint does. docs/rounds.md describes them for whoever writes a worker.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/http/ranges.h"
#include "libfrag/rounds/result_check.h"
#include "libfrag/rounds/weights_reader.h"
#include "trainer/aggregator/service-inl.h"
#include "trainer/aggregator/service.h"
#include "trainer/aggregator/upload.h"

namespace frag::aggregator {
namespace {

using http::HttpError;
using http::Request;
using http::Response;

// A status is asked for every second or so; rounds.csv has all rounds.
constexpr std::int64_t kRoundsTold = 500;
constexpr std::uint64_t kResultSlack = std::uint64_t{1} << 20;

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

// What was pruned may go between its record and its file: also then it is told so, and not where the file
// was.
[[noreturn]] void refuse_pruned(std::int64_t version) {
  throw HttpError(410, "weights " + std::to_string(version) +
                           " are no longer kept (the job's keep_weights says how many are)");
}

Response with_offset(int status, std::uint64_t offset) {
  Response response = Response::json({{"offset", offset}}, status);
  response.headers.emplace_back("Upload-Offset", std::to_string(offset));
  return response;
}

}  // namespace

void Service::wake(std::uint64_t changes, std::uint64_t openings) {
  if (coordinator_.changes() != changes || coordinator_.openings() != openings) changes_.notify_all();
  if (coordinator_.openings() != openings) openings_.notify_all();
}

void Service::add_routes() {
  const auto to = [this](Response (Service::*handler)(Request&)) {
    return [this, handler](Request& request) { return (this->*handler)(request); };
  };
  router_.add("GET", "/healthz", [this](Request&) { return health(); });
  watch_.add_routes(router_, [this](const Request& request) { access_.require(request, kAnyRole); });
  router_.add("POST", "/v1/jobs", to(&Service::submit));
  router_.add("PUT", "/v1/jobs/{job}/weights", to(&Service::put_weights));
  router_.add("GET", "/v1/jobs/{job}", to(&Service::job_status));
  router_.add("GET", "/v1/status", to(&Service::job_status));
  for (const char* verb : {"pause", "resume", "stop"}) {
    router_.add("POST", std::string("/v1/jobs/{job}/") + verb,
                [this, verb](Request& request) { return control_job(request, verb); });
  }
  router_.add("POST", "/v1/evaluations", to(&Service::next_evaluation));
  router_.add("POST", "/v1/evaluations/{version}/heartbeat", to(&Service::renew_claim));
  router_.add("PUT", "/v1/evaluations/{version}", to(&Service::put_measurement));
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
  if (!worker) throw no_session();
  return *worker;
}

Response Service::health() {
  const std::lock_guard lock(mutex_);
  if (const std::string why = trouble(); !why.empty()) return Response::problem(503, why);
  return Response::json({{"status", "ok"}, {"version", FRAG_VERSION}});
}

Response Service::submit(Request& request) {
  access_.require(request, kSubmit);
  const rounds::JobSpec spec = rounds::job_spec_from_json(read_json(request, kJobLimit));
  const std::int64_t job = coordinate([&](rounds::Coordinator& c) { return c.submit(spec); });
  return Response::json({{"job", job}, {"state", "awaiting_weights"}}, 201);
}

Response Service::put_weights(Request& request) {
  access_.require(request, kSubmit);
  const std::int64_t job = number_in_path(request, "job");
  coordinate([&](rounds::Coordinator& c) { c.state_of(job); });  // 404 before a byte is read
  Upload upload(request, incoming_, "weights of job " + std::to_string(job), options_.weights_limit);
  if (!upload.whole()) return with_offset(202, upload.bytes());
  if (const std::string fault = fault_of(upload.path()); !fault.empty()) throw HttpError(422, fault);
  coordinate([&](rounds::Coordinator& c) {
    // Under the mutex, because the file's name is the version that open() is about to give.
    if (c.awaits(job, upload.digest())) upload.move_to(directory_.weights(c.next_version()));
    c.open(job, upload.digest(), upload.bytes());
  });
  return Response::json({{"job", job}, {"state", "open"}});
}

std::shared_ptr<const FileReader> Service::open_weights(std::int64_t version) {
  try {
    return std::make_shared<const FileReader>(directory_.weights(version));
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    if (coordinate([&](rounds::Coordinator& c) { return c.weights(version); })->pruned)
      refuse_pruned(version);
    throw HttpError(404, "the file of weights " + std::to_string(version) + " is lost");
  }
}

Response Service::get_weights(Request& request) {
  if (!access_.may_read(request)) require_worker(request);
  const std::int64_t version = number_in_path(request, "version");
  const auto weights = coordinate([&](rounds::Coordinator& c) { return c.weights(version); });
  if (!weights) throw HttpError(404, "there are no weights of version " + std::to_string(version));
  if (weights->pruned) refuse_pruned(version);
  const auto file = open_weights(version);
  const auto read = [this, file](auto offset, auto count) {
    coordinate([&](rounds::Coordinator& c) { c.count_bytes(0, count); });
    return file->read(offset, count);
  };
  return http::serve(request,
                     http::readable(file->size(), weights->digest, "application/octet-stream", read));
}

Response Service::job_status(Request& request) {
  access_.require(request, kAnyRole);
  const bool newest = !request.captures.contains("job");
  const std::int64_t asked = newest ? 0 : number_in_path(request, "job");
  return WatchHandlers::answer(request, coordinate([&](rounds::Coordinator& c) {
                                 return status_of(newest ? c.newest_job() : asked, kRoundsTold);
                               }));
}

Response Service::join(Request& request) {
  access_.require(request, kWorker | kEvaluate);
  const auto name = json_get<std::string>(read_json(request), "name", "the request's body");
  const std::string shown = access_.shown_digest(request);
  const rounds::Joined joined = coordinate([&](rounds::Coordinator& c) {
    // A token that ended, or was none, has no claim to the name.
    const auto before = c.here(name);
    if (before && before->joined_by != shown && access_.holds(before->joined_by)) {
      throw HttpError(409, one_line(name, 200) + " is here under another token: choose another name");
    }
    return c.join(name, shown);
  });
  return Response::json({{"worker", joined.worker}, {"token", access_.session(request, joined.token)}}, 201);
}

Response Service::next_task(Request& request) {
  return offer(request, kWorker, [this](std::int64_t worker, rounds::Millis patience) {
    return coordinator_.next_task(worker, patience);
  });
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

void Service::refuse_result(std::int64_t worker, const std::string& task, const std::string& why) {
  coordinate([&](rounds::Coordinator& c) { c.reject(worker, task, why); });
}

// One at a time settles a task's result, so that the file in its place is the one that was checked. HttpError
// 503 where somebody else does.
class Service::Turn {
 public:
  Turn(Service& service, const std::string& task) : service_(service), task_(task) {
    const std::lock_guard lock(service.mutex_);
    const auto record = service.store_.find_task(task);
    counts_ = record && record->state == rounds::TaskState::accepted;
    if (!service.settling_.insert(task).second) {
      throw http::try_later("another result of task " + task + " is being taken");
    }
  }
  ~Turn() {
    const std::lock_guard lock(service_.mutex_);
    service_.settling_.erase(task_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Whether one was accepted before.
  bool counts() const { return counts_; }

 private:
  Service& service_;
  const std::string task_;
  bool counts_ = false;
};

Response Service::put_result(Request& request) {
  const std::int64_t worker = require_worker(request);
  const std::string& task = request.captures.at("task");
  const auto admission = coordinate([&](rounds::Coordinator& c) { return c.admit(worker, task); });
  const auto layout = layout_of(admission.base);
  std::optional<Upload> upload;
  try {
    upload.emplace(request, incoming_, upload_name(worker, task), layout->file_bytes + kResultSlack);
  } catch (const HttpError& error) {
    if (error.status() == 413) refuse_result(worker, task, error.what());
    throw;
  }
  if (!upload->whole()) return with_offset(202, upload->bytes());
  coordinate([&](rounds::Coordinator& c) { c.count_bytes(upload->bytes(), 0); });
  const rounds::ResultCheck check = rounds::check_result(upload->path(), *layout, admission);
  if (!check.fault.empty()) {
    refuse_result(worker, task, check.fault);
    throw HttpError(422, check.fault);
  }
  // In its place before it counts, so that a record without its file cannot be; a file without a record can,
  // and is removed at the next start. What counts already stays the file that it is.
  const Turn turn(*this, task);
  const std::filesystem::path place = directory_.result(task, upload->digest());
  if (!turn.counts()) upload->move_to(place);
  try {
    coordinate([&](rounds::Coordinator& c) {
      c.accept(worker, task, {upload->digest(), upload->bytes(), check.norm, check.report});
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
