#include "server/render_gate.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "libfrag/http/message.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

void wait_for(const RenderGate& gate, std::size_t waiting) {
  while (gate.stats().waiting < waiting) std::this_thread::yield();
}

}  // namespace

TEST_CASE("addresses take turns, whatever one of them asks for") {
  RenderGate gate(1, 100);
  std::vector<std::string> served;
  std::vector<std::thread> threads;
  {
    const RenderGate::Turn turn = gate.start("first");
    std::size_t waiting = 0;
    for (const char* address : {"a", "a", "a", "b", "c"}) {
      threads.emplace_back([&gate, &served, address] {
        const RenderGate::Turn mine = gate.start(address);
        served.emplace_back(address);  // one slot: one at a time
      });
      wait_for(gate, ++waiting);
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(served == std::vector<std::string>{"a", "b", "c", "a", "a"});
}

TEST_CASE("a request that starts is refused where the queue is full, one that goes on is not") {
  RenderGate gate(1, 1);
  std::vector<std::thread> threads;
  {
    const RenderGate::Turn turn = gate.start("a");
    threads.emplace_back([&gate] { const RenderGate::Turn mine = gate.start("b"); });
    wait_for(gate, 1);
    try {
      gate.start("c");
      FAIL("not refused");
    } catch (const http::HttpError& error) {
      CHECK(error.status() == 503);
      CHECK(error.headers().at(0).first == "Retry-After");
    }
    threads.emplace_back([&gate] { const RenderGate::Turn mine = gate.go_on("c"); });
    wait_for(gate, 2);
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(gate.stats().refused == 1);
  CHECK(gate.stats().busy == 0);
}

TEST_CASE("no more render at a time than there are slots") {
  RenderGate gate(3, 1000);
  std::atomic<int> inside{0}, most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 12; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const RenderGate::Turn turn = gate.go_on(std::to_string(t % 5));
        const int now = ++inside;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(most.load() <= 3);
  CHECK(gate.stats().busy == 0);
}
