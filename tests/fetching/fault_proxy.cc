#include "tests/fetching/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace frag::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int socket, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

void pause_for(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

}  // namespace

FaultProxy::FaultProxy(int port, Fault fault, std::uint64_t reach, std::uint64_t seed)
    : server_port_(port), fault_(fault), reach_(reach), seed_(seed) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the fault proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  if (fault_ == Fault::gone) {
    ::close(listener_);
    listener_ = -1;
    return;
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

FaultProxy::~FaultProxy() {
  over_ = true;
  if (acceptor_.joinable()) acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
  if (listener_ >= 0) ::close(listener_);
}

void FaultProxy::accept_all() {
  std::uint64_t number = 0;
  while (!over_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) connections_.emplace_back([this, client, number] { serve(client, number); });
    ++number;
  }
}

void FaultProxy::refuse(int client, const char* head) const {
  std::array<char, 4096> request;
  [[maybe_unused]] const ssize_t ignored = ::recv(client, request.data(), request.size(), 0);
  send_all(client, head, std::strlen(head));
}

void FaultProxy::serve(int client, std::uint64_t number) {
  if (fault_ == Fault::errors) {
    refuse(client, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  } else if (fault_ == Fault::busy && (seed_ + number) % 2 == 0) {
    refuse(client,
           "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: "
           "close\r\n\r\n");
  } else {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_port_);
    bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    std::uint64_t sent = 0;
    // Another place each time, so that a sample gets on between faults.
    const std::uint64_t at = (seed_ + number * 7919) % reach_;
    std::array<char, 16384> piece;
    while (open && !over_) {
      std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
      if (::poll(both.data(), both.size(), 20) <= 0) continue;
      if (both[0].revents != 0) {
        const ssize_t got = ::recv(client, piece.data(), piece.size(), 0);
        open = got > 0 && send_all(server, piece.data(), static_cast<std::size_t>(got));
      }
      if (open && both[1].revents != 0) {
        const ssize_t got = ::recv(server, piece.data(), piece.size(), 0);
        open = got > 0 && pass(client, piece.data(), static_cast<std::size_t>(got), sent, at);
        sent += static_cast<std::uint64_t>(std::max<ssize_t>(got, 0));
      }
    }
    ::close(server);
  }
  ::close(client);
}

bool FaultProxy::pass(int client, char* piece, std::size_t size, std::uint64_t sent, std::uint64_t at) {
  const bool strikes = sent <= at && at < sent + size;
  if (fault_ == Fault::slow) {
    for (std::size_t i = 0; i < size && !over_; i += 100) {
      if (!send_all(client, piece + i, std::min<std::size_t>(100, size - i))) return false;
      pause_for(100);
    }
    return !over_;
  }
  if (!strikes || fault_ == Fault::none || fault_ == Fault::busy) return send_all(client, piece, size);
  const auto before = static_cast<std::size_t>(at - sent);
  if (fault_ == Fault::lying) {
    piece[before] = static_cast<char>(piece[before] ^ 1);
    return send_all(client, piece, size);
  }
  const bool open = send_all(client, piece, before);
  if (open && fault_ == Fault::stalled) wait_for_end();
  return false;
}

void FaultProxy::wait_for_end() const {
  while (!over_) pause_for(10);
}

}  // namespace frag::test
