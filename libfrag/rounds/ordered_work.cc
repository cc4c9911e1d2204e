#include "libfrag/rounds/ordered_work.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace frag::rounds {
namespace {

class OrderedRun {
 public:
  explicit OrderedRun(const OrderedWork& work) : work_(work), made_(work.slots) {}

  // Of a making thread.
  void make_pieces(std::size_t thread) {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return ended() || next_ < taken_ + work_.slots; });
      if (ended()) return;
      const std::size_t piece = next_++;
      if (!unlocked(lock, [&] { work_.make(thread, piece, piece % work_.slots); })) return;
      made_[piece % work_.slots] = true;
      changed_.notify_all();
    }
  }

  // Of the caller's.
  void take_pieces() {
    std::unique_lock lock(mutex_);
    while (taken_ < work_.pieces) {
      const std::size_t slot = taken_ % work_.slots;
      changed_.wait(lock, [&] { return failure_ != nullptr || made_[slot]; });
      if (failure_ != nullptr || !unlocked(lock, [&] { work_.take(taken_, slot); })) return;
      made_[slot] = false;
      ++taken_;
      changed_.notify_all();
    }
  }

  // Makes all threads come to their end.
  void stop(std::exception_ptr why) {
    const std::lock_guard lock(mutex_);
    if (failure_ == nullptr) failure_ = std::move(why);
    changed_.notify_all();
  }

  // When all threads have ended.
  void rethrow() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  bool ended() const { return failure_ != nullptr || next_ == work_.pieces; }

  // Whether `call`, made without the lock, came to its end.
  template <class Call>
  bool unlocked(std::unique_lock<std::mutex>& lock, const Call& call) {
    lock.unlock();
    std::exception_ptr failure;
    try {
      call();
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure != nullptr) stop(failure);
    lock.lock();
    return failure == nullptr;
  }

  const OrderedWork& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::size_t next_ = 0;    // the next piece to be made
  std::size_t taken_ = 0;   // pieces taken; written by the caller's thread alone
  std::vector<bool> made_;  // by slot: made and not yet taken
  std::exception_ptr failure_;
};

}  // namespace

void run_in_order(const OrderedWork& work) {
  OrderedRun run(work);
  {
    std::vector<std::jthread> threads;
    try {
      for (std::size_t t = 0; t < work.threads; ++t) {
        threads.emplace_back([&run, t] { run.make_pieces(t); });
      }
      run.take_pieces();
    } catch (...) {
      run.stop(std::current_exception());
    }
  }
  run.rethrow();
}

}  // namespace frag::rounds
