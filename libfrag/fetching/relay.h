// A sample fetched over several lines at once and handed on in order, whoever of them fails.
//
// The positions are divided into chunks. Each line works on one chunk at a time, from the front; whoever has
// nothing left to do helps with a chunk that would take its line much longer. A line that fails, stalls or
// lies is left alone for a while, and its chunk goes on elsewhere behind the last fragment that came. Only so
// many chunks are held as `window` says.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libfrag/fetching/health.h"
#include "libfrag/fetching/provider.h"

namespace frag {

struct RelaySettings {
  std::uint64_t first = 0, end = 0;  // positions of the sample
  std::uint64_t chunk = 64;          // positions; at least 1
  std::size_t window = 16;           // chunks held at a time; at least 2
  // Without a fragment for so long, although nobody failed for good, it is given up.
  std::chrono::milliseconds patience{300'000};
  // Asked while run() waits; once it says true, run() ends with Errc::interrupted.
  std::function<bool()> cancelled{};
};

// What a line did so far.
struct LineReport {
  std::string url;
  std::uint64_t fragments = 0;
  bool dismissed = false;
};

class Relay {
 public:
  Relay(std::vector<Line> lines, const RelaySettings& settings);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Calls `deliver` for every position, in order, on the calling thread; what it throws ends all.
  // Errc::unavailable that tells what each line said where none is left; Errc::interrupted after a stop
  // signal.
  void run(const std::function<void(std::uint64_t position, EncodedFragment fragment)>& deliver);

  // What went wrong and was overcome, a line of text each, and who gave how many. At any time, any thread.
  std::vector<std::string> notes() const;
  std::vector<LineReport> lines() const;

 private:
  using Clock = Health::Clock;
  struct Chunk;
  struct Worker;

  void work(Worker& worker);
  std::shared_ptr<Chunk> choose(const Worker& worker, Clock::time_point now);
  bool worth_help(const Chunk& chunk, const Worker& worker, Clock::time_point now) const;
  void fetch(Worker& worker, const std::shared_ptr<Chunk>& chunk, std::unique_lock<std::mutex>& lock);
  bool accept(Worker& worker, Chunk& chunk, std::uint64_t position, EncodedFragment fragment);
  void learn(Worker& worker, const std::exception_ptr& failure);
  void note(const std::string& text);
  void check_hope() const;
  void stop();

  const RelaySettings settings_;
  std::vector<std::unique_ptr<Worker>> workers_;

  mutable std::mutex mutex_;  // guards all below, and what workers_ say of themselves
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Chunk>> chunks_;  // not yet delivered, in order
  std::uint64_t next_;                         // the first position that is in no chunk yet
  Clock::time_point last_delivery_;
  std::vector<std::string> notes_;
  bool done_ = false;
};

}  // namespace frag
