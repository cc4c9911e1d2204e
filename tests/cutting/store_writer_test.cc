#include "libfrag/cutting/store_writer.h"

#include <catch2/catch.hpp>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/cutting/journal.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

namespace {

std::string body(std::size_t i) {
  return std::string(300 + i * 700, static_cast<char>('a' + i));
}

// The store of six files, the last of them large enough to be a shard by itself; broken off behind `stop` of
// them and gone on with.
std::vector<Shard> write_store(const std::filesystem::path& folder, std::size_t stop) {
  test::write_text(folder / "large.svs", body(9));
  std::filesystem::create_directories(folder / "store");
  std::vector<Shard> shards;
  const auto keep = [&](const Shard& shard) { shards.push_back(shard); };
  const auto put = [&](StoreWriter& store, std::size_t i) {
    SourceFile file;
    if (i == 5) {
      file.bytes = body(9).size();
      file.sha256 = sha256_hex(body(9));
      store.add_alone(folder / "large.svs", ".svs", file);
    } else {
      store.add(body(i), ".png", file);
    }
    store.flush();
  };
  StorePosition at;
  {
    StoreWriter store(folder, at, keep);
    for (std::size_t i = 0; i < stop; ++i) put(store, i);
    at = store.position();
    const auto sealed = shards;
    if (stop < 5) put(store, stop);  // and this was never written down
    shards = sealed;
  }
  StoreWriter store(folder, at, keep);
  for (std::size_t i = stop; i < 6; ++i) put(store, i);
  store.finish();
  return shards;
}

}  // namespace

TEST_CASE("a store that is broken off behind any file and gone on with has the same shards") {
  const TempDir dir;
  const std::vector<Shard> whole = write_store(dir / "whole", 0);
  REQUIRE(whole.size() == 2);
  for (std::size_t stop = 1; stop <= 6; ++stop) {
    INFO(stop);
    const auto folder = dir / std::to_string(stop);
    const std::vector<Shard> shards = write_store(folder, stop);
    REQUIRE(shards.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(shards[i].file == whole[i].file);
      CHECK(shards[i].sha256 == whole[i].sha256);
      CHECK(read_file(folder / shards[i].file) == read_file(dir / "whole" / whole[i].file));
    }
  }
}

TEST_CASE("a store that was broken off with nothing left to add is sealed") {
  const TempDir dir;
  std::filesystem::create_directories(dir / "store");
  StorePosition at;
  SourceFile file;
  {
    StoreWriter store(dir.path(), at, [](const Shard&) {});
    store.add("body", ".png", file);
    store.flush();
    at = store.position();
  }
  std::vector<Shard> shards;
  StoreWriter(dir.path(), at, [&](const Shard& shard) { shards.push_back(shard); }).finish();
  REQUIRE(shards.size() == 1);
  CHECK(sha256_hex(read_file(dir / shards[0].file)) == shards[0].sha256);
}

TEST_CASE("a large file that changed since it was looked at is refused by name") {
  const TempDir dir;
  test::write_text(dir / "a.tif", "newer");
  std::filesystem::create_directories(dir / "store");
  StoreWriter store(dir.path(), {}, [](const Shard&) {});
  SourceFile file;
  file.bytes = 5;
  file.sha256 = sha256_hex("older");
  CHECK_THROWS_WITH(store.add_alone(dir / "a.tif", ".tif", file), Catch::Contains("a.tif: was changed"));
}

TEST_CASE("a journal cut at any byte gives the entries that are whole before it") {
  const TempDir dir;
  const Json title = {{"cut", "this"}};
  std::vector<std::uint64_t> ends;
  {
    JournalWriter journal(dir / "journal", title, {});
    for (std::uint64_t i = 0; i < 5; ++i) {
      JournalEntry entry;
      entry.examined.name = "a/" + std::to_string(i) + ".png";
      entry.examined.problems = {"it is \xff torn"};
      ExaminedSource source;
      source.row.name = entry.examined.name;
      source.row.split = "train";
      source.row.width = source.row.height = 64;
      source.row.pixels = std::string(32, 'a');
      source.row.file.sha256 = std::string(64, 'b');
      source.row.fragments = 9;
      source.kept = {{"one", {true, false, true, true, false, true, false, false, true}}};
      entry.examined.sources = {source};
      entry.store = {0, i + 1, (i + 1) * 1024};
      journal.add(entry);
      ends.push_back(std::filesystem::file_size(dir / "journal"));
    }
  }
  const std::string whole = read_file(dir / "journal");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    write_file_atomic(dir / "torn", whole.substr(0, size));
    const auto state = read_journal(dir / "torn", title);
    std::size_t entries = 0;
    while (entries < ends.size() && ends[entries] <= size) ++entries;
    REQUIRE((state ? state->entries.size() : 0) == entries);
    if (entries == 0) continue;
    REQUIRE(state->entries.back().examined.sources[0].kept[0].bits ==
            std::vector<bool>{true, false, true, true, false, true, false, false, true});
  }
  CHECK_FALSE(read_journal(dir / "journal", {{"cut", "another"}}));
}
