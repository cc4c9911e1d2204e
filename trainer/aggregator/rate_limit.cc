#include "trainer/aggregator/rate_limit.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libfrag/base/text.h"
#include "libfrag/http/message.h"

namespace frag::aggregator {
namespace {

constexpr double kBurstSeconds = 10;

}  // namespace

RateLimit::RateLimit(double per_second, std::function<Clock::time_point()> now)
    : per_second_(per_second), most_(std::max(per_second * kBurstSeconds, 1.0)), now_(std::move(now)) {}

double RateLimit::level(const Bucket& bucket, Clock::time_point now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  return std::min(bucket.requests + seconds * per_second_, most_);
}

void RateLimit::admit(const std::string& client) {
  if (per_second_ <= 0) return;
  const Clock::time_point now = now_();
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMostClients && !buckets_.contains(client)) forget_full(now);
  Bucket& bucket = buckets_.try_emplace(client, Bucket{most_, now}).first->second;
  bucket = {level(bucket, now), now};
  if (bucket.requests < 1) {
    const auto seconds = static_cast<int>(std::ceil((1 - bucket.requests) / per_second_));
    throw http::HttpError(429,
                          "more than " + format_fixed(per_second_, 0) + " requests a second of one client",
                          {{"Retry-After", std::to_string(std::max(seconds, 1))}});
  }
  bucket.requests -= 1;
}

void RateLimit::forget_full(Clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& one) { return level(one.second, now) >= most_; });
  if (buckets_.size() >= kMostClients) buckets_.clear();
}

}  // namespace frag::aggregator
