#include "trainer/heartbeat.h"

#include <algorithm>
#include <chrono>

namespace frag::trainer {

Heartbeat::Heartbeat(HeartbeatOptions options) : options_(std::move(options)), thread_([this] { run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Heartbeat::expect_wanted() const {
  if (!wanted()) throw GivenUp{why_};
}

void Heartbeat::run() {
  AggregatorLink link(options_.url, options_.token);
  const std::chrono::duration<double> period(std::max(0.05, options_.lease_s / 3.0));
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, period, [this] { return stop_; })) {
    lock.unlock();
    if (!beat(link)) return;
    lock.lock();
  }
}

bool Heartbeat::beat(AggregatorLink& link) {
  try {
    return link.heartbeat(options_.path) || !look_at_job();
  } catch (const Error& error) {
    // Else asked again at the next beat; the worker's own requests report what stays wrong.
    return error.code() != Errc::not_found;
  }
}

bool Heartbeat::look_at_job() {
  try {
    why_ = options_.why_over(AggregatorLink(options_.url, options_.join_token).brief(options_.job));
  } catch (const Error&) {
    return false;  // not known yet
  }
  if (!why_.empty()) over_.store(true);
  return !why_.empty();
}

}  // namespace frag::trainer
