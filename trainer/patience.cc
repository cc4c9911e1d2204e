#include "trainer/patience.h"

#include <algorithm>
#include <cstdio>

#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"

namespace frag::trainer {

void Patience::pause(Outage& outage, const Error& error) const {
  const auto limit = static_cast<double>(limit_.count());
  if (outage.attempts++ == 0) {
    outage.start = Clock::now();
    std::fprintf(stderr, "fragtrain: %s does not answer (%s); asking again for up to %s\n", whom_.c_str(),
                 error.what(), format_seconds(limit).c_str());
  }
  if (Clock::now() - outage.start > limit_) {
    throw Error(Errc::unavailable, std::string(error.what()) + "; gave up after " + format_seconds(limit));
  }
  if (wait_for_stop(outage.next_pause)) throw_if_stopped();
  outage.next_pause = std::min(outage.next_pause * 2, std::chrono::milliseconds(15000));
}

void Patience::report_end() const {
  std::fprintf(stderr, "fragtrain: %s answers again\n", whom_.c_str());
}

}  // namespace frag::trainer
