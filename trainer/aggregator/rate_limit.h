// How often one client may ask: a bucket of requests that fills at a steady rate.
//
// Any number of threads may ask; memory is bounded whoever comes.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace frag::aggregator {

class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  // `per_second` requests of each client, 0 for no limit, and ten seconds' worth of them at once.
  explicit RateLimit(double per_second, std::function<Clock::time_point()> now = Clock::now);

  // Counts a request. HttpError 429 with Retry-After where the client has used up its bucket.
  void admit(const std::string& client);

  // Clients that are remembered at most; beyond them those whose buckets are full are forgotten, and while
  // there are none, the whole list.
  static constexpr std::size_t kMostClients = 4096;

 private:
  struct Bucket {
    double requests = 0;
    Clock::time_point at{};
  };

  void forget_full(Clock::time_point now);
  double level(const Bucket& bucket, Clock::time_point now) const;

  const double per_second_;
  const double most_;
  const std::function<Clock::time_point()> now_;

  std::mutex mutex_;  // guards all below
  std::map<std::string, Bucket> buckets_;
};

}  // namespace frag::aggregator
