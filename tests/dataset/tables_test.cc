#include "libfrag/dataset/tables.h"

#include <catch2/catch.hpp>

#include "libfrag/base/digest.h"
#include "libfrag/base/json.h"
#include "libfrag/dataset/catalog.h"
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
  tables.shards = {{shard_file(0), 10000, sha256_hex("shard")}};
  for (std::uint32_t i = 0; i < 4; ++i) {
    Source source;
    source.name = "class/ä \"quoted\" " + std::to_string(i) + ".png";
    source.class_number = i % 2;
    source.group = source.name;
    source.split = i < 2 ? "train" : "test";
    source.width = 100 + i;
    source.height = 80;
    source.file = {stored_name(i, ".png"), 0, 512 + i * 1024, 300, sha256_hex("file")};
    source.pixels = xxh3_128_hex("pixels");
    source.fragments = Tiling(source.width, source.height, tables.angles, tables.recipe.tiling()).tiles();
    tables.sources.push_back(source);
  }
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

MetadataFiles with_dataset(MetadataFiles files, const Json& dataset) {
  files.dataset_json = dataset.dump();
  return files;
}

}  // namespace

TEST_CASE("tables read back equal, and equal tables give equal bytes") {
  const Tables tables = small_tables();
  const MetadataFiles files = encode(tables);
  const Tables back = decode_tables(files);
  CHECK(encode(back).dataset_json == files.dataset_json);
  CHECK(encode(back).sources_jsonl == files.sources_jsonl);
  CHECK(back.sources[3].name == tables.sources[3].name);
}

TEST_CASE("fragment ids are dense, and every id finds its source") {
  const MetadataFiles files = encode(small_tables());
  const Catalog catalog(files);
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
  CHECK(Catalog(files).id() == sha256_hex(files.dataset_json));
}

TEST_CASE("a table that was changed is noticed by its digest") {
  MetadataFiles files = encode(small_tables());
  files.sources_jsonl[20] ^= 1;
  CHECK_THROWS_WITH(decode_tables(files), Catch::Contains("digest"));
}

TEST_CASE("rows that contradict the rest are named with their line") {
  const std::vector<std::function<void(Json&)>> edits = {
      [](Json& row) { row["class"] = 9; },          [](Json& row) { row["id"] = 1; },
      [](Json& row) { row["offset"] = 9900; },      [](Json& row) { row["channels"] = 2; },
      [](Json& row) { row["first_fragment"] = 5; }, [](Json& row) { row["width"] = -1; },
      [](Json& row) { row.erase("split"); },        [](Json& row) { row["bytes"] = "many"; }};
  for (const auto& edit : edits) {
    const MetadataFiles files = forged(edit);
    CHECK_THROWS_WITH(decode_tables(files), Catch::StartsWith("sources.jsonl:1:"));
  }
}

TEST_CASE("a row whose count does not follow from the geometry is refused by the catalogue") {
  MetadataFiles files = forged([](Json& row) { row["height"] = 81 + 64; });
  CHECK_THROWS_WITH(Catalog(files), Catch::Contains("\"fragments\""));
}

TEST_CASE("another format, another renderer and forged angles are refused") {
  const MetadataFiles files = encode(small_tables());
  for (const char* key : {"format", "renderer"}) {
    Json dataset = Json::parse(files.dataset_json);
    dataset[key] = 99;
    CHECK_THROWS_WITH(decode_tables(with_dataset(files, dataset)), Catch::Contains("99"));
  }
  Json dataset = Json::parse(files.dataset_json);
  dataset["angles"][1]["cos"] = 5;
  CHECK_THROWS_WITH(decode_tables(with_dataset(files, dataset)), Catch::Contains("angle"));
}

namespace {

// The first source's fragments in two classes, by bitmaps that `edit` may spoil; its row's "kept" by `rows`.
MetadataFiles labelled(const std::function<void(std::string& labels)>& spoil,
                       const std::function<void(Json& kept)>& edit) {
  Tables tables = small_tables();
  SourceTable sources;
  for (std::size_t i = 0; i < tables.sources.size(); ++i) {
    Source source = tables.sources[i];
    if (i == 0) {
      std::vector<bool> one(source.fragments), two(source.fragments);
      one[0] = one[3] = two[1] = true;
      source.class_number = kNoClass;
      source.kept = {{0, 2, tables.labels->append(one)}, {1, 1, tables.labels->append(two)}};
      tables.labels->seal();
    }
    sources.push_back(source);
  }
  tables.sources = sources;
  MetadataFiles files = encode(tables);
  spoil(files.labels);
  const std::size_t end = files.sources_jsonl.find('\n');
  Json row = Json::parse(files.sources_jsonl.substr(0, end));
  edit(row["kept"]);
  files.sources_jsonl.replace(0, end, row.dump());
  Json dataset = Json::parse(files.dataset_json);
  dataset["tables"][kSourcesFile]["sha256"] = sha256_hex(files.sources_jsonl);
  dataset["tables"][kLabelsFile]["sha256"] = sha256_hex(files.labels);
  files.dataset_json = dataset.dump();
  return files;
}

const auto kWhole = [](std::string&) {};

}  // namespace

TEST_CASE("labels that are whole are read, and count as kept") {
  const Catalog catalog(labelled(kWhole, [](Json&) {}));
  CHECK(catalog.class_of(3) == 0u);
  CHECK(catalog.class_of(1) == 1u);
  CHECK_FALSE(catalog.class_of(2));
  CHECK(catalog.kept() == catalog.fragments() - catalog.sources().fragments(0) + 3);
}

TEST_CASE("labels that contradict their row are refused with its line") {
  const std::vector<std::function<void(Json&)>> edits = {
      [](Json& kept) { kept[0][1] = 3; },        // another count
      [](Json& kept) { kept[0][2] = 4; },        // between two words
      [](Json& kept) { kept[1][2] = 1000000; },  // outside the file
      [](Json& kept) { kept[1][2] = -8; },       //
      [](Json& kept) { kept[1][0] = 0; },        // a class twice
      [](Json& kept) { kept[1][0] = 7; },        // a class without a name
      [](Json& kept) {
        kept[1] = Json::array({1, 1});
      },                                                            // a number missing
      [](Json& kept) { kept[1][2] = kept[0][2], kept[1][1] = 2; },  // a fragment in two classes
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    INFO(i);
    const Error error = error_of([&] { Catalog(labelled(kWhole, edits[i])); });
    CHECK(error.code() == Errc::bad_input);
    CHECK(std::string(error.what()).find("sources.jsonl:1: ") == 0);
  }
}

TEST_CASE("labels with bits beyond a source's last fragment are refused") {
  const auto beyond = [](std::string& labels) { labels[labels.size() / 2 - 1] = '\x80'; };
  const Error error = error_of([&] { Catalog(labelled(beyond, [](Json& kept) { kept[0][1] = 3; })); });
  CHECK(std::string(error.what()).find("sources.jsonl:1: \"kept\" names labels of more fragments") == 0);
}
