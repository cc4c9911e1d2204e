// Images added to a dataset: what was there stays, byte for byte.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/image/pixel_digest.h"
#include "libfrag/sampling/sampler.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::small_cut;
using frag::test::TempDir;

namespace {

void add_pictures(const TempDir& dir, const std::string& class_name, int from, int count) {
  for (int i = from; i < from + count; ++i) {
    test::write_png(dir / ("images/" + class_name + "/" + std::to_string(i) + ".png"),
                    test::noise_image(120, 96, 1, static_cast<std::uint64_t>(i) * 31 + class_name.size()));
  }
}

std::string rows_of(const TempDir& dir) {
  return read_file(dir / "dataset" / kSourcesFile);
}

std::vector<Source> sources_of(const std::filesystem::path& dataset) {
  const DatasetFolder folder(dataset);
  return {folder.catalog().sources().begin(), folder.catalog().sources().end()};
}

}  // namespace

TEST_CASE("images that are added leave the rows, shards, classes and splits of the old ones as they are") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  const CutResult before = cut(small_cut(dir));
  const std::string rows = rows_of(dir), shard = read_file(dir / "dataset" / shard_file(0));
  add_pictures(dir, "class0", 40, 3);
  add_pictures(dir, "aaa", 50, 4);  // by name before the old classes
  const CutResult after = cut(small_cut(dir));
  CHECK(after.added == 7);
  CHECK(after.known == 8);
  CHECK(after.sources == 15);
  CHECK(after.parent == before.id);
  CHECK(rows_of(dir).substr(0, rows.size()) == rows);
  CHECK(read_file(dir / "dataset" / shard_file(0)) == shard);
  const DatasetFolder folder(dir / "dataset");
  CHECK(folder.catalog().id() == after.id);
  CHECK(folder.catalog().classes() == std::vector<std::string>{"class0", "class1", "aaa"});
  CHECK(folder.catalog().shards().size() == 2);
  for (std::uint32_t i = 0; i < 15; ++i) folder.decode_source(i);
}

TEST_CASE("fragments keep their pixels and class when images are added") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  cut(small_cut(dir));
  std::map<FragmentId, std::pair<std::string, std::string>> before;
  {
    const DatasetFolder folder(dir / "dataset");
    FragmentRenderer renderer(folder);
    for (FragmentId id = 0; id < folder.catalog().fragments(); id += 17)
      before[id] = {folder.catalog().class_name(id), pixel_digest(renderer.render(id))};
  }
  add_pictures(dir, "aaa", 0, 3);
  cut(small_cut(dir));
  const DatasetFolder folder(dir / "dataset");
  FragmentRenderer renderer(folder);
  for (const auto& [id, expected] : before) {
    REQUIRE(folder.catalog().class_name(id) == expected.first);
    REQUIRE(pixel_digest(renderer.render(id)) == expected.second);
  }
}

TEST_CASE("the same images again change nothing") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  const CutResult before = cut(small_cut(dir));
  const CutResult after = cut(small_cut(dir));
  CHECK(after.id == before.id);
  CHECK(after.added == 0);
  CHECK(after.known == 8);
  CHECK(after.fragments == before.fragments);
}

TEST_CASE("images of which none can be used leave the dataset they were to be added to as it is") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  const CutResult before = cut(small_cut(dir));
  test::write_text(dir / "images" / "class0" / "text.png", "not an image");
  const CutResult after = cut(small_cut(dir));
  CHECK(after.id == before.id);
  CHECK(after.skipped.size() == 1);
}

TEST_CASE("images added without a recipe are cut with the dataset's own") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  cut(small_cut(dir));
  add_pictures(dir, "class1", 40, 2);
  CutOptions options = small_cut(dir);
  options.recipe = Recipe();
  options.asked_keys.emplace();
  CHECK(cut(options).added == 2);
  CHECK(DatasetFolder(options.dataset).catalog().recipe() == test::small_recipe());
}

TEST_CASE("another recipe is refused by its key, and changes nothing") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  const CutResult before = cut(small_cut(dir));
  CutOptions options = small_cut(dir);
  options.recipe.contrast = Contrast::stretch;
  const Error error = error_of([&] { cut(options); });
  CHECK(error.code() == Errc::usage);
  CHECK(std::string(error.what()).find("contrast \"none\", not \"stretch\"") != std::string::npos);
  CHECK(DatasetFolder(options.dataset).catalog().id() == before.id);
}

TEST_CASE("only the keys that were asked for are compared, and a split has a way out of its own") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  cut(small_cut(dir));
  CutOptions options = small_cut(dir);
  options.recipe = Recipe();
  options.recipe.split = "60/40";
  options.asked_keys = {"split"};
  const std::string refused = error_of([&] { cut(options); }).what();
  CHECK(refused.find("has split") != std::string::npos);
  CHECK(refused.find("frag split") != std::string::npos);
  options.asked_keys = {"overlap"};
  options.recipe.overlap.share = 0.25;
  CHECK(std::string(error_of([&] { cut(options); }).what()).find("has overlap") != std::string::npos);
  options.recipe.tile = test::small_recipe().tile;
  options.asked_keys = {"tile"};
  CHECK(cut(options).added == 0);
}

TEST_CASE("an image that was replaced or removed since the cut is named") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  CHECK(cut(small_cut(dir)).notes.empty());
  CHECK(cut(small_cut(dir)).notes.empty());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(dir / "images" / "class0"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::filesystem::remove(files[0]);
  std::filesystem::copy_file(files[2], files[1], std::filesystem::copy_options::overwrite_existing);
  const CutResult result = cut(small_cut(dir));
  CHECK(result.added == 0);
  REQUIRE(result.notes.size() == 2);
  CHECK(result.notes[0].find("changed since the dataset was cut: 1 image, class0/" +
                             files[1].filename().string()) == 0);
  CHECK(result.notes[1].find("1 image, class0/" + files[0].filename().string()) != std::string::npos);
}

TEST_CASE("a class or a box that a table says of a known image later is named") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 6, 120, 96);
  std::vector<std::string> names;
  for (const std::string name : {"class0", "class1"}) {
    for (const auto& entry : std::filesystem::directory_iterator(dir / "images" / name))
      names.push_back(name + "/" + entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  const auto write_table = [&](const std::string& box, const std::string& first_class) {
    std::string csv = "path,class,x,y,w,h\n" + names[0] + "," + first_class + "," + box + "\n";
    for (std::size_t i = 1; i < names.size(); ++i) csv += names[i] + "," + names[i].substr(0, 6) + ",,,,\n";
    test::write_text(dir / "images" / "labels.csv", csv);
  };
  CutOptions options = small_cut(dir);
  options.recipe.labels.from = LabelsFrom::csv;
  options.recipe.labels.file = "labels.csv";
  write_table("0,0,80,80", "class0");
  cut(options);
  CHECK(cut(options).notes.empty());
  for (const auto& [box, first_class] :
       {std::pair("8,0,80,80", "class0"), std::pair("0,0,80,80", "class1")}) {
    write_table(box, first_class);
    const CutResult result = cut(options);
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes[0].find("labelled otherwise than in the dataset: 1 image, " + names[0]) == 0);
  }
}

TEST_CASE("a split that names alone rule out is refused before anything is decoded") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  for (const char* name : {"rare/a.png", "rare/b.png"}) test::write_text(dir / "images" / name, "no image");
  CHECK_THROWS_WITH(cut(small_cut(dir)), Catch::Contains("class \"rare\" has 2 groups for 3 sides"));
  test::write_text(dir / "images" / "rare" / "c.png", "no image");
  CHECK(cut(small_cut(dir)).skipped.size() == 3);
}

TEST_CASE("a group that is there already stays on its side with what is added to it") {
  const TempDir dir;
  CutOptions options = small_cut(dir);
  options.recipe.group = R"((patient\d+))";
  for (int i = 0; i < 6; ++i) add_pictures(dir, "class0/patient" + std::to_string(i), i, 1);
  cut(options);
  std::map<std::string, std::string> sides;
  for (const Source& source : sources_of(options.dataset)) sides[source.group] = source.split;
  REQUIRE(sides.size() == 6);
  for (int i = 0; i < 8; ++i) add_pictures(dir, "class0/patient" + std::to_string(i), 100 + i, 2);
  cut(options);
  std::map<std::string, std::set<std::string>> after;
  for (const Source& source : sources_of(options.dataset)) after[source.group].insert(source.split);
  CHECK(after.size() == 8);
  for (const auto& [group, names] : after) {
    CHECK(names.size() == 1);
    if (sides.count(group) != 0) CHECK(*names.begin() == sides[group]);
  }
}

TEST_CASE("a dataset that was split anew grows by its new split") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 6, 120, 96);
  CutOptions options = small_cut(dir);
  cut(options);
  ResplitOptions folds;
  folds.folds = 3;
  resplit(options.dataset, folds);
  std::map<std::string, std::string> before;
  for (const Source& source : sources_of(options.dataset)) before[source.name] = source.split;
  add_pictures(dir, "class0", 40, 3);
  options.asked_keys.emplace();
  cut(options);
  const DatasetFolder folder(options.dataset);
  CHECK(folder.catalog().splits() == std::vector<std::string>{"fold0", "fold1", "fold2"});
  for (const Source& source : folder.catalog().sources()) {
    if (before.count(source.name) != 0) CHECK(source.split == before[source.name]);
  }
}

TEST_CASE("an addition that was interrupted gives the bytes of one that was not") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  cut(small_cut(dir));
  std::filesystem::copy(dir / "dataset", dir / "other", std::filesystem::copy_options::recursive);
  add_pictures(dir, "class0", 40, 4);
  cut(small_cut(dir));
  CutOptions options = small_cut(dir);
  options.dataset = dir / "other";
  // A folder where a shard goes stands in for a disk that fails late: all images are examined by then.
  std::filesystem::create_directories(dir / "other" / shard_file(1) / "in the way");
  CHECK(error_of([&] { cut(options); }).code() == Errc::io);
  std::filesystem::remove_all(dir / "other" / shard_file(1));
  REQUIRE(std::filesystem::exists(dir / "other.part" / "journal.jsonl"));
  CHECK(cut(options).resumed == 4);
  for (const std::string& name :
       {std::string(kDatasetFile), std::string(kSourcesFile), std::string(kSumsFile), shard_file(1)}) {
    INFO(name);
    CHECK(read_file(dir / "other" / name) == read_file(dir / "dataset" / name));
  }
}

TEST_CASE("a dataset that is made anew replaces the old one only when it is whole") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 120, 96);
  const CutResult before = cut(small_cut(dir));
  CutOptions options = small_cut(dir);
  options.on_existing = OnExisting::replace;
  options.recipe.tile = 48;
  options.recipe.split = "20 folds";  // more than there are groups
  CHECK(error_of([&] { cut(options); }).code() == Errc::bad_input);
  CHECK(DatasetFolder(options.dataset).catalog().id() == before.id);
  options.recipe.split = "50/50";
  const CutResult after = cut(options);
  CHECK(after.parent.empty());
  CHECK(DatasetFolder(options.dataset).catalog().recipe().tile == 48);
  CHECK_FALSE(std::filesystem::exists(dir / "dataset.part"));
}

TEST_CASE("the report has a line for every image file, with its fate") {
  const TempDir dir;
  test::write_image_set(dir / "images", 1, 4, 120, 96);
  cut(small_cut(dir));
  add_pictures(dir, "class0", 40, 1);
  test::write_text(dir / "images" / "class0" / "a, \"b\".png", "not an image");
  test::write_png(dir / "images" / "astray.png", test::noise_image(120, 96, 1, 1));
  cut(small_cut(dir));
  const auto lines = split_text(read_file(report_file_of(dir / "dataset")), '\n');
  REQUIRE(lines.size() == 9);
  CHECK(lines[0] == "file,fate,sources,fragments,kept,reason");
  CHECK(lines[1] == "astray.png,not a source,,,,it lies in no class folder");
  CHECK(lines[2] == "class0/0.png,already in the dataset,,,,");
  CHECK(lines[6].find("class0/40.png,used,1,") == 0);
  CHECK(lines[7].find("\"class0/a, \"\"b\"\".png\",left out,0,0,0,") == 0);
}
