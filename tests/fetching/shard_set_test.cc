#include "libfrag/fetching/shard_set.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/cutting/pack.h"
#include "libfrag/http/server.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

// An export of a small dataset on a server of files.
struct PackedMirror {
  test::TempDir dir;
  http::Server server{{}, [this](http::Request& request) {
                        return http::Response::text(read_file(dir / ("shards" + request.path)));
                      }};

  PackedMirror() {
    PackOptions options;
    options.dataset = test::small_dataset(dir);
    options.folder = dir / "shards";
    pack(options);
  }

  // Puts another place for the picture of the first fragment into the index, and the index's digest into the
  // manifest.
  void move_first(std::uint64_t offset, std::uint64_t bytes) const {
    PackManifest manifest = decode_pack_manifest(read_file(dir / "shards/pack.json"), "pack.json");
    auto& index = manifest.shards.at(0).second.index;
    auto entries = parse_shard_index(read_file(dir / ("shards/" + index.file)), index.file);
    entries.at(0).members.at(0).offset = offset;
    entries.at(0).members.at(0).bytes = bytes;
    std::string text;
    for (const ShardEntry& entry : entries) text += to_line(entry);
    index.sha256 = sha256_hex(text);
    test::write_text(dir / ("shards/" + index.file), text);
    test::write_text(dir / "shards/pack.json", encode(manifest));
  }

  std::shared_ptr<const ShardSet> ask(ShardSets& sets) const {
    http::Downloader downloader;
    return sets.at(downloader, {server.url(), MirrorKind::shards});
  }
};

}  // namespace

TEST_CASE("an index that places a fragment where none can lie is refused") {
  const PackedMirror mirror;
  const auto [offset, bytes] = GENERATE(table<std::uint64_t, std::uint64_t>(
      {{UINT64_MAX - 5, 100}, {512, UINT64_MAX}, {512, std::uint64_t{1} << 40}, {1 << 20, 100}}));
  mirror.move_first(512, 1);
  ShardSets good, bad;
  CHECK(mirror.ask(good)->manifest().complete);
  mirror.move_first(offset, bytes);
  CHECK(test::error_of([&] { mirror.ask(bad); }).code() == Errc::bad_input);
}

TEST_CASE("who asks for one mirror's shards does not wait for another's that stall") {
  const PackedMirror good;
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
  CHECK(good.ask(sets)->manifest().complete);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(15));
  over = true;
  waiting.join();
}
