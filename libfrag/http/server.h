// An HTTP/1.1 server on CivetWeb that knows only Request and Response.
//
// A thread a connection; the handler is called from many threads at once. It never sees a socket and nothing
// it throws passes the adapter. Plain HTTP only: TLS is a proxy's job (docs/architecture.md).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "libfrag/http/message.h"

namespace frag::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: a free one
  // Connections served at once; one more waits in the listener's queue.
  int threads = 64;
  // How long a peer may take to send its request head, or to take a write, before it is dropped.
  std::chrono::milliseconds timeout{30000};
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

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// True for addresses that only this machine reaches: 127.0.0.0/8, ::1, localhost.
bool is_loopback(const std::string& host);

}  // namespace frag::http
