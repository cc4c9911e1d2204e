#include "server/render_gate.h"

#include <algorithm>

#include "libfrag/http/message.h"

namespace frag {

RenderGate::Turn::~Turn() {
  if (gate_ != nullptr) gate_->give_back(std::chrono::steady_clock::now() - since_);
}

RenderGate::Turn RenderGate::start(const std::string& address) {
  std::unique_lock lock(mutex_);
  if (free_ == 0 && waiting_ >= queue_) {
    ++refused_;
    throw http::try_later("this mirror is busy: " + std::to_string(waiting_) +
                          " requests wait for one of its " + std::to_string(slots_) +
                          " renders; try again, or another mirror");
  }
  return wait(address, std::move(lock));
}

RenderGate::Turn RenderGate::go_on(const std::string& address) {
  return wait(address, std::unique_lock(mutex_));
}

RenderGate::Turn RenderGate::wait(const std::string& address, std::unique_lock<std::mutex> lock) {
  if (free_ > 0) {
    --free_;
    return Turn(*this);
  }
  Waiter self;
  auto line =
      std::find_if(lines_.begin(), lines_.end(), [&](const Line& one) { return one.address == address; });
  if (line == lines_.end()) line = lines_.insert(lines_.end(), Line{address, {}});
  line->waiters.push_back(&self);
  ++waiting_;
  lock.unlock();
  self.called.acquire();
  return Turn(*this);
}

// The slot goes straight to who is next, so that nobody overtakes.
void RenderGate::give_back(std::chrono::steady_clock::duration held) {
  const std::lock_guard lock(mutex_);
  held_ += held;
  if (lines_.empty()) {
    ++free_;
    return;
  }
  Waiter* next = lines_.front().waiters.front();
  lines_.front().waiters.pop_front();
  --waiting_;
  if (lines_.front().waiters.empty()) {
    lines_.pop_front();
  } else {
    lines_.splice(lines_.end(), lines_, lines_.begin());
  }
  next->called.release();
}

RenderGate::Stats RenderGate::stats() const {
  const std::lock_guard lock(mutex_);
  return {slots_,
          slots_ - free_,
          waiting_,
          queue_,
          fragments_.load(std::memory_order_relaxed),
          refused_,
          std::chrono::duration<double>(held_).count()};
}

}  // namespace frag
