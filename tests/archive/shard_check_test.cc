#include "libfrag/archive/shard_check.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "libfrag/archive/shard_writer.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/renderer.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

namespace {

constexpr FragmentId kFragments = 5;

// A shard of a few fragments of a real dataset, and ways to damage it.
struct ShardBench {
  TempDir dir;
  DatasetFolder folder{test::small_dataset(dir)};
  ShardSummary summary;
  std::vector<ShardEntry> index;

  explicit ShardBench(SampleFormat format = SampleFormat::png) {
    FragmentRenderer renderer(folder);
    ShardWriter writer(dir.path(), "s-000000", folder.catalog().classes().size());
    for (FragmentId id = 0; id < kFragments; ++id)
      writer.add(encode_fragment(folder.catalog(), id, sample_key(id), renderer.render(id), format), 0);
    summary = writer.finish();
    index = parse_shard_index(read_file(dir / "s-000000.index.jsonl"), "index");
  }

  std::string bytes() const { return read_file(dir / "s-000000.tar"); }
  void put(const std::string& bytes) const { test::write_text(dir / "s-000000.tar", bytes); }
  void flip(std::uint64_t at) const {
    std::string all = bytes();
    all.at(at) ^= 1;
    put(all);
  }
  ShardReport check(PixelCheck pixels = PixelCheck::skip) const {
    return check_shard(FileReader(dir / "s-000000.tar"), "s", index, pixels);
  }
  ShardReport check_alone() const { return check_lone_shard(FileReader(dir / "s-000000.tar"), "s"); }
};

}  // namespace

TEST_CASE("the writer's digests and lengths are those of the files") {
  const ShardBench bench;
  CHECK(bench.summary.tar.sha256 == sha256_hex(bench.bytes()));
  CHECK(bench.summary.tar.bytes == bench.bytes().size());
  CHECK(bench.summary.index.sha256 == sha256_hex(read_file(bench.dir / "s-000000.index.jsonl")));
  CHECK(bench.summary.fragments == kFragments);
  CHECK(bench.summary.by_class.at(0) == kFragments);
}

TEST_CASE("an index's offsets and lengths cut every member out of the tar") {
  const ShardBench bench;
  const std::string tar = bench.bytes();
  REQUIRE(bench.index.size() == kFragments);
  for (const ShardEntry& entry : bench.index) {
    for (const ShardMember& member : entry.members) {
      CHECK(xxh3_128_hex(tar.substr(member.offset, member.bytes)) == member.digest);
      CHECK(tar.substr(member.offset - 512, 20).substr(0, entry.key.size() + 1) == entry.key + ".");
    }
  }
}

TEST_CASE("a shard that nobody touched is whole, with and without its index") {
  const auto format = GENERATE(SampleFormat::raw, SampleFormat::png, SampleFormat::jpg);
  const ShardBench bench(format);
  const ShardReport report = bench.check(PixelCheck::decode);
  CHECK(report.damage.empty());
  CHECK(report.members == 3 * kFragments);
  CHECK(report.sha256 == bench.summary.tar.sha256);
  CHECK(bench.check_alone().damage.empty());
  CHECK(bench.check_alone().members == 3 * kFragments);
}

TEST_CASE("every single byte changed anywhere in a shard is found, in a range that holds it") {
  const ShardBench bench;
  const std::uint64_t size = bench.summary.tar.bytes;
  for (std::uint64_t at = 0; at < size; at += 61) {
    bench.flip(at);
    const ShardReport report = bench.check();
    REQUIRE(report.damage.size() == 1);
    REQUIRE(report.damage[0].first <= at);
    REQUIRE(at < report.damage[0].end);
    bench.flip(at);
  }
}

TEST_CASE("a changed byte of a member is blamed on that member alone") {
  const ShardBench bench;
  const ShardMember& third = bench.index[3].members[0];
  bench.flip(third.offset + third.bytes / 2);
  const ShardReport report = bench.check();
  REQUIRE(report.damage.size() == 1);
  CHECK(report.damage[0].member == bench.index[3].key + ".png");
  CHECK(report.damage[0].first == third.offset);
  CHECK(report.damage[0].end == third.offset + third.bytes);
}

TEST_CASE("a shard cut short names the first member that is missing") {
  const ShardBench bench;
  bench.put(bench.bytes().substr(0, bench.index[2].members[0].offset + 10));
  const ShardReport report = bench.check();
  REQUIRE(report.damage.size() == 1);
  CHECK(report.damage[0].member == bench.index[2].key + ".png");
  CHECK_THAT(report.damage[0].problem, Catch::Contains("missing"));
}

TEST_CASE("a shard without its end, or with more behind it, is not whole") {
  const ShardBench bench;
  const std::string whole = bench.bytes();
  const bool longer = GENERATE(false, true);
  bench.put(longer ? whole + "more" : whole.substr(0, whole.size() - 512));
  CHECK(bench.check().damage.size() == 1);
  if (!longer) CHECK(bench.check_alone().damage.size() == 1);
}

TEST_CASE("without an index a raw or PNG fragment is known by the digest of its pixels") {
  const auto format = GENERATE(SampleFormat::raw, SampleFormat::png);
  const ShardBench bench(format);
  const ShardMember& picture = bench.index[1].members[0];
  bench.flip(picture.offset + picture.bytes / 2);
  const ShardReport report = bench.check_alone();
  REQUIRE(report.damage.size() == 1);
  CHECK(report.damage[0].member.substr(0, 12) == bench.index[1].key);
  CHECK(report.damage[0].first == picture.offset);
}

TEST_CASE("an index that places a member where no tar has it is an error") {
  ShardBench bench;
  bench.index[0].members[1].offset -= 512;
  CHECK(test::error_of([&] { bench.check(); }).code() == Errc::bad_input);
}

TEST_CASE("a shard that was not finished leaves no file") {
  const TempDir dir;
  { ShardWriter writer(dir.path(), "s-000000", 1); }
  CHECK(std::filesystem::is_empty(dir.path()));
}
