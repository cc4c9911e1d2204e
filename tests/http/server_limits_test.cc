// Connections of a Server as its peers see them: kept, capped, counted.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "libfrag/http/server.h"

using namespace frag::http;

namespace {

class Peer {
 public:
  explicit Peer(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Peer() { ::close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void say(const std::string& text) { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // What comes until `end` does, or until the server closes.
  std::string hear(const std::string& end) {
    std::string heard;
    char buffer[4096];
    while (heard.find(end) == std::string::npos) {
      const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      heard.append(buffer, static_cast<std::size_t>(got));
    }
    return heard;
  }
  std::string get(const std::string& path, const std::string& end) {
    say("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return hear(end);
  }

 private:
  int fd_;
};

Response answer(Request& request) {
  if (request.path != "/chunked" && request.path != "/known") return Response::text("ok\n");
  Response response;
  if (request.path == "/known") response.stream_length = 600003;
  response.stream = [](const Sink& sink) {
    sink(std::string(600000, 'x'));
    sink("end");
  };
  return response;
}

ServerOptions capped(int all, int per_address) {
  ServerOptions options;
  options.limits.all = all;
  options.limits.per_address = per_address;
  options.limits.reserve = 2;
  return options;
}

}  // namespace

TEST_CASE("a body that does not come on can be cut, and its sender is answered") {
  std::atomic<bool> broke_off{false};
  const Server server({}, [&](Request& request) {
    std::thread impatient(request.cut);
    try {
      read_body(request, 1000);
    } catch (const HttpError&) {
      broke_off = true;
    }
    impatient.join();
    return Response::text("cut\n");
  });
  Peer peer(server.port());
  peer.say("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nsome");
  CHECK(peer.hear("cut\n").find("HTTP/1.1 200") == 0);
  CHECK(broke_off);
}

TEST_CASE("a connection is kept after a stream that ended well") {
  const Server server({}, answer);
  Peer peer(server.port());
  CHECK(peer.get("/known", "xend").substr(0, 12) == "HTTP/1.1 200");
  CHECK(peer.get("/chunked", "\r\n0\r\n\r\n").find("end") != std::string::npos);
  CHECK(peer.get("/", "ok\n").find("keep-alive") != std::string::npos);
}

TEST_CASE("beyond the cap there is 503 with Retry-After, and health all the same") {
  const Server server(capped(2, 0), answer);
  Peer one(server.port()), two(server.port());
  one.say("G");
  two.say("G");
  while (server.connections().open < 2) std::this_thread::yield();
  const std::string refused = Peer(server.port()).get("/work", "}\n");
  CHECK(refused.substr(0, 12) == "HTTP/1.1 503");
  CHECK(refused.find("Retry-After: ") != std::string::npos);
  CHECK(refused.find("Connection: close") != std::string::npos);
  CHECK(refused.find("problem+json") != std::string::npos);
  for (const char* path : {"/healthz", "/readyz", "/metrics"})
    CHECK(Peer(server.port()).get(path, "ok\n").substr(0, 12) == "HTTP/1.1 200");
}

TEST_CASE("peers that connect and say little do not keep a health check out") {
  const Server server(capped(2, 1), answer);
  std::vector<std::unique_ptr<Peer>> silent;
  for (int i = 0; i < 30; ++i) {
    silent.push_back(std::make_unique<Peer>(server.port()));
    silent.back()->say("GET /");
  }
  CHECK(Peer(server.port()).get("/healthz", "ok\n").find("ok\n") != std::string::npos);
}

TEST_CASE("a kept connection makes room for a new one") {
  const Server server(capped(1, 0), answer);
  Peer kept(server.port());
  CHECK(kept.get("/", "ok\n").find("200") != std::string::npos);
  while (server.connections().busy > 0) std::this_thread::yield();  // the answer is heard before it is over
  CHECK(Peer(server.port()).get("/", "ok\n").substr(0, 12) == "HTTP/1.1 200");
  CHECK(kept.hear("nothing").empty());  // it was closed
}

TEST_CASE("each answer is told with its status, its bytes and who asked") {
  std::mutex mutex;
  std::vector<std::string> told;
  ServerOptions options;
  options.done = [&](const Exchange& exchange) {
    const std::lock_guard lock(mutex);
    told.push_back(exchange.request.remote + " " + exchange.target + " " + std::to_string(exchange.status) +
                   " " + std::to_string(exchange.bytes));
  };
  {
    const Server server(options, answer);
    Peer(server.port()).get("/known?a=b", "xend");
  }
  CHECK(told == std::vector<std::string>{"127.0.0.1 /known?a=b 200 600003"});
}
