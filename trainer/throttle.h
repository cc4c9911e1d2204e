// Leaves part of a machine's time to whoever sits at it.
#pragma once

#include <chrono>

namespace frag::trainer {

class Throttle {
 public:
  // `share` in (0, 1]: the share of the time that may be spent at work; 1 never pauses.
  explicit Throttle(double share) : share_(share), resumed_(Clock::now()) {}

  // The work begins now.
  void start() { resumed_ = Clock::now(); }

  // A piece of work has ended: pauses so long that work has had its share since start() or the last pause.
  // Throws Errc::interrupted once SIGINT or SIGTERM came.
  void pause();

 private:
  using Clock = std::chrono::steady_clock;

  double share_;
  Clock::time_point resumed_;
};

}  // namespace frag::trainer
