// Every way to say the class of a fragment, from the recipe to drawn samples.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/sampling/sampler.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;

namespace {

constexpr std::int64_t kWidth = 128, kHeight = 96;

void add_picture(const TempDir& dir, const std::string& name, std::uint64_t seed = 1) {
  test::write_png(dir / ("images/" + name), test::noise_image(kWidth, kHeight, 1, seed));
}

// A dataset "dataset" of the pictures in "images".
CutResult cut_with(const TempDir& dir, const std::string& recipe, const std::string& angles = "0") {
  CutOptions options;
  options.images = dir / "images";
  options.dataset = dir / "dataset";
  options.recipe = parse_recipe("tile = 32\n" + recipe, "recipe");
  options.recipe.angles = angles;
  return cut(options);
}

// name -> "class group split" of every source.
std::map<std::string, std::string> sources_of(const TempDir& dir) {
  const DatasetFolder folder(dir / "dataset");
  std::map<std::string, std::string> sources;
  for (const Source& source : folder.catalog().sources()) {
    sources[source.name] =
        folder.catalog().classes()[source.class_number] + " " + source.group + " " + source.split;
  }
  return sources;
}

// Blocks of 16 pixels, each of one of the values.
Image block_mask(const std::vector<int>& values, std::uint64_t seed) {
  SplitMix64 random(seed);
  Image mask(kWidth, kHeight, 1);
  for (std::int64_t y = 0; y < kHeight; y += 16) {
    for (std::int64_t x = 0; x < kWidth; x += 16) {
      const auto value = static_cast<std::uint8_t>(values[random.below(values.size())]);
      for (std::int64_t i = 0; i < 256; ++i) mask.row(y + i / 16)[x + i % 16] = value;
    }
  }
  return mask;
}

}  // namespace

TEST_CASE("an expression on the path says class, group and split") {
  const TempDir dir;
  for (const char* name : {"train/p1/gel-1.png", "train/p1/gel-2.png", "train/p2/cell-1.png",
                           "test/p3/gel-1.png", "test/p4/cell-9.png"}) {
    add_picture(dir, name);
  }
  cut_with(dir,
           "labels = { from = 'path', expression = '(?P<split>\\w+)/(?P<group>p\\d)/(?P<class>[a-z]+)-' }");
  CHECK(sources_of(dir) == std::map<std::string, std::string>{{"train/p1/gel-1.png", "gel p1 train"},
                                                              {"train/p1/gel-2.png", "gel p1 train"},
                                                              {"train/p2/cell-1.png", "cell p2 train"},
                                                              {"test/p3/gel-1.png", "gel p3 test"},
                                                              {"test/p4/cell-9.png", "cell p4 test"}});
}

TEST_CASE("a table says class, group and split of boxes, and boxes hold the pixels of their place") {
  const TempDir dir;
  add_picture(dir, "a.png", 1);
  add_picture(dir, "b.png", 2);
  test::write_text(dir / "images" / "labels.csv",
                   "path,class,group,split,x,y,w,h\n"
                   "a.png,one,g1,train,0,0,40,50\n"
                   "a.png,two,g1,train,60,10,68,86\n"
                   "b.png,two,g2,test,,,,\n");
  cut_with(dir, "labels = { from = 'csv', file = 'labels.csv' }");
  CHECK(sources_of(dir) == std::map<std::string, std::string>{{"a.png#0,0,40,50", "one g1 train"},
                                                              {"a.png#60,10,68,86", "two g1 train"},
                                                              {"b.png", "two g2 test"}});
  const DatasetFolder folder(dir / "dataset");
  const Image whole = test::noise_image(kWidth, kHeight, 1, 1), box = folder.decode_source(1);
  REQUIRE(box.width() == 68);
  REQUIRE(box.height() == 86);
  for (std::int64_t y = 0; y < 86; ++y)
    REQUIRE(std::equal(box.row(y), box.row(y) + 68, whole.row(y + 10) + 60));
}

TEST_CASE("a side that a table states for some sources holds, and the others are assigned") {
  const TempDir dir;
  std::string csv = "path,class,split\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = std::to_string(i) + ".png";
    add_picture(dir, name, static_cast<std::uint64_t>(i));
    csv += name + ",one," + (i == 3 || i == 7 ? "test" : "") + "\n";
  }
  test::write_text(dir / "images" / "labels.csv", csv);
  cut_with(dir, "labels = { from = 'csv', file = 'labels.csv' }\nsplit = '50/50'");
  const auto sources = sources_of(dir);
  CHECK(sources.at("3.png") == "one 3.png test");
  CHECK(sources.at("7.png") == "one 7.png test");
  std::map<std::string, int> sides;
  for (const auto& [name, text] : sources) ++sides[text.substr(text.rfind(' '))];
  CHECK(sides == std::map<std::string, int>{{" test", 6}, {" train", 6}});
}

TEST_CASE("a stated side that the split does not have is named with its source") {
  const TempDir dir;
  for (const char* name : {"1.png", "2.png", "3.png"}) add_picture(dir, name);
  test::write_text(dir / "images" / "labels.csv", "path,class,split\n1.png,a,val\n2.png,a,\n3.png,a,\n");
  const Error error =
      error_of([&] { cut_with(dir, "labels = { from = 'csv', file = 'labels.csv' }\nsplit = '50/50'"); });
  CHECK(std::string(error.what()).find("1.png is to lie on side \"val\"") != std::string::npos);
}

TEST_CASE("a dataset whose split a table stated can be split anew") {
  const TempDir dir;
  for (const char* name : {"train/a-1.png", "train/a-2.png", "test/a-3.png", "test/a-4.png"})
    add_picture(dir, name);
  cut_with(dir, "labels = { from = 'path', expression = '(?P<split>\\w+)/(?P<class>[a-z]+)-' }");
  ResplitOptions options;
  options.folds = 4;
  resplit(dir / "dataset", options);
  CHECK(DatasetFolder(dir / "dataset").catalog().splits().size() == 4);
}

TEST_CASE("boxes of one file stay one group when a dataset is grouped by nothing again") {
  const TempDir dir;
  add_picture(dir, "0.png", 1);
  add_picture(dir, "1.png", 2);
  test::write_text(dir / "images" / "labels.csv",
                   "path,class,x,y,w,h\n0.png,one,0,0,40,40\n0.png,one,40,40,40,40\n1.png,one,,,,\n");
  cut_with(dir, "labels = { from = 'csv', file = 'labels.csv' }\nsplit = '50/50'");
  ResplitOptions options;
  options.group = "";
  options.split = "50/50";
  resplit(dir / "dataset", options);
  const auto sources = sources_of(dir);
  CHECK(sources.at("0.png#0,0,40,40") == sources.at("0.png#40,40,40,40"));
  CHECK(sources.at("0.png#0,0,40,40").find("one 0.png ") == 0);
}

TEST_CASE("a fragment has the class that covers at least the given share of it, else none") {
  const TempDir dir;
  for (int i = 0; i < 4; ++i) {
    const std::string name = std::to_string(i);
    add_picture(dir, name + ".png", static_cast<std::uint64_t>(i));
    test::write_png(dir / ("images/masks/" + name + ".png"),
                    block_mask({0, 90, 200}, static_cast<std::uint64_t>(i)));
  }
  const CutResult result =
      cut_with(dir,
               "overlap = 0\nsplit = '50/50'\nlabels = { from = 'mask', mask = "
               "'masks/{stem}.png', values = { cell = 90, gel = 200 }, min_share = 0.5 }");
  const DatasetFolder folder(dir / "dataset");
  const Catalog& catalog = folder.catalog();
  CHECK(catalog.classes() == std::vector<std::string>{"cell", "gel"});
  std::uint64_t kept = 0;
  for (FragmentId id = 0; id < catalog.fragments(); ++id) {
    const FragmentAddress at = catalog.locate(id);
    const Image mask = block_mask({0, 90, 200}, at.source);
    std::map<int, int> blocks;  // of the four in a tile, by value
    for (int i = 0; i < 4; ++i) {
      const std::int64_t x = at.tile.column * 32 + i % 2 * 16, y = at.tile.row * 32 + i / 2 * 16;
      ++blocks[mask.row(y)[x]];
    }
    const auto found = catalog.class_of(id);
    if (blocks[90] > 2 || (blocks[90] == 2 && blocks[200] < 2)) {
      REQUIRE(found == 0u);
    } else if (blocks[200] > 2 || (blocks[200] == 2 && blocks[90] < 2)) {
      REQUIRE(found == 1u);
    } else if (blocks[90] < 2 && blocks[200] < 2) {
      REQUIRE_FALSE(found);
    }
    kept += found ? 1 : 0;
  }
  CHECK(result.fragments == kept);
  CHECK(result.left_out == catalog.fragments() - kept);
}

TEST_CASE("every drawn fragment is a kept one of its class, and unbalanced drawing gives each of them once") {
  const TempDir dir;
  for (int i = 0; i < 6; ++i) {
    const std::string name = std::to_string(i);
    add_picture(dir, name + ".png", static_cast<std::uint64_t>(i));
    test::write_png(dir / ("images/masks/" + name + ".png"),
                    block_mask({0, 90, 90, 200}, static_cast<std::uint64_t>(i) + 10));
  }
  cut_with(dir,
           "split = '50/50'\nlabels = { from = 'mask', mask = 'masks/{stem}.png', "
           "values = { cell = 90, gel = 200 }, min_share = 0.6 }",
           "0,25,90");
  const DatasetFolder folder(dir / "dataset");
  const Catalog& catalog = folder.catalog();
  const Sampler sampler(catalog);
  std::set<FragmentId> drawn;
  for (const std::string& split : catalog.splits()) {
    SampleSpec spec;
    spec.split = split;
    spec.balance = Balance::none;
    const SampleList all = sampler.draw(spec);
    for (std::uint64_t i = 0; i < all.size(); ++i) REQUIRE(drawn.insert(all.at(i)).second);
    spec.balance = Balance::by_class;
    spec.repeats = Repeats::allow;
    spec.count = 50;
    const SampleList balanced = sampler.draw(spec);
    std::map<std::uint32_t, int> counts;
    for (std::uint64_t i = 0; i < balanced.size(); ++i) ++counts[catalog.class_of(balanced.at(i)).value()];
    CHECK(counts == std::map<std::uint32_t, int>{{0, 25}, {1, 25}});
  }
  std::set<FragmentId> kept;
  for (FragmentId id = 0; id < catalog.fragments(); ++id) {
    if (catalog.class_of(id)) kept.insert(id);
  }
  CHECK(drawn == kept);
  CHECK(kept.size() == catalog.kept());
  CHECK(kept.size() < catalog.fragments());
}

TEST_CASE("annotations give fragments their class, and a hole in a polygon gives none") {
  const TempDir dir;
  for (const char* stem : {"a", "b"}) {
    add_picture(dir, std::string(stem) + ".png");
    // The left 64 pixels, without the square [0, 32) x [0, 32).
    test::write_text(dir / "images" / (std::string(stem) + ".geojson"),
                     R"({"type":"Feature","geometry":{"type":"Polygon","coordinates":[)"
                     "[[0,0],[64,0],[64,96],[0,96],[0,0]],[[0,0],[32,0],[32,32],[0,32],[0,0]]]},"
                     R"("properties":{"classification":{"name":"tumour"}}})");
  }
  cut_with(dir,
           "overlap = 0\nsplit = '50/50'\nlabels = { from = 'geojson', annotations = '{stem}.geojson' }");
  const DatasetFolder folder(dir / "dataset");
  std::string picture;
  for (FragmentId id = 0; id < folder.catalog().fragments() / 2; ++id)
    picture += folder.catalog().class_of(id) ? '#' : '.';
  CHECK(picture == ".#..##..##..");
}

TEST_CASE("CIFAR batches give their pictures, classes and sides, and are read back from the store") {
  const TempDir dir;
  SplitMix64 random(4);
  for (const char* name : {"data_batch_1.bin", "test_batch.bin"}) {
    std::string batch;
    for (int i = 0; i < 20; ++i) {
      batch += static_cast<char>(i % 10);
      for (int k = 0; k < 3072; ++k) batch += static_cast<char>(random.below(256));
    }
    test::write_text(dir / "images" / name, batch);
  }
  test::write_text(dir / "images" / "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  cut_with(dir, "fit = 'whole'\nlabels = { from = 'set' }");
  const DatasetFolder folder(dir / "dataset");
  const Catalog& catalog = folder.catalog();
  REQUIRE(catalog.sources().size() == 40);
  CHECK(catalog.splits() == std::vector<std::string>{"train", "test"});
  CHECK(catalog.classes().size() == 10);
  CHECK(catalog.class_name(13) == "d");
  CHECK(catalog.sources()[13].name == "data_batch_1.bin#13");
  const std::string batch = read_file(dir / "images" / "data_batch_1.bin");
  const Image picture = folder.decode_source(13);
  REQUIRE(picture.channels() == 3);
  CHECK(picture.row(5)[7 * 3 + 1] == static_cast<std::uint8_t>(batch[13 * 3073 + 1 + 1024 + 5 * 32 + 7]));
}

TEST_CASE("the classes of a set without names are in the order of their numbers") {
  const TempDir dir;
  for (const char* name : {"train.bin", "test.bin"}) {
    std::string batch;
    for (int i = 0; i < 12; ++i) {
      batch += '\0';
      batch += static_cast<char>(i);
      batch += std::string(3072, 'x');
    }
    test::write_text(dir / "images" / name, batch);
  }
  cut_with(dir, "fit = 'whole'\nlabels = { from = 'set' }");
  CHECK(DatasetFolder(dir / "dataset").catalog().class_name(11) == "11");
  CHECK(DatasetFolder(dir / "dataset").catalog().class_of(11) == 11u);
}
