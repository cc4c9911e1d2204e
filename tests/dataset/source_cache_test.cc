#include "libfrag/dataset/source_cache.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/support/support.h"

using namespace frag;

namespace {

std::shared_ptr<const DecodedSource> some_pixels() {
  auto pixels = std::make_shared<DecodedSource>();
  pixels->whole.emplace(84, 99, 1);  // 10,000 bytes with their padding
  return pixels;
}

// Threads that all ask for one key before its load ends, which then gives pixels or fails.
struct Crowd {
  static constexpr int kThreads = 8;
  std::atomic<int> loads{0}, served{0}, failed{0};

  Crowd(SourceCache& cache, std::uint64_t key, const SourceCache::Load& load) {
    const auto hits = [&cache] { return static_cast<int>(cache.stats().hits); };
    const int before = hits();
    const auto when_all_wait = [&] {
      ++loads;
      while (loads == 1 && hits() < before + kThreads - 1) std::this_thread::yield();
      return load();
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        try {
          cache.get(key, when_all_wait);
          ++served;
        } catch (const Error&) {
          ++failed;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

std::shared_ptr<const DecodedSource> no_pixels() {
  throw Error(Errc::io, "no disk");
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
  const Crowd crowd(cache, 5, some_pixels);
  CHECK(crowd.loads == 1);
  CHECK(crowd.served == Crowd::kThreads);
}

TEST_CASE("a failure comes out for all who waited, and the next one to ask tries again") {
  SourceCache cache(1 << 20);
  const Crowd crowd(cache, 5, no_pixels);
  CHECK(crowd.loads == 1);
  CHECK(crowd.failed == Crowd::kThreads);
  CHECK(cache.stats().sources == 0);
  CHECK(test::error_of([&] { cache.get(5, no_pixels); }).code() == Errc::io);
  CHECK(cache.get(5, some_pixels)->whole);
}
