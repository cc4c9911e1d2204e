#include "libfrag/dataset/folder.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "libfrag/base/file.h"
#include "libfrag/dataset/layout.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;

TEST_CASE("stored files come back byte for byte") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  const Source& source = folder.catalog().sources()[5];
  CHECK(folder.read_source(5) == read_file(dir / "images1" / source.name));
}

TEST_CASE("a source decodes to the picture that was cut") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  CHECK(folder.decode_source(0).packed() == test::noise_image(120, 96, 1, 1000).packed());
}

TEST_CASE("a flipped byte in the store is found before it is used, and named") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  const auto offset = DatasetFolder(path).catalog().sources()[2].file.offset;
  {
    std::fstream shard(path / shard_file(0), std::ios::in | std::ios::out | std::ios::binary);
    shard.seekp(static_cast<std::streamoff>(offset) + 100);
    shard.put('!');
  }
  const DatasetFolder folder(path);
  const Error error = error_of([&] { folder.read_source(2); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find(folder.catalog().sources()[2].name) != std::string::npos);
  CHECK_NOTHROW(folder.read_source(1));
}

TEST_CASE("a shard cut short is noticed when the dataset is opened") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  std::filesystem::resize_file(path / shard_file(0), 1000);
  CHECK_THROWS_WITH(DatasetFolder(path), Catch::Contains("00000.tar"));
}

TEST_CASE("a folder without dataset.json is said to be none") {
  const TempDir dir;
  CHECK(error_of([&] { DatasetFolder{dir.path()}; }).code() == Errc::not_found);
}

TEST_CASE("a change of metadata interrupted after its decision is completed by the next reader") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  const DatasetFolder old(path);
  Tables tables = old.read_tables();
  for (std::size_t i = 0; i < tables.sources.size(); ++i) tables.sources.set_split(i, "train");
  const MetadataFiles next = encode(tables);
  // The instant between the first rename and the second.
  test::write_text(path / kSourcesFile, next.sources_jsonl);
  test::write_text(path / (std::string(kDatasetFile) + ".next"), next.dataset_json);
  test::write_text(path / (std::string(kSumsFile) + ".next"), next.sha256sums);
  const DatasetFolder now(path);
  CHECK(now.catalog().splits() == std::vector<std::string>{"train"});
  CHECK_FALSE(std::filesystem::exists(path / (std::string(kSumsFile) + ".next")));
}

TEST_CASE("a change of metadata interrupted before its decision never happened") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  const std::string id = DatasetFolder(path).catalog().id();
  test::write_text(path / (std::string(kSourcesFile) + ".next"), "half");
  CHECK(DatasetFolder(path).catalog().id() == id);
}
