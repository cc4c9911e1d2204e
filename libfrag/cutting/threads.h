// How many threads the parallel work of this room may use: cutting, planning, drawing.
#pragma once

#include <memory>

namespace frag {

// Holds for the process as long as the object lives. Results are the same for any number.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads);  // 0: as many as the machine has
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag
