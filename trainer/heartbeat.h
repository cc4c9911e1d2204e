// Keeps a lease alive from a thread of its own while the worker computes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "libfrag/rounds/messages.h"

namespace frag::trainer {

class Heartbeat {
 public:
  // Beats every lease.lease_s / 3 seconds until destroyed; an aggregator that does not answer is asked again
  // at the next beat, since the lease may outlast its restart. `token` is the worker's, `join_token` the one
  // it joined with, which alone may ask for the job's status.
  Heartbeat(std::string url, std::string token, std::string join_token, const rounds::Lease& lease);
  // Waits for a beat under way.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // True once the worker's job has ended, so that nobody waits for the result any more. A lease that is lost
  // while the job goes on is worked to its end: the aggregator counts it, and takes it where nobody else has
  // done the part.
  bool job_ended() const { return job_ended_.load(); }

 private:
  void run();

  const std::string url_;
  const std::string token_;
  const std::string join_token_;
  const std::string task_;
  const std::int64_t job_;
  const double period_s_;

  std::atomic<bool> job_ended_{false};
  std::mutex mutex_;  // guards stop_
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace frag::trainer
