// A progress bar on standard error: only on a terminal, at most ten times a second, any thread may add.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace frag {

class Progress {
 public:
  // `what` stands before the bar, `unit` behind the numbers; total 0 means unknown.
  Progress(std::string what, std::uint64_t total, std::string unit);
  // Clears the line: what was achieved is for the program's own summary to say.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(std::uint64_t count);
  // What stands at the end of the line from now on.
  void say(std::string words);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now);

  const std::string what_;
  const std::uint64_t total_;
  const std::string unit_;
  const bool shown_;
  const Clock::time_point start_;

  std::mutex mutex_;  // guards all below
  std::string words_;
  std::uint64_t done_ = 0;
  Clock::time_point drawn_{};
};

}  // namespace frag
