#include "libfrag/cutting/pack.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/base/file.h"
#include "libfrag/cutting/fragment_table.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/cutting/verify.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/renderer.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;

namespace fs = std::filesystem;

namespace {

struct PackBench {
  TempDir dir;
  fs::path dataset = test::small_dataset(dir);

  PackOptions options(const std::string& name, PackLayout layout = PackLayout::webdataset) const {
    PackOptions options;
    options.dataset = dataset;
    options.folder = dir / name;
    options.layout = layout;
    if (layout == PackLayout::webdataset) options.format = SampleFormat::raw;
    options.shard_fragments = 100;
    // An image folder syncs the whole file system once a split.
    if (layout == PackLayout::imagefolder) options.split = "val";
    return options;
  }
};

// Every file below a folder with its bytes.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  }
  return files;
}

std::vector<EncodedFragment> read_shard(const fs::path& path) {
  const std::string bytes = read_file(path);
  std::size_t at = 0;
  SampleReader reader([&](char* buffer, std::size_t capacity) {
    const std::size_t take = std::min(capacity, bytes.size() - at);
    std::copy_n(bytes.data() + at, take, buffer);
    at += take;
    return take;
  });
  std::vector<EncodedFragment> members;
  while (auto member = reader.next()) members.push_back(std::move(*member));
  return members;
}

}  // namespace

TEST_CASE("an export's shards hold every fragment of the dataset once, with its pixels") {
  const PackBench bench;
  const PackResult result = pack(bench.options("p"));
  const DatasetFolder folder(bench.dataset);
  FragmentRenderer renderer(folder);
  std::set<FragmentId> seen;
  for (const auto& [split, shard] : result.manifest.shards) {
    const auto members = read_shard(bench.dir / "p" / shard.tar.file);
    CHECK(members.size() == shard.fragments);
    for (const EncodedFragment& member : members) {
      REQUIRE(seen.insert(member.id).second);
      REQUIRE(folder.catalog().sources().split(folder.catalog().source_of(member.id)) == split);
      REQUIRE(decode_fragment(member).packed() == renderer.render(member.id).packed());
    }
  }
  CHECK(seen.size() == folder.catalog().fragments());
  CHECK(result.fragments == seen.size());
  CHECK(result.written == seen.size());
}

TEST_CASE("shards keep to the bounds on fragments and on bytes") {
  const PackBench bench;
  PackOptions options = bench.options("p");
  const bool by_bytes = GENERATE(false, true);
  if (by_bytes) {
    options.shard_fragments = 1000000;
    options.shard_bytes = 100000;
  }
  const PackResult result = pack(options);
  CHECK(result.manifest.shards.size() > 6);
  for (const auto& [split, shard] : result.manifest.shards) {
    CHECK(fs::file_size(options.folder / shard.tar.file) == shard.tar.bytes);
    CHECK(shard.tar.bytes <= options.shard_bytes);
    CHECK(shard.fragments <= options.shard_fragments);
  }
}

TEST_CASE("a shard bound below one fragment still gives a fragment a shard") {
  const PackBench bench;
  PackOptions options = bench.options("p");
  options.shard_bytes = 1;
  options.count = 3;
  options.split = "train";
  const PackResult result = pack(options);
  REQUIRE(result.manifest.shards.size() == 3);
  CHECK(result.manifest.shards[0].second.fragments == 1);
}

TEST_CASE("the number of threads and the memory for a drawn sample do not change a byte") {
  const PackBench bench;
  const auto layout = GENERATE(PackLayout::webdataset, PackLayout::imagefolder);
  PackOptions one = bench.options("one", layout), many = bench.options("many", layout);
  one.count = many.count = 150;
  one.format = many.format = SampleFormat::png;
  pack(one);
  {
    const ThreadLimit four(4);
    pack(many);
  }
  CHECK(contents(bench.dir / "one") == contents(bench.dir / "many"));
}

TEST_CASE("an export that lost its last shards goes on to the same bytes") {
  const PackBench bench;
  const PackResult whole = pack(bench.options("p"));
  const auto before = contents(bench.dir / "p");
  const std::string lost =
      GENERATE(as<std::string>{}, "train-000002.tar", "val-000000.index.jsonl", "test-000001.tar");
  fs::remove(bench.dir / "p" / lost);
  const PackResult again = pack(bench.options("p"));
  CHECK(again.written > 0);
  CHECK(again.written < whole.written);
  CHECK(contents(bench.dir / "p") == before);
}

TEST_CASE("an export that is whole is left as it is") {
  const PackBench bench;
  const auto layout = GENERATE(PackLayout::webdataset, PackLayout::imagefolder, PackLayout::coordinates);
  pack(bench.options("p", layout));
  const auto before = contents(bench.dir / "p");
  CHECK(pack(bench.options("p", layout)).written == 0);
  CHECK(contents(bench.dir / "p") == before);
}

TEST_CASE("a folder with another export is refused, and starts over only when forced") {
  const PackBench bench;
  pack(bench.options("p"));
  PackOptions other = bench.options("p");
  other.seed = 2;
  other.split = "train";
  const Error error = error_of([&] { pack(other); });
  CHECK(error.code() == Errc::usage);
  CHECK_THAT(error.what(), Catch::Contains("seed") && Catch::Contains("--force"));
  other.force = true;
  pack(other);
  for (const auto& [name, bytes] : contents(bench.dir / "p")) CHECK(name.substr(0, 3) != "val");
  CHECK(verify(bench.dir / "p").whole());
}

TEST_CASE("a folder with someone's files is refused, forced or not") {
  const PackBench bench;
  test::write_text(bench.dir / "p" / "thesis.txt", "precious");
  PackOptions options = bench.options("p");
  options.force = GENERATE(false, true);
  CHECK_THAT(error_of([&] { pack(options); }).what(), Catch::Contains("thesis.txt"));
  CHECK(contents(bench.dir / "p").size() == 1);
}

TEST_CASE("parts written into one folder are together one export") {
  const PackBench bench;
  const auto layout = GENERATE(PackLayout::webdataset, PackLayout::imagefolder, PackLayout::coordinates);
  std::uint64_t sum = 0;
  for (std::uint64_t part = 1; part <= 3; ++part) {
    PackOptions options = bench.options("p", layout);
    options.part = {part, 3};
    sum += pack(options).fragments;
  }
  const DatasetFolder folder(bench.dataset);
  CHECK(sum == (layout == PackLayout::imagefolder ? Sampler(folder.catalog()).fragments("val")
                                                  : folder.catalog().fragments()));
  const VerifyReport report = verify(bench.dir / "p");
  CHECK(report.whole());
  if (layout == PackLayout::webdataset) CHECK(report.members == 3 * sum);
  if (layout == PackLayout::imagefolder) CHECK(report.members == sum);
}

TEST_CASE("an image folder holds each fragment in the folder of its class, and a row for it") {
  const PackBench bench;
  const PackOptions options = bench.options("p", PackLayout::imagefolder);
  const PackResult result = pack(options);
  const DatasetFolder folder(bench.dataset);
  const Catalog& catalog = folder.catalog();
  const std::string table = read_file(bench.dir / "p" / "val" / "metadata.csv");
  std::string_view rest = table;
  const auto columns = take_csv_record(rest);
  CHECK(columns[0] == "file_name");
  std::uint64_t rows = 0;
  for (; !rest.empty(); ++rows) {
    const auto cells = take_csv_record(rest);
    REQUIRE(cells.size() == columns.size());
    const FragmentId id = std::stoull(cells[2]);
    REQUIRE(cells[0] == catalog.classes()[fragment_class(catalog, id)] + "/" + sample_key(id) + ".png");
    REQUIRE(fs::exists(bench.dir / "p" / "val" / cells[0]));
  }
  CHECK(rows == result.fragments);
  CHECK(contents(bench.dir / "p" / "val").size() == rows + 1);
}

TEST_CASE("an image folder stopped behind a batch goes on to the same files") {
  const PackBench bench;
  const PackOptions options = bench.options("p", PackLayout::imagefolder);
  pack(options);
  const auto before = contents(bench.dir / "p");
  // As a stop within the split leaves it: rows and images beyond what pack.json knows of.
  const fs::path manifest_path = bench.dir / "p" / "pack.json";
  PackManifest manifest = decode_pack_manifest(read_file(manifest_path), "pack.json");
  const std::string table = read_file(bench.dir / "p" / "val" / "metadata.csv");
  std::string_view rest = table;
  for (int row = 0; row < 11; ++row) take_csv_record(rest);  // the columns and ten fragments
  manifest.splits.back().written = 10;
  manifest.splits.back().table_bytes = table.size() - rest.size();
  manifest.tables.pop_back();
  manifest.complete = false;
  write_file_atomic(manifest_path, encode(manifest));
  fs::rename(bench.dir / "p" / "val", bench.dir / "p" / "val.part");
  CHECK(pack(options).written == manifest.splits.back().fragments - 10);
  CHECK(contents(bench.dir / "p") == before);
}

TEST_CASE("coordinates name every fragment once") {
  const PackBench bench;
  pack(bench.options("p", PackLayout::coordinates));
  const std::string table = read_file(bench.dir / "p" / "coordinates.csv");
  std::string_view rest = table;
  const auto columns = take_csv_record(rest);
  std::set<std::string> ids;
  while (!rest.empty()) {
    const auto cells = take_csv_record(rest);
    REQUIRE(cells.size() == columns.size());
    REQUIRE(ids.insert(cells[0]).second);
  }
  CHECK(ids.size() == DatasetFolder(bench.dataset).catalog().fragments());
}

TEST_CASE("options that contradict each other are refused before anything is written") {
  const PackBench bench;
  PackOptions options = bench.options("p");
  const int which = GENERATE(range(0, 4));
  if (which == 0) options.quality = 101;
  if (which == 1) options.layout = PackLayout::imagefolder;  // raw
  if (which == 2) options.count = 0;
  if (which == 3) options.shard_fragments = 0;
  CHECK(error_of([&] { pack(options); }).code() == Errc::usage);
  CHECK_FALSE(fs::exists(bench.dir / "p"));
}

TEST_CASE("asking for more than there is says the limit and writes nothing") {
  const PackBench bench;
  PackOptions options = bench.options("p");
  options.count = 1000000;
  CHECK_THAT(error_of([&] { pack(options); }).what(), Catch::Contains("at most"));
  CHECK_FALSE(fs::exists(bench.dir / "p"));
}
