// The trainer's side of the wire that libfrag/rounds/messages.h describes: one call a request, no retries.
//
// Belongs to one thread; a second thread makes its own. Every call throws Errc::unavailable where no answer
// came (or a 5xx or 429 did), and Errc::refused where a token is not taken.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "libfrag/http/client.h"
#include "libfrag/rounds/messages.h"

namespace frag::trainer {

enum class TaskState { task, wait, finished };

// An answer to whoever asks for something to do.
template <class Lease>
struct Offered {
  TaskState state = TaskState::wait;
  Lease lease{};  // where state is task
};

enum class Verdict {
  accepted,
  late,     // 409: the round had closed, or the part was taken
  refused,  // 413, 422: for what the result held
};

struct ResultAnswer {
  Verdict verdict = Verdict::accepted;
  std::string reason;  // the aggregator's words where it was not accepted
};

// A line of the list of jobs.
struct JobBrief {
  std::string state;        // as JobStatus's
  std::int64_t closed = 0;  // rounds
};

class AggregatorLink {
 public:
  // Errc::usage where `url` is not http:// or https://. `token` may be empty.
  AggregatorLink(const std::string& url, const std::string& token);

  const std::string& url() const { return url_; }

  // Joins under `name` and uses the token that it is given from here on; returns it for other links.
  std::string join(const std::string& name);
  // Asks for a task; the aggregator may hold the answer back for `wait_s` seconds.
  Offered<rounds::Lease> ask_for_task(double wait_s);
  // Version `version` as a safetensors file. An AnswerError with status 410 where it is no longer kept. After
  // Errc::unavailable the next call for the same one goes on where that one broke off, and so does
  // send_result for the same task.
  std::string weights(std::int64_t version);
  ResultAnswer send_result(const std::string& task, const std::string& file);
  // `path` is that of a task's heartbeat, or of an evaluation's. False where the lease is no longer held.
  bool heartbeat(const std::string& path);

  // Asks for a version to measure, as ask_for_task does for a task.
  Offered<rounds::EvaluationLease> ask_for_evaluation(double wait_s);
  // False where it is no longer wanted.
  bool send_measurement(const rounds::Measurement& measurement);

  // The new job's number.
  std::int64_t submit(const rounds::JobSpec& job);
  void send_first_weights(std::int64_t job, const std::string& file);
  // "pause", "resume" or "stop": the job's state afterwards. `reason` is for people. Errc::refused where the
  // job's state does not allow it.
  std::string control(std::int64_t job, const std::string& what, const std::string& reason);
  // Of `job`, or of the newest. What did not change since the last call does not travel again.
  rounds::JobStatus status(std::optional<std::int64_t> job = std::nullopt);
  // The few words that the list of jobs has of it. Errc::not_found where there is no such job.
  JobBrief brief(std::int64_t job);

 private:
  http::Answer put_result(const std::string& path, const std::string& file);
  std::uint64_t kept_of(const std::string& path);
  std::string at(const std::string& path) const { return url_ + path; }

  std::string url_;
  http::Client client_;
  // What a transfer that broke off left, for the next attempt.
  std::int64_t arriving_version_ = -1;
  http::PartialBody arriving_;
  std::string broken_upload_;  // its address
  // The status that came last.
  struct KnownStatus {
    std::string path;
    std::string tag;
    std::chrono::steady_clock::time_point when;
    rounds::JobStatus status;
  };
  std::optional<KnownStatus> known_;
};

}  // namespace frag::trainer
