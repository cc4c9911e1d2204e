// What a mirror counts, as Prometheus reads it.
#pragma once

#include <string>

#include "libfrag/http/metrics.h"
#include "libfrag/http/server.h"
#include "server/mirror.h"
#include "server/warmer.h"

namespace frag {

// What a mirror is doing. `connections` counts those of the server, `limit` its cap.
std::string metrics_text(const Mirror& mirror, const Warmer& warmer, const http::RequestCounts& requests,
                         const http::Connections::Stats& connections, int limit);
// The few numbers of it that the page shows.
Json load_json(const Mirror& mirror, const http::Connections::Stats& connections, int limit);

}  // namespace frag
