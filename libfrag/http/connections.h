// Which connections a server takes: so many in all, so many of one address, and a few more that are kept for
// questions about its health.
//
// A connection beyond the limits takes a place of the reserve: its request is read, and answered where it is
// about health, else refused. When the reserve is full the longest silent one of it goes, so that peers who
// connect and say little cannot keep a health check out. Connections that wait for their next request give
// way to new ones. Any number of threads may use it; open() may wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <vector>

namespace frag::http {

struct ConnectionLimits {
  int all = 0;          // 0: no limits at all
  int per_address = 0;  // 0: none
  int reserve = 16;
  std::vector<std::string> unlimited;  // addresses that per_address does not hold for: proxies
  // How long a connection waits for a place of the reserve before it is refused: those that are being refused
  // there are gone in a moment.
  std::chrono::milliseconds patience{1000};
};

class Connections {
 public:
  enum class Place {
    regular,
    reserved,  // only for health
    refused,   // not even that
  };
  enum class State { silent, busy, idle };  // before its first request, within one, after one

  struct Connection {
    std::string address;
    int port = 0;
    Place place = Place::regular;
    State state = State::silent;
    bool dropped = false;  // told to go, and counted no more
  };
  using Handle = std::list<Connection>::iterator;

  // `end` ends the connection of a peer (address, port), whose Connection exists as long as the call; it
  // must not call back.
  using Drop = void (*)(const std::string& address, int port);
  Connections(ConnectionLimits limits, Drop end) : limits_(std::move(limits)), drop_(end) {}

  Handle open(const std::string& address, int port);
  void set_state(Handle connection, State state);
  void close(Handle connection);
  // Ends a connection that was refused.
  void drop(Handle connection);

  struct Stats {
    std::size_t open = 0, busy = 0;
    std::uint64_t accepted = 0, refused = 0, dropped = 0;  // dropped: silent or idle ones that gave way
  };
  Stats stats() const;
  // Counts a request that was refused for its connection's place.
  void count_refused();

 private:
  std::size_t count(Place place, const std::string* address) const;
  bool make_room(Place place, State state, const std::string* address);
  Place place_for(const std::string& address);

  const ConnectionLimits limits_;
  const Drop drop_;

  mutable std::mutex mutex_;           // guards all below
  std::condition_variable changed_;    // a connection ended or fell idle
  std::list<Connection> connections_;  // oldest first
  std::uint64_t accepted_ = 0, refused_ = 0, dropped_ = 0;
};

// Shuts down the socket of this process whose peer is (address, port), if there is one.
void shut_down_peer(const std::string& address, int port);

}  // namespace frag::http
