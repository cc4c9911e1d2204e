// Keeps a lease alive from a thread of its own while the worker computes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "trainer/aggregator_link.h"
#include "trainer/given_up.h"
#include "trainer/patience.h"

namespace frag::trainer {

struct HeartbeatOptions {
  std::string url;
  std::string token;       // the worker's
  std::string join_token;  // the one it joined with, which alone may ask for the list of jobs
  std::string path;        // "/v1/tasks/1-4-2-1/heartbeat"
  std::int64_t job = 0;
  double lease_s = 30;
  // Of a lease that is lost: why nobody waits for what comes of it; empty as long as somebody may. Called on
  // the thread that beats.
  std::function<std::string(const JobBrief&)> why_over;
};

class Heartbeat {
 public:
  // Beats every lease_s / 3 seconds until destroyed; an aggregator that does not answer is asked again at the
  // next beat, since the lease may outlast its restart, and one that knows no such path (404) no more.
  explicit Heartbeat(HeartbeatOptions options);
  // Waits for a beat under way.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // False once the lease is lost and `why_over` gave a reason.
  bool wanted() const { return !over_.load(); }
  // GivenUp with the reason once it is not wanted.
  void expect_wanted() const;

  // `read(cancelled)`, as a SampleReader reads, with patience for mirrors that do not answer; GivenUp once it
  // is not wanted.
  template <class Read>
  auto read_while_wanted(Read read) const {
    return Patience("the job's mirrors").persist([&] {
      expect_wanted();
      try {
        return read([this] { return !wanted(); });
      } catch (const Error&) {
        expect_wanted();  // then that is why
        throw;
      }
    });
  }

 private:
  void run();
  // False where there is no use in another.
  bool beat(AggregatorLink& link);
  // Whether nobody waits for the lease that was lost.
  bool look_at_job();

  const HeartbeatOptions options_;

  std::string why_;  // written before over_ is set
  std::atomic<bool> over_{false};
  std::mutex mutex_;  // guards stop_
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace frag::trainer
