// Decodes sources in the background after the start, as many as the cache holds, and compares their digests.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "server/mirror.h"

namespace frag {

class Warmer {
 public:
  // Starts one thread for each render the mirror allows, within `most_threads`; they take turns with the
  // requests. `mirror` outlives it.
  explicit Warmer(const Mirror& mirror, int most_threads = 4);
  // Stops; waits for the sources that are being decoded.
  ~Warmer();
  Warmer(const Warmer&) = delete;
  Warmer& operator=(const Warmer&) = delete;

  std::uint64_t warmed() const { return warmed_.load(); }
  std::uint64_t of() const { return todo_.size(); }
  bool done() const { return warmed() == of(); }

 private:
  void work();

  const Mirror& mirror_;
  std::vector<std::pair<const ServedDataset*, std::uint32_t>> todo_;
  std::atomic<std::uint64_t> next_{0}, warmed_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace frag
