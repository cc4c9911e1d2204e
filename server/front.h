// What stands before a mirror's handlers: whose request it is, whether it may ask, whether the mirror takes
// new work, and the questions about the mirror itself.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "libfrag/http/metrics.h"
#include "libfrag/http/page.h"
#include "libfrag/http/router.h"
#include "server/metrics.h"
#include "server/mirror.h"
#include "server/tokens.h"
#include "server/warmer.h"

namespace frag {

struct FrontOptions {
  // Proxies whose X-Forwarded-For says who asks.
  std::set<std::string> trusted;
  // Requests under way for one address behind a proxy; 0: no limit. Others are counted by their connections.
  int per_address = 0;
  int connections = 0;  // the server's cap, for /metrics
  const Tokens* tokens = nullptr;
};

// Any number of threads may handle requests.
class Front {
 public:
  // All outlive the front.
  Front(const Mirror& mirror, const Warmer& warmer, FrontOptions options);

  // Never throws.
  http::Response handle(http::Request& request);

  // From now on new work is refused.
  void drain() { draining_ = true; }

  // Where the numbers of connections come from, once there is a server.
  void watch(std::function<http::Connections::Stats()> connections);
  http::RequestCounts& counts() { return counts_; }

 private:
  class Place;
  http::Response ready() const;
  http::Connections::Stats connections() const;
  http::Response admit(http::Request& request);
  std::shared_ptr<Place> place_of(const std::string& address);

  const Mirror& mirror_;
  const Warmer& warmer_;
  const FrontOptions options_;
  const http::Page page_;
  http::RequestCounts counts_{"fragd"};
  http::Router own_;
  std::atomic<bool> draining_{false};

  mutable std::mutex mutex_;  // guards what follows
  std::function<http::Connections::Stats()> connections_;
  std::map<std::string, int> under_way_;  // requests of addresses behind proxies
};

}  // namespace frag
