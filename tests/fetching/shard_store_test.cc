#include "libfrag/fetching/shard_store.h"

#include <map>
#include <thread>

#include "libfrag/base/file.h"
#include "libfrag/base/json.h"
#include "libfrag/cutting/pack.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/image/encode.h"
#include "tests/fetching/tar_file.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;
using frag::test::write_tar;

namespace {

std::string picture(std::uint64_t seed) {
  return encode_png(test::noise_image(9, 7, 1, seed));
}

// A tar "train.tar" of pictures with a class number each, and what else a test wants beside them.
struct ForeignTars {
  TempDir dir;

  std::string write(const std::string& name, const std::vector<TarMember>& members) const {
    write_tar(dir / name, members);
    return (dir / name).string();
  }
  std::string four(const std::string& name = "train.tar") const {
    std::vector<TarMember> members;
    for (std::uint64_t i = 0; i < 4; ++i) {
      members.push_back({"k" + std::to_string(i) + ".png", picture(i)});
      members.push_back({"k" + std::to_string(i) + ".cls", std::to_string(i % 2)});
    }
    return write(name, members);
  }
  // One picture, with that KEY.json.
  std::string described(const std::string& name, const std::string& json,
                        const std::string& key = "k") const {
    return write(name, {{key + ".png", picture(1)}, {key + ".json", json}});
  }
};

struct Packed {
  TempDir dir;
  std::filesystem::path dataset = test::small_dataset(dir, 3, 4);
  std::filesystem::path folder = dir / "p";

  explicit Packed(SampleFormat format = SampleFormat::png) {
    PackOptions options;
    options.dataset = dataset;
    options.folder = folder;
    options.format = format;
    options.count = 60;
    options.shard_fragments = 25;
    pack(options);
  }
  std::unique_ptr<ShardStore> open() const { return open_shards({folder.string()}); }
};

FragmentId id_in_dataset(const Source& row) {
  return std::stoull(row.name.substr(row.name.find('/') + 1));
}

// A shard's numbers, but not its id, as the dataset has them.
void check_rows(const Catalog& packed, const Catalog& dataset) {
  std::map<std::string, std::string> group;  // of the dataset, by that of the shards
  for (std::size_t i = 0; i < packed.sources().size(); ++i) {
    const Source row = packed.sources()[i];
    const FragmentId id = id_in_dataset(row);
    const std::uint32_t source = dataset.source_of(id);
    REQUIRE(packed.class_of(i) == dataset.class_of(id));
    REQUIRE(row.split == dataset.sources().split(source));
    const std::string theirs(dataset.sources().group(source));
    REQUIRE(group.try_emplace(row.group, theirs).first->second == theirs);
  }
  CHECK(packed.classes() == dataset.classes());
  CHECK(packed.splits() == dataset.splits());
}

}  // namespace

TEST_CASE("an export has the classes, splits, groups and pixels of its dataset") {
  const Packed packed(GENERATE(SampleFormat::png, SampleFormat::raw));
  const auto store = packed.open();
  const DatasetFolder folder(packed.dataset);
  check_rows(store->catalog(), folder.catalog());
  CHECK(store->catalog().fragments() == 180);
  CHECK(store->notes().empty());
  FragmentRenderer theirs(folder), ours(*store);
  for (FragmentId id = 0; id < store->catalog().fragments(); id += 7) {
    const FragmentId there = id_in_dataset(store->catalog().sources()[id]);
    REQUIRE(ours.render(id).packed() == theirs.render(there).packed());
  }
}

TEST_CASE("raw pixels of 16 bits come back as they were") {
  const ForeignTars tars;
  const Image image = test::noise_image(9, 7, 1, 5, 16);
  const std::string tar =
      tars.write("t.tar", {{"k.raw", image.packed()},
                           {"k.cls", "0"},
                           {"k.json", R"({"width":9,"height":7,"channels":1,"bits":16})"}});
  CHECK(open_shards({tar})->decode_source(0).packed() == image.packed());
}

TEST_CASE("an export without its indexes and pack.json says the same, with sources for groups") {
  const Packed packed;
  const auto before = packed.open();
  for (const auto& entry : std::filesystem::directory_iterator(packed.folder)) {
    if (entry.path().extension() != ".tar") std::filesystem::remove(entry.path());
  }
  const auto after = packed.open();
  check_rows(after->catalog(), DatasetFolder(packed.dataset).catalog());
  CHECK(after->catalog().sources()[0].group.starts_with("source-"));
  CHECK(after->catalog().sources()[0].file == before->catalog().sources()[0].file);
}

TEST_CASE("tars of other people need no more than pictures and class numbers") {
  const ForeignTars tars;
  const auto store = open_shards({tars.four()});
  const Catalog& catalog = store->catalog();
  CHECK(catalog.fragments() == 4);
  CHECK(catalog.classes() == std::vector<std::string>{"0", "1"});
  CHECK(catalog.splits() == std::vector<std::string>{"train"});
  CHECK(catalog.sources().group(2) == "train.tar/k2");
  CHECK(store->decode_source(3).packed() == test::noise_image(9, 7, 1, 3).packed());
  REQUIRE(store->notes().size() == 1);
  CHECK_THAT(store->notes()[0], Catch::Contains("4 of 4 samples do not say which group"));
}

TEST_CASE("classes by name have the numbers of the alphabet") {
  const ForeignTars tars;
  const auto store = open_shards({tars.described("a.tar", R"({"class":"yeast","group":"p1"})"),
                                  tars.described("b.tar", R"({"class":"cells","group":"p2"})")});
  CHECK(store->catalog().classes() == std::vector<std::string>{"cells", "yeast"});
  CHECK(store->catalog().class_name(0) == "yeast");
  CHECK(store->catalog().sources().group(1) == "p2");
}

TEST_CASE("a class number without fragments keeps its place") {
  const ForeignTars tars;
  const std::string tar =
      tars.write("t.tar", {{"k.png", picture(1)}, {"k.cls", "3"}, {"k.json", R"({"class":"d"})"}});
  CHECK(open_shards({tar})->catalog().classes() == std::vector<std::string>{"0", "1", "2", "d"});
}

TEST_CASE("classes that contradict each other are refused with the sample's key") {
  const ForeignTars tars;
  const std::string one =
      tars.write("1.tar", {{"one.png", picture(1)}, {"one.cls", "0"}, {"one.json", R"({"class":"a"})"}});
  const std::string two =
      tars.write("2.tar", {{"two.png", picture(2)}, {"two.cls", "0"}, {"two.json", R"({"class":"b"})"}});
  const std::string unnumbered = tars.described("3.tar", R"({"class":"a"})", "three");
  for (const auto& [second, key] : {std::pair(two, "two"), std::pair(unnumbered, "three")}) {
    const Error error = error_of([&, tar = second] { open_shards({one, tar}); });
    CHECK(error.code() == Errc::bad_input);
    CHECK_THAT(error.what(), Catch::Contains(key));
  }
}

TEST_CASE("KEY.json says the split, else the tar's name, else it is train and that is noted") {
  const ForeignTars tars;
  const auto store =
      open_shards({tars.described("test-0.tar", R"({"class":1,"split":"validation","group":1})"),
                   tars.described("test-1.tar", R"({"class":1,"group":2})"),
                   tars.described("x.tar", R"({"class":1,"group":3})")});
  const SourceTable& sources = store->catalog().sources();
  CHECK((sources.split(0) == "val" && sources.split(1) == "test" && sources.split(2) == "train"));
  CHECK_THAT(store->notes().at(0), Catch::Contains("1 of 3 samples do not say which split"));
}

TEST_CASE("a group on two sides of the split is refused with both samples") {
  const ForeignTars tars;
  const std::string train = tars.described("train-0.tar", R"({"class":0,"group":"patient-7"})", "a");
  const std::string test = tars.described("test-0.tar", R"({"class":0,"group":"patient-7"})", "b");
  const Error error = error_of([&] { open_shards({train, test}); });
  CHECK(error.code() == Errc::refused);
  CHECK_THAT(error.what(), Catch::Contains("patient-7") && Catch::Contains("train-0.tar/a in train") &&
                               Catch::Contains("test-0.tar/b in test"));
}

TEST_CASE("samples that cannot be used are left out, counted and named") {
  const ForeignTars tars;
  const std::string tar = tars.write("train.tar", {{"good.png", picture(1)},
                                                   {"good.cls", "0"},
                                                   {"torn.png", picture(2).substr(0, 20)},
                                                   {"torn.cls", "0"},
                                                   {"text.txt", "a"},
                                                   {"text.cls", "0"},
                                                   {"bare.png", picture(3)},
                                                   {"word.png", picture(4)},
                                                   {"word.cls", "cells"}});
  const auto store = open_shards({tar});
  CHECK(store->catalog().fragments() == 1);
  const std::string note = store->notes().at(0);
  CHECK_THAT(note, Catch::Contains("left out 4 samples beside 1") && Catch::Contains("torn: ") &&
                       Catch::Contains("text: it has no picture") &&
                       Catch::Contains("bare: it has no class") && Catch::Contains("and 1 more"));
}

TEST_CASE("tars without any sample to train on are an error with the first reason") {
  const ForeignTars tars;
  const std::string tar = tars.write("t.tar", {{"k.txt", "x"}, {"k.cls", "0"}});
  const Error error = error_of([&] { open_shards({tar}); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(),
             Catch::Contains("no sample to train on") && Catch::Contains("k: it has no picture"));
}

TEST_CASE("the id is of what the tars hold, not of where they lie") {
  const ForeignTars tars;
  const std::string id = open_shards({tars.four("a/train.tar")})->catalog().id();
  CHECK(open_shards({tars.four("b/train.tar")})->catalog().id() == id);
  const std::string other = tars.write("c/train.tar", {{"k0.png", picture(0)}, {"k0.cls", "0"}});
  CHECK(open_shards({other})->catalog().id() != id);
}

TEST_CASE("a picture that changed after the tar was read is an error that names tar and key") {
  const ForeignTars tars;
  const std::string tar = tars.four();
  const auto store = open_shards({tar});
  std::string bytes = read_file(tar);
  bytes[store->catalog().sources()[2].file.offset + 40] ^= 1;
  test::write_text(tar, bytes);
  const Error error = error_of([&] { store->decode_source(2); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains(tar + ": k2.png") && Catch::Contains("digest"));
  CHECK(store->decode_source(1).width() == 9);
}

TEST_CASE("pixels that do not decode are an error that names tar and key") {
  const ForeignTars tars;
  const std::string cut = picture(1).substr(0, picture(1).size() - 20);
  const std::string tar = tars.write("train.tar", {{"k.png", cut}, {"k.cls", "0"}});
  const auto store = open_shards({tar});
  const Error error = error_of([&] { store->decode_source(0); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("train.tar/k"));
}

TEST_CASE("a shard that is cut short is refused with the place, with an index and without") {
  const Packed packed;
  const std::filesystem::path tar = packed.folder / "train-000000.tar";
  test::write_text(tar, read_file(tar).substr(0, std::filesystem::file_size(tar) / 2));
  const bool indexed = GENERATE(true, false);
  if (!indexed) std::filesystem::remove(packed.folder / "train-000000.index.jsonl");
  const Error error = error_of([&] { packed.open(); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains(tar.string()) && Catch::Contains("whole are its first"));
}

TEST_CASE("a tar without an end is noted") {
  const ForeignTars tars;
  const std::string tar = tars.four();
  const std::string bytes = read_file(tar);
  test::write_text(tar, bytes.substr(0, bytes.size() - 1024));
  CHECK_THAT(open_shards({tar})->notes().at(0), Catch::Contains("no end of archive"));
}

TEST_CASE("an index that is not the one of pack.json is refused") {
  const Packed packed;
  const auto index = packed.folder / "test-000000.index.jsonl";
  test::write_text(index, read_file(index) + "\n");
  const Error error = error_of([&] { packed.open(); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("test-000000.index.jsonl"));
}

TEST_CASE("many threads at once read what one reads") {
  const Packed packed;
  const ShardStore store(read_shard_catalog(find_shards({packed.folder.string()})));
  std::vector<std::string> alone, together(store.catalog().fragments());
  for (std::uint32_t i = 0; i < together.size(); ++i) alone.push_back(store.decode_source(i).packed());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < together.size(); i += 3)
        together[i] = store.decode_source(static_cast<std::uint32_t>(i)).packed();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(together == alone);
}

TEST_CASE("of many files only the last few stay open") {
  const TempDir dir;
  std::vector<std::filesystem::path> paths;
  for (int i = 0; i < 5; ++i) {
    paths.push_back(dir / std::to_string(i));
    test::write_text(paths.back(), std::to_string(i));
  }
  OpenFiles files(paths, 2);
  const auto first = files.get(0);
  const std::weak_ptr<const FileReader> second = files.get(1), third = files.get(2);
  files.get(1);
  files.get(3);
  CHECK_FALSE(second.expired());
  CHECK(third.expired());
  CHECK(first->read(0, 1) == "0");
}
