#include "libfrag/fetching/shard_set.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "libfrag/base/file.h"
#include "libfrag/cutting/pack.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/http/server.h"
#include "tests/support/support.h"

using namespace frag;

TEST_CASE("who asks for one mirror's shards does not wait for another's that stall") {
  const test::TempDir dir;
  PackOptions options;
  options.dataset = test::small_dataset(dir);
  options.folder = dir / "shards";
  {
    const ThreadLimit alone(1);  // ThreadSanitizer cannot see how oneTBB orders its stages
    pack(options);
  }
  const http::Server good({}, [&](http::Request& request) {
    return http::Response::text(read_file(options.folder / request.path.substr(1)));
  });
  std::atomic<bool> asked{false}, over{false};
  const http::Server stalled({}, [&](http::Request&) {
    asked = true;
    while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return http::Response::problem(404, "too late");
  });
  ShardSets sets;
  std::thread waiting([&] {
    http::Downloader downloader;
    try {
      sets.at(downloader, {stalled.url(), MirrorKind::shards});
    } catch (const Error&) {
      // It never answers well.
    }
  });
  while (!asked) std::this_thread::yield();
  const auto began = std::chrono::steady_clock::now();
  http::Downloader downloader;
  CHECK(sets.at(downloader, {good.url(), MirrorKind::shards})->manifest().complete);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(15));
  over = true;
  waiting.join();
}
