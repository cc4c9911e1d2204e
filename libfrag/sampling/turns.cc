#include "libfrag/sampling/turns.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace frag {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t floor_of(std::uint64_t a, std::uint64_t b, std::uint64_t divisor) {
  const Wide value = static_cast<Wide>(a) * b / divisor;
  return value > UINT64_MAX ? UINT64_MAX : static_cast<std::uint64_t>(value);
}

std::uint64_t ceil_of(std::uint64_t a, std::uint64_t b, std::uint64_t divisor) {
  const Wide value = (static_cast<Wide>(a) * b + divisor - 1) / divisor;
  return value > UINT64_MAX ? UINT64_MAX : static_cast<std::uint64_t>(value);
}

}  // namespace

Turns::Turns(std::vector<std::uint64_t> weights) : weights_(std::move(weights)) {
  std::uint64_t common = 0;
  for (const std::uint64_t weight : weights_) common = std::gcd(common, weight);
  for (std::uint64_t& weight : weights_) weight /= common;
  sum_ = std::accumulate(weights_.begin(), weights_.end(), std::uint64_t{0});
}

std::uint64_t Turns::limit(std::size_t lane, std::uint64_t size) const {
  return floor_of(size, sum_, weights_[lane]);
}

std::uint64_t Turns::needed(std::size_t lane, std::uint64_t positions) const {
  return ceil_of(positions, weights_[lane], sum_);
}

void Turns::lay(std::uint64_t length) {
  using Event = std::pair<std::uint64_t, std::uint32_t>;  // a position, a lane
  using Earliest = std::priority_queue<Event, std::vector<Event>, std::greater<>>;
  Earliest ready;    // by the end of the window that is open
  Earliest waiting;  // by the begin of the next window
  std::vector<std::uint64_t> had(weights_.size(), 0);
  const auto open = [&](std::uint32_t lane) {
    ready.emplace(ceil_of(had[lane] + 1, sum_, weights_[lane]), lane);
  };
  for (std::uint32_t lane = 0; lane < weights_.size(); ++lane) open(lane);
  length_ = length;
  period_.clear();
  for (std::uint64_t position = 0; position < std::min(sum_, length); ++position) {
    for (; !waiting.empty() && waiting.top().first <= position; waiting.pop()) open(waiting.top().second);
    const std::uint32_t lane = ready.top().second;
    ready.pop();
    period_.push_back({lane, had[lane]++});
    if (had[lane] < weights_[lane]) waiting.emplace(floor_of(had[lane], sum_, weights_[lane]), lane);
  }
}

Turn Turns::at(std::uint64_t position) const {
  const Turn& turn = period_[position % sum_];
  return {turn.lane, position / sum_ * weights_[turn.lane] + turn.number};
}

std::vector<std::uint64_t> Turns::counts() const {
  std::vector<std::uint64_t> counts;
  for (const std::uint64_t weight : weights_) counts.push_back(length_ / sum_ * weight);
  for (std::uint64_t position = 0; position < length_ % sum_; ++position) ++counts[period_[position].lane];
  return counts;
}

}  // namespace frag
