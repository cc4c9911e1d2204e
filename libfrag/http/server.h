// An HTTP/1.1 server on CivetWeb that knows only Request and Response.
//
// A thread a connection; the handler is called from many threads at once. It never sees a socket and nothing
// it throws passes the adapter. Connections beyond the caps get 503 with Retry-After. Plain HTTP only: TLS is
// a proxy's job (docs/architecture.md).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/http/connections.h"
#include "libfrag/http/message.h"

namespace frag::http {

// A request that was answered, for logs and counts. Valid during the call only.
struct Exchange {
  const Request& request;  // empty where what came was no HTTP
  std::string target;      // the path and query as they came
  std::string version;     // "1.1"
  int status = 0;
  std::uint64_t bytes = 0;  // of the body, as far as it was sent
  double seconds = 0;       // from the request's head to the body's end
  bool broken_off = false;  // the client went away, or what made the body failed
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: a free one
  // Connections served at once where `limits` has none; one more waits in the listener's queue.
  int threads = 64;
  // Caps on connections. With them there are as many threads as the caps need.
  ConnectionLimits limits;
  // Paths that are answered beyond the caps too.
  std::vector<std::string> always = {"/healthz", "/readyz", "/metrics"};
  // How long a peer may take to send its request head, or to take a write, before it is dropped.
  std::chrono::milliseconds timeout{30000};
  // Called after each answer, by many threads at once; must not throw.
  std::function<void(const Exchange&)> done;
};

class Server {
 public:
  // Listens when the constructor returns. Errc::unavailable that names the address where it cannot.
  Server(const ServerOptions& options, std::function<Response(Request&)> handler);
  // Stops: no new connections; requests under way are finished.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  // "http://127.0.0.1:41234"
  std::string url() const;
  Connections::Stats connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// True for addresses that only this machine reaches: 127.0.0.0/8, ::1, localhost.
bool is_loopback(const std::string& host);

}  // namespace frag::http
