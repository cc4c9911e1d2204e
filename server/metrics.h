// What a mirror counts, as Prometheus reads it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "libfrag/http/server.h"
#include "server/mirror.h"
#include "server/warmer.h"

namespace frag {

// Requests that were answered. Any number of threads may count.
class RequestCounts {
 public:
  void add(const http::Exchange& exchange);
  // Appends them in the text format.
  void append_to(std::string& out) const;

 private:
  struct Count {
    std::uint64_t requests = 0, bytes = 0;
    double seconds = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, Count> counts_;  // by route and status, guarded by mutex_
};

// Text format 0.0.4 of what a mirror is doing. `connections` counts those of the server, `limit` its cap.
std::string metrics_text(const Mirror& mirror, const Warmer& warmer, const RequestCounts& requests,
                         const http::Connections::Stats& connections, int limit);
// The few numbers of it that the page shows.
Json load_json(const Mirror& mirror, const http::Connections::Stats& connections, int limit);

}  // namespace frag
