#include "trainer/throttle.h"

#include "libfrag/base/stop.h"

namespace frag::trainer {

void Throttle::pause() {
  if (share_ < 1.0) {
    const std::chrono::duration<double> worked = Clock::now() - resumed_;
    wait_for_stop(std::chrono::duration_cast<std::chrono::milliseconds>(worked * (1.0 / share_ - 1.0)));
  }
  throw_if_stopped();
  resumed_ = Clock::now();
}

}  // namespace frag::trainer
