#include "libfrag/cutting/threads.h"

#include <oneapi/tbb/global_control.h>

namespace frag {

using oneapi::tbb::global_control;

struct ThreadLimit::Impl {
  explicit Impl(int threads)
      : control(global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)) {}
  global_control control;
};

ThreadLimit::ThreadLimit(int threads) : impl_(threads > 0 ? std::make_unique<Impl>(threads) : nullptr) {}
ThreadLimit::~ThreadLimit() = default;

}  // namespace frag
