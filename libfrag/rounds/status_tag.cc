#include "libfrag/rounds/status_tag.h"

#include <cmath>

#include "libfrag/base/digest.h"

namespace frag::rounds {

std::string status_tag(JobStatus status) {
  for (RoundStatus& round : status.history) {
    if (round.state == "open" || round.state == "closing") round.seconds = 0;
  }
  for (WorkerStatus& worker : status.workers) worker.heard = std::floor(worker.heard / 60);
  return xxh3_128_hex(to_json(status).dump());
}

}  // namespace frag::rounds
