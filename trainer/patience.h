// Asking again where a server does not answer, as it may be restarting, or where it says "later".
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "libfrag/base/error.h"

namespace frag::trainer {

class Patience {
 public:
  // `whom` is how messages name the other side, behind "no answer from"; `limit` is how long one outage may
  // last.
  explicit Patience(std::string whom, std::chrono::seconds limit = std::chrono::minutes(10))
      : whom_(std::move(whom)), limit_(limit) {}

  // `ask()`, and again with growing pauses (0.25 s to 15 s) while it fails with Errc::unavailable, which it
  // throws in the end. An answer that says "later" (429, 503, 507) is none of an outage: the limit counts
  // anew from it, and the pause is what its Retry-After says. Says on standard error when an outage begins
  // and ends. Errc::interrupted on SIGINT and SIGTERM.
  template <class Ask>
  auto persist(Ask ask) {
    Outage outage;
    while (true) {
      try {
        auto answer = ask();
        if (outage.attempts > 0) report_end();
        return answer;
      } catch (const Error& error) {
        if (error.code() != Errc::unavailable) throw;
        pause(outage, error);
      }
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kShortest{250};
  struct Outage {
    int attempts = 0;
    Clock::time_point start = Clock::now();
    std::chrono::milliseconds next_pause = kShortest;
  };

  // Waits before the next attempt; throws `error`'s equal where the limit has passed.
  void pause(Outage& outage, const Error& error) const;
  void report_begin(const Error& error, bool later) const;
  void report_end() const;

  std::string whom_;
  std::chrono::seconds limit_;
};

}  // namespace frag::trainer
