#include "libfrag/fetching/at_once.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/support/support.h"

using namespace frag;

TEST_CASE("everything is done once, and as much at once as was asked for") {
  std::vector<std::atomic<int>> done(100);
  std::atomic<int> inside{0};
  for_each_at_once(3, done.size(), [&](std::size_t i) {
    ++inside;
    // The first three wait for each other: fewer at once would never get on.
    while (i < 3 && inside < 3) std::this_thread::yield();
    ++done[i];
  });
  for (const std::atomic<int>& times : done) CHECK(times == 1);
  for_each_at_once(3, 0, [](std::size_t) { FAIL("there is nothing to do"); });
}

TEST_CASE("the first failure comes out, and nothing is begun behind it") {
  std::atomic<int> begun{0};
  const Error error = test::error_of([&] {
    for_each_at_once(1, 100, [&](std::size_t i) {
      ++begun;
      if (i == 4) throw Error(Errc::unavailable, "gone");
    });
  });
  CHECK(error.code() == Errc::unavailable);
  CHECK(begun == 5);
}
