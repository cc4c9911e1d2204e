#include "server/source_cache.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/support/support.h"

using namespace frag;

namespace {

std::shared_ptr<const SourceCache::Pixels> some_pixels() {
  auto pixels = std::make_shared<SourceCache::Pixels>();
  pixels->whole.emplace(84, 99, 1);  // 10,000 bytes with their padding
  return pixels;
}

}  // namespace

TEST_CASE("the cache stays within its bytes, and what was used last stays in it") {
  SourceCache cache(35000);
  for (std::uint64_t key = 0; key < 3; ++key) cache.get(key, some_pixels);
  cache.get(0, some_pixels);
  cache.get(3, some_pixels);  // 1 goes
  CHECK(cache.stats().bytes == 30000);
  CHECK(cache.stats().hits == 1);
  cache.get(0, some_pixels);
  CHECK(cache.stats().hits == 2);
  cache.get(1, some_pixels);
  CHECK(cache.stats().misses == 5);
}

TEST_CASE("one source alone is held even where it is larger than the cache") {
  SourceCache cache(1);
  CHECK(cache.get(7, some_pixels)->whole);
  CHECK(cache.stats().sources == 1);
}

TEST_CASE("a source that many ask for is decoded once") {
  SourceCache cache(1 << 20);
  std::atomic<int> decoded{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      cache.get(5, [&] {
        ++decoded;
        return some_pixels();
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(decoded == 1);
}

TEST_CASE("a failure is told to whoever asked, and tried again") {
  SourceCache cache(1 << 20);
  const auto fails = []() -> std::shared_ptr<const SourceCache::Pixels> { throw Error(Errc::io, "no disk"); };
  CHECK(test::error_of([&] { cache.get(5, fails); }).code() == Errc::io);
  CHECK(cache.get(5, some_pixels)->whole);
}
