// A proxy in front of a server that spoils what the server answers: what a network, a full disk or a liar
// does to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace frag::test {

enum class Fault {
  none,
  gone,     // refuses connections
  errors,   // answers 500
  busy,     // answers 503 with Retry-After: 0, every other connection
  cut,      // closes the connection within an answer
  stalled,  // stops within an answer and keeps the connection open
  slow,     // 1 KB a second
  lying,    // changes one byte of an answer
};
inline constexpr int kFaults = 8;

class FaultProxy {
 public:
  // In front of 127.0.0.1:`port`. The fault strikes at byte seed mod `reach` of what a connection answers.
  FaultProxy(int port, Fault fault, std::uint64_t reach, std::uint64_t seed);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void accept_all();
  void serve(int client, std::uint64_t number);
  void refuse(int client, const char* head) const;
  // Sends a piece of an answer of which `sent` bytes went before; false where the connection is to end.
  bool pass(int client, char* piece, std::size_t size, std::uint64_t sent, std::uint64_t at);
  void wait_for_end() const;

  const int server_port_;
  const Fault fault_;
  const std::uint64_t reach_, seed_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> over_{false};
  std::vector<std::thread> connections_;  // the acceptor's own
  std::thread acceptor_;
};

}  // namespace frag::test
