// Life and threads of the service. What each endpoint does is in handlers.cc.
#include "trainer/aggregator/service.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/http/forwarded.h"
#include "libfrag/http/server.h"
#include "libfrag/rounds/aggregate.h"
#include "libfrag/rounds/rules/catalog.h"
#include "trainer/aggregator/service-inl.h"

namespace frag::aggregator {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetry{2000};
constexpr int kRestartSeconds = 5;  // as long as a restart takes

// The system's time at the start, and a steady clock from there on: nobody's lease dies because a clock was
// set.
rounds::Clock steady_wall_clock() {
  using std::chrono::duration_cast;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto start = std::chrono::steady_clock::now();
  return [wall, start] {
    const auto since = std::chrono::steady_clock::now() - start;
    return static_cast<rounds::Millis>(duration_cast<milliseconds>(wall + since).count());
  };
}

// 0 before the first job.
std::int64_t newest_of(const rounds::Coordinator& coordinator) {
  try {
    return coordinator.newest_job();
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return 0;
    throw;
  }
}

void log(const std::string& line) {
  std::fprintf(stderr, "fragagg: %s\n", line.c_str());
}

}  // namespace

Service::Service(const ServiceOptions& options)
    : options_(options),
      directory_(options.state),
      access_(options.join_token, directory_.tokens()),
      rate_(options.rate),
      disk_(directory_.weights(0).parent_path(), options.min_free, options.free_bytes),
      incoming_(directory_, disk_, options.incoming),
      store_(directory_.database()),
      coordinator_(store_, steady_wall_clock()),
      watch_(job_source(), options.state) {
  sync_directory(options.state);  // the database's own entry
  remove_orphans();
  add_routes();
  files_.emplace(job_source(), directory_.jobs());
  background_ = std::thread([this] { run_background(); });
}

Service::~Service() {
  stop();
  background_.join();
}

void Service::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  openings_.notify_all();
  changes_.notify_all();
  tried_.notify_all();
}

JobSource Service::job_source() {
  const auto locked = [this](auto ask) {
    return [this, ask](auto... argument) {
      const std::lock_guard lock(mutex_);
      return ask(coordinator_, argument...);
    };
  };
  using rounds::Coordinator;
  return {.newest = locked([](const Coordinator& c) { return newest_of(c); }),
          .status = locked([this](const Coordinator&, std::int64_t job) {
            return status_of(job, Coordinator::kAllRounds);
          }),
          .changes = locked([](const Coordinator& c) { return c.changes(); }),
          .trouble = locked([this](const Coordinator&) { return trouble(); })};
}

std::string Service::trouble() {
  return trouble_.empty() ? disk_.trouble() : trouble_;
}

rounds::JobStatus Service::status_of(std::int64_t job, std::int64_t most_rounds) {
  rounds::JobStatus status = coordinator_.status(job, most_rounds);
  if (job == coordinator_.newest_job()) status.trouble = trouble();
  return status;
}

http::Response Service::handle(http::Request& request) {
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    stopping = stopping_;
  }
  try {
    if (stopping) throw http::try_later("the aggregator is stopping; its state is kept", kRestartSeconds);
    admit(request);
  } catch (const std::exception& error) {
    return http::problem_of(error);
  }
  http::Response response = router_.handle(request);
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

// Counts the request for whoever sends it. This machine's own requests are not limited.
void Service::admit(http::Request& request) {
  request.remote = http::client_address(request, options_.trusted);
  if (http::is_loopback(request.remote) || request.path == "/healthz") return;
  rate_.admit(access_.client_of(request));
}

// Results that were stored but never acknowledged (their senders will send them again), and what a kill left
// of a pruning.
void Service::remove_orphans() {
  std::vector<std::filesystem::path> orphans;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.results())) {
    const std::string stem = entry.path().stem().string();
    const auto task = store_.find_task(stem.substr(0, stem.rfind('-')));
    const bool counts =
        task && coordinator_.keeps(*task) && entry.path() == directory_.result(task->id, task->digest);
    if (!counts) orphans.push_back(entry.path());
  }
  std::error_code ignored;  // a file that stays costs space and nothing else
  for (const auto& path : orphans) std::filesystem::remove(path, ignored);
  for (const auto& weights : coordinator_.records().weights) {
    if (weights.pruned) remove_weights(weights.version);
  }
}

void Service::remove_weights(std::int64_t version) {
  std::error_code ignored;
  std::filesystem::remove(directory_.weights(version), ignored);
  std::filesystem::remove(directory_.memory(version), ignored);
}

void Service::prune() {
  const rounds::Prunable gone = coordinator_.prune();
  std::error_code ignored;
  for (const auto& result : gone.results) {
    std::filesystem::remove(directory_.result(result.task, result.digest), ignored);
  }
  for (const std::int64_t version : gone.weights) remove_weights(version);
}

void Service::run_background() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::uint64_t openings = coordinator_.openings();
    milliseconds pause = std::chrono::hours(1);
    try {
      coordinator_.advance();
      if (const auto closing = coordinator_.closing()) {
        average(*closing, lock);
        continue;
      }
      if (const auto due = coordinator_.next_due()) {
        pause = milliseconds(std::clamp<rounds::Millis>(*due - coordinator_.now(), 0, pause.count()));
      }
      trouble_.clear();
    } catch (const std::exception& error) {
      // A full disk, most often. Nothing is lost: the records say what is to be done, and it is tried again.
      const std::string text = trouble_text(error);
      if (trouble_ != text) log("cannot go on yet: " + text);
      trouble_ = text;
      pause = kRetry;
    }
    if (coordinator_.openings() != openings) openings_.notify_all();
    if (!stopping_) changes_.wait_for(lock, pause);
  }
}

// With the way out for a file that is lost, which no trying again brings back.
std::string Service::trouble_text(const std::exception& error) const {
  const char* const way_out =
      "; where that cannot be mended, stop the job, and stop it again to give this round up";
  return std::string(error.what()) + (coordinator_.closing() ? way_out : "");
}

// A stop that would give a round up waits until its averaging was tried and failed: one that succeeds is
// worth having, and no file of one under way may come upon the next job's.
void Service::stop_job(std::int64_t job, const std::string& why) {
  std::unique_lock lock(mutex_);
  const bool settled = tried_.wait_for(lock, std::chrono::duration<double>(kLongestPoll), [&] {
    return stopping_ || !coordinator_.closes_last(job) || (!averaging_ && !trouble_.empty());
  });
  if (!settled) throw http::try_later("the last round is being averaged");
  if (stopping_) throw http::try_later("the aggregator is stopping; its state is kept");
  const std::uint64_t changes = coordinator_.changes(), openings = coordinator_.openings();
  const std::vector<rounds::TaskRecord> queued = coordinator_.queued();
  coordinator_.stop(job, why);
  for (const rounds::TaskRecord& task : queued) {
    if (store_.find_task(task.id)->state == rounds::TaskState::late) {
      std::error_code ignored;  // a file that stays costs space and nothing else
      std::filesystem::remove(directory_.result(task.id, task.digest), ignored);
    }
  }
  wake(changes, openings);
}

void Service::average(const rounds::Closing& closing, std::unique_lock<std::mutex>& lock) {
  const auto back = [&] {
    lock.lock();
    averaging_ = false;
    tried_.notify_all();
  };
  averaging_ = true;
  lock.unlock();
  rounds::Aggregated written;
  try {
    const auto rule = rounds::make_rule(closing.rule, closing.step);
    written = rounds::aggregate(step_files(closing), *rule);
  } catch (...) {
    back();
    throw;
  }
  back();
  coordinator_.close(closing, written.digest, written.bytes);
  trouble_.clear();
  openings_.notify_all();
  log("job " + std::to_string(closing.job) + ": round " + std::to_string(closing.round) + " closed with " +
      std::to_string(closing.results.size()) + " results; weights " + std::to_string(closing.version));
  prune();
}

rounds::StepFiles Service::step_files(const rounds::Closing& closing) const {
  rounds::StepFiles files;
  files.base = directory_.weights(closing.base);
  for (const auto& result : closing.results) {
    files.results.push_back(directory_.result(result.task, result.digest));
  }
  files.next = directory_.weights(closing.version);
  if (closing.round > 1) files.memory = directory_.memory(closing.base);
  files.next_memory = directory_.memory(closing.version);
  return files;
}

}  // namespace frag::aggregator
