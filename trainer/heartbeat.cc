#include "trainer/heartbeat.h"

#include <algorithm>
#include <chrono>

#include "trainer/aggregator_link.h"

namespace frag::trainer {

Heartbeat::Heartbeat(std::string url, std::string token, std::string join_token, const rounds::Lease& lease)
    : url_(std::move(url)),
      token_(std::move(token)),
      join_token_(std::move(join_token)),
      task_(lease.task),
      job_(lease.job),
      period_s_(std::max(0.05, lease.lease_s / 3.0)),
      thread_([this] { run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Heartbeat::run() {
  AggregatorLink link(url_, token_);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::duration<double>(period_s_), [this] { return stop_; })) {
    lock.unlock();
    try {
      const bool lost = !link.heartbeat(task_);
      if (lost && AggregatorLink(url_, join_token_).status(job_).state == "finished") job_ended_.store(true);
    } catch (const std::exception&) {
      // Asked again at the next beat; the worker's own requests report what stays wrong.
    }
    lock.lock();
  }
}

}  // namespace frag::trainer
