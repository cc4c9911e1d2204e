#include "libfrag/dataset/tables.h"

#include <catch2/catch.hpp>

#include "libfrag/base/digest.h"
#include "libfrag/base/json.h"
#include "libfrag/dataset/layout.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

Tables small_tables() {
  Tables tables;
  tables.recipe = test::small_recipe();
  tables.angles = tables.recipe.make_angles();
  tables.classes = {"one", "two"};
  tables.shards = {{10000, sha256_hex("shard")}};
  for (std::uint32_t i = 0; i < 4; ++i) {
    Source source;
    source.name = "class/ä \"quoted\" " + std::to_string(i) + ".png";
    source.class_number = i % 2;
    source.group = source.name;
    source.split = i < 2 ? "train" : "test";
    source.width = 100 + i;
    source.height = 80;
    source.file = stored_name(i, ".png");
    source.offset = 512 + i * 1024;
    source.bytes = 300;
    source.sha256 = sha256_hex("file");
    source.pixels = xxh3_128_hex("pixels");
    tables.sources.push_back(source);
  }
  number_fragments(tables);
  return tables;
}

// The files after `edit` has changed the first row, with dataset.json's digest put right again: what a forger
// would make.
MetadataFiles forged(const std::function<void(Json&)>& edit) {
  MetadataFiles files = encode(small_tables());
  const std::size_t end = files.sources_jsonl.find('\n');
  Json row = Json::parse(files.sources_jsonl.substr(0, end));
  edit(row);
  files.sources_jsonl.replace(0, end, row.dump());
  Json dataset = Json::parse(files.dataset_json);
  dataset["tables"][kSourcesFile]["sha256"] = sha256_hex(files.sources_jsonl);
  files.dataset_json = dataset.dump();
  return files;
}

}  // namespace

TEST_CASE("tables read back equal, and equal tables give equal bytes") {
  const Tables tables = small_tables();
  const MetadataFiles files = encode(tables);
  const Tables back = decode_tables(files.dataset_json, files.sources_jsonl);
  CHECK(encode(back).dataset_json == files.dataset_json);
  CHECK(encode(back).sources_jsonl == files.sources_jsonl);
  CHECK(back.sources[3].name == tables.sources[3].name);
}

TEST_CASE("fragment ids are dense, and every id finds its source") {
  const MetadataFiles files = encode(small_tables());
  const Catalog catalog(files.dataset_json, files.sources_jsonl);
  FragmentId id = 0;
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    const Source& source = catalog.sources()[i];
    REQUIRE(source.first_fragment == id);
    REQUIRE(catalog.source_of(id) == i);
    REQUIRE(catalog.source_of(id + source.fragments - 1) == i);
    id += source.fragments;
  }
  CHECK(catalog.fragments() == id);
  CHECK(error_of([&] { catalog.locate(id); }).code() == Errc::not_found);
}

TEST_CASE("the id is the SHA-256 of dataset.json") {
  const MetadataFiles files = encode(small_tables());
  CHECK(Catalog(files.dataset_json, files.sources_jsonl).id() == sha256_hex(files.dataset_json));
}

TEST_CASE("a table that was changed is noticed by its digest") {
  MetadataFiles files = encode(small_tables());
  files.sources_jsonl[20] ^= 1;
  CHECK_THROWS_WITH(decode_tables(files.dataset_json, files.sources_jsonl), Catch::Contains("digest"));
}

TEST_CASE("rows that contradict the rest are named with their line") {
  const std::vector<std::function<void(Json&)>> edits = {
      [](Json& row) { row["class"] = 9; },          [](Json& row) { row["id"] = 1; },
      [](Json& row) { row["offset"] = 9900; },      [](Json& row) { row["channels"] = 2; },
      [](Json& row) { row["first_fragment"] = 5; }, [](Json& row) { row["width"] = -1; },
      [](Json& row) { row.erase("split"); },        [](Json& row) { row["bytes"] = "many"; }};
  for (const auto& edit : edits) {
    const MetadataFiles files = forged(edit);
    CHECK_THROWS_WITH(decode_tables(files.dataset_json, files.sources_jsonl),
                      Catch::StartsWith("sources.jsonl:1:"));
  }
}

TEST_CASE("a row whose count does not follow from the geometry is refused by the catalogue") {
  MetadataFiles files = forged([](Json& row) { row["height"] = 81 + 64; });
  CHECK_THROWS_WITH(Catalog(files.dataset_json, files.sources_jsonl), Catch::Contains("\"fragments\""));
}

TEST_CASE("another format, another renderer and forged angles are refused") {
  const MetadataFiles files = encode(small_tables());
  for (const char* key : {"format", "renderer"}) {
    Json dataset = Json::parse(files.dataset_json);
    dataset[key] = 99;
    CHECK_THROWS_WITH(decode_tables(dataset.dump(), files.sources_jsonl), Catch::Contains("99"));
  }
  Json dataset = Json::parse(files.dataset_json);
  dataset["angles"][1]["cos"] = 5;
  CHECK_THROWS_WITH(decode_tables(dataset.dump(), files.sources_jsonl), Catch::Contains("angle"));
}
