#include "libfrag/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libfrag/http/client.h"
#include "libfrag/http/download.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::http;

namespace {

// What the server says to bytes that no client library would send.
std::string raw_exchange(int port, const std::string& bytes) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  ::shutdown(fd, SHUT_WR);
  std::string answer;
  char buffer[4096];
  for (ssize_t got; (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
    answer.append(buffer, static_cast<std::size_t>(got));
  ::close(fd);
  return answer;
}

Response echo(Request& request) {
  if (request.path == "/stream") {
    Response response;
    response.stream = [](const Sink& sink) {
      for (int i = 0; i < 1000; ++i) sink(std::string(1000, static_cast<char>('a' + i % 26)));
    };
    return response;
  }
  if (request.path == "/breaks") {
    Response response;
    response.stream_length = 1000000;
    response.stream = [](const Sink& sink) {
      sink(std::string(300000, 'x'));
      throw Error(Errc::internal, "half way");
    };
    return response;
  }
  if (request.path == "/throws") throw HttpError(418, "short and stout");
  return Response::text(request.method + " " + request.path + " " + request.param("q").value_or("-") + " " +
                        std::to_string(read_body(request, 100000).size()) + " " + request.bearer_token());
}

}  // namespace

TEST_CASE("method, path, query, body and token reach the handler decoded") {
  const Server server({}, echo);
  ClientOptions options;
  options.bearer_token = "secret";
  Client client(options);
  CHECK(client.get(server.url() + "/a%20b?q=1%2B2+3").body == "GET /a b 1+2 3 0 secret");
  CHECK(client.put(server.url() + "/x", std::string(50000, 'b')).body == "PUT /x - 50000 secret");
  CHECK(client.post_json(server.url() + "/j", {{"k", 1}}).body == "POST /j - 7 secret");
}

TEST_CASE("a body over the handler's limit is 413") {
  const Server server({}, echo);
  CHECK(Client().put(server.url() + "/x", std::string(100001, 'b')).status == 413);
}

TEST_CASE("a streamed body arrives whole, and can be pulled") {
  const Server server({}, echo);
  Downloader stream;
  stream.open(server.url() + "/stream");
  std::string body(2000000, '\0');
  std::size_t size = 0;
  while (const std::size_t got = stream.read(body.data() + size, 7777)) size += got;
  CHECK(size == 1000000);
  CHECK(body[999999] == 'a' + 999 % 26);
}

TEST_CASE("a streamed body of unknown length ends with the connection where the client knows no chunks") {
  const Server server({}, echo);
  const std::string answer = raw_exchange(server.port(), "GET /stream HTTP/1.0\r\n\r\n");
  const std::size_t head = answer.find("\r\n\r\n");
  REQUIRE(head != std::string::npos);
  CHECK(answer.substr(0, head).find("Content-Length") == std::string::npos);
  CHECK(answer.size() - head - 4 == 1000000);
}

TEST_CASE("a stream that breaks off is an error to the client, not a short body") {
  const Server server({}, echo);
  Downloader stream;
  stream.open(server.url() + "/breaks");
  const Error error = test::error_of([&] {
    char buffer[65536];
    while (stream.read(buffer, sizeof buffer) > 0) {
    }
  });
  CHECK(error.code() == Errc::unavailable);
}

TEST_CASE("what a handler throws is a problem with its status") {
  const Server server({}, echo);
  const Answer answer = Client().get(server.url() + "/throws");
  CHECK(answer.status == 418);
  CHECK(answer.headers.at("content-type") == "application/problem+json");
}

TEST_CASE("what is no HTTP is answered as a problem or dropped, and others go on") {
  const Server server({}, echo);
  for (const std::string& garbage :
       {std::string("GARBAGE\r\n\r\n"), std::string("GET /\x01 HTTP/9.9\r\n\r\n"),
        "GET / HTTP/1.1\r\nX: " + std::string(40000, 'x') + "\r\n\r\n", std::string(3, '\0')}) {
    const std::string answer = raw_exchange(server.port(), garbage);
    if (!answer.empty()) CHECK(answer.substr(0, 10) == "HTTP/1.1 4");
  }
  CHECK(Client().get(server.url() + "/ok").status == 200);
}

TEST_CASE("a body shorter than its Content-Length is not taken for whole") {
  const Server server({}, echo);
  CHECK(raw_exchange(server.port(), "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nshort")
            .substr(0, 12) == "HTTP/1.1 400");
}

TEST_CASE("paths cannot climb") {
  const Server server({}, echo);
  CHECK(raw_exchange(server.port(), "GET /files/../../etc/passwd HTTP/1.0\r\n\r\n").find("..") ==
        std::string::npos);
}

TEST_CASE("a handler may use a megabyte of stack") {
  const Server server({}, [](Request&) {
    volatile char large[1 << 20];
    large[0] = 'x';
    large[sizeof large - 1] = large[0];
    return Response::text(std::string(1, large[sizeof large - 1]));
  });
  CHECK(Client().get(server.url()).body == "x");
}

TEST_CASE("many clients at once are all answered") {
  const Server server({}, echo);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      Client client;
      for (int i = 0; i < 50; ++i) good += client.get(server.url() + "/x").status == 200 ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 800);
}

TEST_CASE("a taken port is an error that names it") {
  const Server server({}, echo);
  ServerOptions options;
  options.port = server.port();
  const Error error = test::error_of([&] { Server second(options, echo); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(std::string(error.what()).find(std::to_string(server.port())) != std::string::npos);
}

TEST_CASE("only this machine's own addresses are loopback") {
  CHECK(is_loopback("127.0.0.1"));
  CHECK(is_loopback("::1"));
  CHECK_FALSE(is_loopback("0.0.0.0"));
  CHECK_FALSE(is_loopback("127.evil.example"));
  CHECK_FALSE(is_loopback("10.0.0.1"));
}
