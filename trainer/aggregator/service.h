// The aggregator behind HTTP: the coordinator's answers, the files beside its records, and the one thread
// that averages.
//
// Threads: handle() is called from any number of threads. One mutex guards the coordinator and its store;
// bodies are received, checked and moved to their place outside of it. Averaging runs in a thread of its own
// and outside of the mutex, so that heartbeats, polls and the status are answered meanwhile: the round is
// `closing` then, which settles what is averaged, and no other call changes that. The answer to the deciding
// result does not wait for it either.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "libfrag/http/router.h"
#include "libfrag/rounds/aggregate.h"
#include "libfrag/rounds/coordinator.h"
#include "libfrag/rounds/safetensors.h"
#include "trainer/aggregator/access.h"
#include "trainer/aggregator/disk_reserve.h"
#include "trainer/aggregator/incoming.h"
#include "trainer/aggregator/job_files.h"
#include "trainer/aggregator/rate_limit.h"
#include "trainer/aggregator/sqlite_store.h"
#include "trainer/aggregator/state_directory.h"
#include "trainer/aggregator/watch_handlers.h"

namespace frag::aggregator {

struct ServiceOptions {
  std::filesystem::path state;
  std::string join_token;                                // may do everything; empty: there is none
  std::uint64_t weights_limit = std::uint64_t{4} << 30;  // bytes that a job's first weights may have
  IncomingLimits incoming;
  std::uint64_t min_free = 0;  // bytes of the disk that stay free; 0: what DiskReserve takes
  DiskReserve::FreeBytes free_bytes = free_bytes_of;
  double rate = 0;                // requests a second of one client; 0: no limit
  std::set<std::string> trusted;  // proxies whose X-Forwarded-For says who asks
};

class Service {
 public:
  // Takes up what the state directory holds, an interrupted averaging too. Errc::refused where the directory
  // is in use.
  explicit Service(const ServiceOptions& options);
  // Stops. The HTTP server in front must be gone.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Never throws.
  http::Response handle(http::Request& request);

  // Where answers are counted, for /metrics.
  http::RequestCounts& counts() { return watch_.counts(); }

  // Sends all that wait home and answers 503 from now on; an averaging under way is finished first. Any
  // thread.
  void stop();

 private:
  void add_routes();

  http::Response health();
  http::Response submit(http::Request& request);
  http::Response put_weights(http::Request& request);
  http::Response get_weights(http::Request& request);
  http::Response job_status(http::Request& request);
  http::Response join(http::Request& request);
  http::Response next_task(http::Request& request);
  http::Response heartbeat(http::Request& request);
  http::Response put_result(http::Request& request);
  http::Response control_job(http::Request& request, const std::string& verb);
  http::Response next_evaluation(http::Request& request);
  http::Response renew_claim(http::Request& request);
  http::Response put_measurement(http::Request& request);
  http::Response result_offset(http::Request& request);

  void admit(http::Request& request);
  std::int64_t require_worker(const http::Request& request, Roles roles = kAnyRole);

  // Calls `use(coordinator_)` under the mutex and wakes whom its changes concern, also where it throws.
  template <class Use>
  auto coordinate(const Use& use);
  // The answer to a long poll.
  template <class Ask>
  http::Response offer(http::Request& request, Roles roles, const Ask& ask);
  // Why nothing goes on, and a job's status with it; under the mutex. Empty while all is well.
  std::string trouble();
  rounds::JobStatus status_of(std::int64_t job, std::int64_t most_rounds);
  void wake(std::uint64_t changes, std::uint64_t openings);

  class Turn;
  // HttpError 410 where a pruning has removed it meanwhile, 404 where it is lost.
  std::shared_ptr<const FileReader> open_weights(std::int64_t version);
  std::shared_ptr<const rounds::TensorLayout> layout_of(std::int64_t version);
  void refuse_result(std::int64_t worker, const std::string& task, const std::string& why);
  void remove_orphans();
  void remove_weights(std::int64_t version);
  void prune();

  void run_background();
  void average(const rounds::Closing& closing, std::unique_lock<std::mutex>& lock);
  std::string trouble_text(const std::exception& error) const;
  void stop_job(std::int64_t job, const std::string& why);
  rounds::StepFiles step_files(const rounds::Closing& closing) const;

  // Constant after construction.
  const ServiceOptions options_;
  http::Router router_;

  StateDirectory directory_;
  Access access_;
  RateLimit rate_;
  DiskReserve disk_;
  Incoming incoming_;

  std::mutex mutex_;                  // guards all below but the layout
  std::condition_variable openings_;  // something to do for those in a long poll
  std::condition_variable changes_;   // something to do, or to wait for, for the background thread
  std::condition_variable tried_;     // an averaging has ended, well or not
  SqliteStore store_;
  rounds::Coordinator coordinator_;
  std::set<std::string> settling_;  // tasks of which somebody holds the turn
  bool stopping_ = false;
  bool averaging_ = false;
  std::string trouble_;  // why the last averaging failed; empty while all is well

  std::mutex layout_mutex_;  // guards the layout that was asked for last
  std::int64_t layout_version_ = -1;
  std::shared_ptr<const rounds::TensorLayout> layout_;

  // For those who watch; they take mutex_ themselves.
  JobSource job_source();
  WatchHandlers watch_;
  std::optional<JobFiles> files_;  // once the store is in order

  std::thread background_;
};

}  // namespace frag::aggregator
