// Who may render now: a number of slots, and turns for those who wait, one address after the other.
//
// A slot is held while pixels are made, never while a client is written to. A request that starts is refused
// where too many wait already; one that has started waits for its next turn and is never refused.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>

namespace frag {

class RenderGate {
 public:
  // `slots` at least 1; a request that starts is refused where `queue` wait, those that have started among
  // them.
  RenderGate(int slots, std::size_t queue) : slots_(slots), queue_(queue), free_(slots) {}

  // A slot, given back with the object.
  class Turn {
   public:
    explicit Turn(RenderGate& gate) : gate_(&gate) {}
    Turn(Turn&& other) noexcept : gate_(other.gate_), since_(other.since_) { other.gate_ = nullptr; }
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    RenderGate* gate_;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  };

  // For a request that starts: HttpError 503 with Retry-After where the queue is full. Waits otherwise.
  Turn start(const std::string& address);
  // For one that has started.
  Turn go_on(const std::string& address);

  void count_fragment() { fragments_.fetch_add(1, std::memory_order_relaxed); }

  struct Stats {
    int slots = 0, busy = 0;
    std::size_t waiting = 0, queue = 0;
    std::uint64_t fragments = 0, refused = 0;
    double seconds = 0;  // of all slots together
  };
  Stats stats() const;

 private:
  struct Waiter {
    std::binary_semaphore called{0};
  };
  // Those of one address, in the order in which they came.
  struct Line {
    std::string address;
    std::deque<Waiter*> waiters;
  };

  Turn wait(const std::string& address, std::unique_lock<std::mutex> lock);
  void give_back(std::chrono::steady_clock::duration held);

  const int slots_;
  const std::size_t queue_;
  std::atomic<std::uint64_t> fragments_{0};

  mutable std::mutex mutex_;  // guards all below
  int free_;
  std::size_t waiting_ = 0;
  std::list<Line> lines_;  // the front one is served next, and then goes to the back
  std::uint64_t refused_ = 0;
  std::chrono::steady_clock::duration held_{};
};

}  // namespace frag
