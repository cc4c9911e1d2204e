#include "libfrag/http/connections.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace frag::http {

Connections::Handle Connections::open(const std::string& address, int port) {
  std::unique_lock lock(mutex_);
  ++accepted_;
  Place place = place_for(address);
  if (place == Place::refused) {
    changed_.wait_for(lock, limits_.patience, [&] { return (place = place_for(address)) != Place::refused; });
  }
  if (place == Place::refused) ++refused_;
  return connections_.insert(connections_.end(), {address, port, place, State::silent, false});
}

Connections::Place Connections::place_for(const std::string& address) {
  if (limits_.all == 0) return Place::regular;
  const bool counted =
      limits_.per_address > 0 && std::count(limits_.unlimited.begin(), limits_.unlimited.end(), address) == 0;
  const auto full = [](std::size_t count, int limit) { return count >= static_cast<std::size_t>(limit); };
  if (counted && full(count(Place::regular, &address), limits_.per_address) &&
      !make_room(Place::regular, State::idle, &address)) {
    // Falls through to the reserve.
  } else if (!full(count(Place::regular, nullptr), limits_.all) ||
             make_room(Place::regular, State::idle, nullptr)) {
    return Place::regular;
  }
  const bool room = !full(count(Place::reserved, nullptr), limits_.reserve) ||
                    make_room(Place::reserved, State::idle, nullptr) ||
                    make_room(Place::reserved, State::silent, nullptr);
  return room ? Place::reserved : Place::refused;
}

std::size_t Connections::count(Place place, const std::string* address) const {
  return static_cast<std::size_t>(
      std::count_if(connections_.begin(), connections_.end(), [&](const auto& one) {
        return !one.dropped && one.place == place && (address == nullptr || one.address == *address);
      }));
}

// Drops the oldest connection of that kind; false where there is none.
bool Connections::make_room(Place place, State state, const std::string* address) {
  for (Connection& one : connections_) {
    const bool fits = !one.dropped && one.place == place && one.state == state &&
                      (address == nullptr || one.address == *address);
    if (!fits) continue;
    one.dropped = true;
    ++dropped_;
    drop_(one.address, one.port);
    return true;
  }
  return false;
}

void Connections::set_state(Handle connection, State state) {
  const std::lock_guard lock(mutex_);
  connection->state = state;
  if (state == State::idle) changed_.notify_one();
}

void Connections::close(Handle connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(connection);
  changed_.notify_one();
}

void Connections::drop(Handle connection) {
  const std::lock_guard lock(mutex_);
  connection->dropped = true;
  drop_(connection->address, connection->port);
}

void Connections::count_refused() {
  const std::lock_guard lock(mutex_);
  ++refused_;
}

Connections::Stats Connections::stats() const {
  const std::lock_guard lock(mutex_);
  const auto busy = std::count_if(connections_.begin(), connections_.end(),
                                  [](const Connection& one) { return one.state == State::busy; });
  return {connections_.size(), static_cast<std::size_t>(busy), accepted_, refused_, dropped_};
}

namespace {

// The peer of a connected socket, as CivetWeb writes it.
bool has_peer(int fd, const std::string& address, int port) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return ntohs(v4.sin_port) == port &&
           ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size()) != nullptr && address == text.data();
  }
  if (peer.ss_family != AF_INET6) return false;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
  return ntohs(v6.sin6_port) == port &&
         ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size()) != nullptr && address == text.data();
}

}  // namespace

void shut_down_peer(const std::string& address, int port) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open_files(::opendir("/proc/self/fd"), ::closedir);
  if (!open_files) return;
  while (const dirent* entry = ::readdir(open_files.get())) {
    const int fd = std::atoi(entry->d_name);
    if (fd <= 2 || !has_peer(fd, address, port)) continue;
    ::shutdown(fd, SHUT_RD);
    return;
  }
}

}  // namespace frag::http
