#include "libfrag/http/connections.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace frag::http;
using Place = Connections::Place;
using State = Connections::State;

namespace {

// What was told to go, in order.
std::vector<int>& dropped_ports() {
  static std::vector<int> ports;
  return ports;
}

void drop(const std::string&, int port) {
  dropped_ports().push_back(port);
}

ConnectionLimits limits(int all, int per_address, int reserve) {
  ConnectionLimits limits;
  limits.all = all;
  limits.per_address = per_address;
  limits.reserve = reserve;
  limits.patience = std::chrono::milliseconds(10);
  return limits;
}

}  // namespace

TEST_CASE("connections beyond the cap take the reserve, and give their places back") {
  Connections connections(limits(2, 0, 1), drop);
  const auto a = connections.open("a", 1), b = connections.open("b", 2), c = connections.open("c", 3);
  CHECK(a->place == Place::regular);
  CHECK(b->place == Place::regular);
  CHECK(c->place == Place::reserved);
  connections.close(a);
  CHECK(connections.open("d", 4)->place == Place::regular);
  CHECK(connections.stats().open == 3);
}

TEST_CASE("an address has a cap of its own, but for proxies") {
  ConnectionLimits caps = limits(100, 2, 10);
  caps.unlimited = {"proxy"};
  Connections connections(caps, drop);
  for (int i = 0; i < 2; ++i) CHECK(connections.open("a", i)->place == Place::regular);
  CHECK(connections.open("a", 2)->place == Place::reserved);
  CHECK(connections.open("b", 3)->place == Place::regular);
  for (int i = 10; i < 20; ++i) CHECK(connections.open("proxy", i)->place == Place::regular);
}

TEST_CASE("the longest silent one of a full reserve gives way, one that is answered does not") {
  dropped_ports().clear();
  Connections connections(limits(1, 0, 2), drop);
  connections.open("a", 1);
  const auto answered = connections.open("b", 2);
  connections.set_state(answered, State::busy);
  connections.open("c", 3);
  CHECK(connections.open("d", 4)->place == Place::reserved);
  CHECK(dropped_ports() == std::vector<int>{3});
  CHECK(connections.open("e", 5)->place == Place::reserved);
  CHECK(dropped_ports() == std::vector<int>{3, 4});
}

TEST_CASE("where all of the reserve are being answered one more is refused") {
  Connections connections(limits(1, 0, 1), drop);
  connections.open("a", 1);
  connections.set_state(connections.open("b", 2), State::busy);
  CHECK(connections.open("c", 3)->place == Place::refused);
  CHECK(connections.stats().refused == 1);
}

TEST_CASE("a connection that finds the reserve full of answers waits for one to end") {
  ConnectionLimits caps = limits(1, 0, 1);
  caps.patience = std::chrono::seconds(60);
  Connections connections(caps, drop);
  connections.open("a", 1);
  const auto answered = connections.open("b", 2);
  connections.set_state(answered, State::busy);
  std::thread ends([&] { connections.close(answered); });
  CHECK(connections.open("c", 3)->place == Place::reserved);
  CHECK(connections.stats().refused == 0);
  ends.join();
}

TEST_CASE("a connection that waits for its next request gives way to a new one") {
  dropped_ports().clear();
  Connections connections(limits(2, 0, 1), drop);
  const auto first = connections.open("a", 1), second = connections.open("b", 2);
  connections.set_state(first, State::busy);
  connections.set_state(second, State::idle);
  CHECK(connections.open("c", 3)->place == Place::regular);
  CHECK(dropped_ports() == std::vector<int>{2});
}

TEST_CASE("without a cap everything is taken") {
  Connections connections({}, drop);
  for (int i = 0; i < 1000; ++i) CHECK(connections.open("a", i)->place == Place::regular);
}
